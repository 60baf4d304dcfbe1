//! What is said: of each pod as a whole, of each of its containers, and of the nodes.

mod container;
mod pod;

use dbg_sdk::cluster::ErrorCode;
use dbg_sdk::prelude::*;

use crate::parameters::OomRestart;
use crate::pod::Pod;
use crate::subject::{Subject, node_pressures};
use crate::{cause, events};

pub(crate) fn emit(subject: &Subject, pods: &[Pod], parameters: &OomRestart, run: &Run) {
    let mut in_trouble = false;
    for (done, of) in (0_u32..).zip(pods) {
        if run.cancelled() {
            run.unknown("oom-cancelled", "the rest was not looked at: the run was stopped");
            return;
        }
        run.progress(done, u32::try_from(pods.len()).unwrap_or(u32::MAX), &of.name);
        let events = events::of(of).unwrap_or_else(|error| {
            let id = if error.code == ErrorCode::Denied { "oom-events-denied" } else { "oom-events-unknown" };
            run.info(id, format!("what was said of the pod `{}` cannot be read: {error}", of.name)).about(&of.name);
            Vec::new()
        });
        in_trouble |= pod::emit(of, run);
        for container in &of.containers {
            if let Some(judged) = cause::judge(container, &events) {
                container::emit(of, container, &judged, parameters, run);
                in_trouble = true;
            }
        }
    }
    if in_trouble {
        for (node, wrong) in node_pressures(pods).into_iter().filter(|(_, wrong)| !wrong.is_empty()) {
            run.warn("oom-node-pressure", format!("the node `{node}` is in trouble itself"))
                .about(&node)
                .evidence("node", wrong.join("; "))
                .next_step(format!("look at the node first: `dbg run --target node/{node} node-baseline`"));
        }
        return;
    }
    let Subject { namespace, pod, .. } = subject;
    match pod {
        Some(pod) => {
            let started = pods.iter().flat_map(|pod| &pod.containers).filter(|one| one.ready).count();
            run.pass("oom-ok", format!("no container of `{pod}` died or was restarted"))
                .about(pod)
                .evidence("ready containers", started);
        }
        None => {
            run.pass("oom-ok", format!("no pod of the namespace `{namespace}` died or was restarted")).about(namespace);
        }
    }
}
