//! The check itself.

use dbg_sdk::prelude::*;

use crate::parameters::OomRestart;
use crate::subject::Subject;
use crate::{findings, rows};

/// Says why a pod's containers died or restarted, and what to do about it.
///
/// Told apart: killed for its own memory limit or for the node's, ended by itself with its exit code or signal, killed after a failed
/// liveness probe, never started (image, configuration, command), started again and again with growing pauses, evicted or preempted by
/// the node, and never scheduled. The last lines of the dead container's log come with it. Reads the cluster's API with the operator's
/// rights and creates nothing; on a namespace it looks at all pods that are in trouble.
#[check(
    name = "oom-restart",
    grant(
        capability = "cluster",
        bounds = [
            "get,list,logs:Pod:target",
            "get,list,logs:Pod:param:namespace",
            "list:Event:target",
            "list:Event:param:namespace",
            "get:Node:*",
            "at-most:2000:16MiB",
        ],
        reason = "reads the pods of one namespace, their events and logs, and the state of their nodes"
    ),
    limits(time = "60s", memory = "128MiB")
)]
pub fn oom_restart(parameters: OomRestart, run: &Run) -> Result<(), Failure> {
    let subject = Subject::read(&parameters)?;
    let pods = subject.pods(run)?;
    rows::write(&pods, run);
    findings::emit(&subject, &pods, &parameters, run);
    Ok(())
}

#[cfg(test)]
mod tests;
