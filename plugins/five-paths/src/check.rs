//! The check itself.

use dbg_sdk::prelude::*;

use crate::candidates::Candidates;
use crate::parameters::FivePaths;
use crate::place::Place;
use crate::{judge, tries};

/// Tries the five paths of a cluster's network from a pod, and names the one that is broken with the likely layer.
///
/// Container to container, pod to pod on one node, pod to pod across nodes, pod to Service, and pod to outside: each by TCP connects to ready
/// endpoints of pods that are there, without sending a byte. Run it in a pod: `--target cluster`, `ns/NAME` or `pod/NAME`. What
/// is broken alone points at its layer: the network plugin, the overlay between nodes, kube-proxy, egress.
#[check(
    name = "five-paths",
    grant(
        capability = "cluster",
        bounds = [
            "list:EndpointSlice.discovery.k8s.io:*",
            "list:Service:*",
            "list:Pod:*",
            "at-most:3000:16MiB",
        ],
        reason = "chooses ready endpoints of pods on this node and on others, and finds out on which node the check runs"
    ),
    grant(
        capability = "connect",
        bounds = ["*", "param:outside"],
        reason = "connects to the endpoints that it chose, and to those given with `outside`"
    ),
    grant(
        capability = "network-state",
        optional,
        reason = "knows the addresses of the pod that it runs in, and so its node"
    ),
    limits(time = "2m", memory = "128MiB")
)]
pub fn five_paths(parameters: FivePaths, run: &Run) -> Result<(), Failure> {
    let candidates = Candidates::read(run)?;
    let place = Place::find(run);
    let paths = candidates.choose(&place, &parameters);
    let tried = tries::all(paths, &parameters, run)?;
    judge::emit(&place, &tried, run);
    Ok(())
}

#[cfg(test)]
mod tests;
