//! The check itself.

use dbg_sdk::prelude::*;

use crate::parameters::SvcPath;
use crate::path;

/// Walks the path to a Service and names the first broken link.
///
/// Service, selector, target port, readiness, endpoints, network policies, name, connect to the Service and to each endpoint: each is
/// looked at in this order, and what lies behind a broken link is not judged. Reads the cluster's API with the operator's rights. In a
/// namespace (`--target ns/shop`) names and connects are tried from a pod there; with `connect=never` nothing but the API is asked.
#[check(
    name = "svc-path",
    grant(
        capability = "cluster",
        bounds = [
            "get,list:Service:target",
            "get,list:Service:param:namespace",
            "get,list:Pod:target",
            "get,list:Pod:param:namespace",
            "list:EndpointSlice.discovery.k8s.io:target",
            "list:EndpointSlice.discovery.k8s.io:param:namespace",
            "list:NetworkPolicy.networking.k8s.io:target",
            "list:NetworkPolicy.networking.k8s.io:param:namespace",
            "at-most:3000:16MiB",
        ],
        reason = "reads the Service, its pods, endpoints and network policies"
    ),
    grant(
        capability = "connect",
        bounds = ["*"],
        optional,
        reason = "connects to the Service's address and to its endpoints, which are known only once they are read"
    ),
    grant(
        capability = "sockets",
        bounds = ["udp:resolvers"],
        optional,
        reason = "asks the target's own name servers for the Service's name"
    ),
    grant(capability = "resolver", optional, reason = "knows which name servers those are, and the cluster's domain"),
    limits(time = "2m", memory = "128MiB")
)]
pub fn svc_path(parameters: SvcPath, run: &Run) -> Result<(), Failure> {
    path::walk(&parameters, run)
}

#[cfg(test)]
mod tests;
