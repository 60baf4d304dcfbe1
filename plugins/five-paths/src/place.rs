//! Where the check runs: which pod, and on which node.

use dbg_sdk::prelude::*;
use dbg_sdk::{cluster, network_state};

/// What is known of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// The addresses of this pod.
    pub(crate) addresses: Vec<String>,
    /// Empty where it is not known.
    pub(crate) node: String,
}

impl Place {
    pub(crate) fn find(run: &Run) -> Self {
        let mut place = Self::default();
        match network_state::addresses() {
            Ok(addresses) => {
                let global = addresses.rows.into_iter().filter(|one| one.scope == "global");
                place.addresses = global.map(|one| one.address.to_string()).collect();
            }
            Err(error) => {
                run.info("paths-own-unknown", format!("the addresses of this pod are unknown: {error}"));
            }
        }
        place.node = place.addresses.iter().find_map(|address| node_of(address)).unwrap_or_default();
        if place.node.is_empty() {
            run.info(
                "paths-node-unknown",
                "which node the check runs on is unknown, so paths on one node and across nodes cannot be told apart",
            );
        }
        place
    }
}

/// The node of the pod that has this address; a node's own address is that of its pods in its network.
fn node_of(address: &str) -> Option<String> {
    let pods = cluster::list("Pod")
        .fields(format!("status.podIP={address}"))
        .pick(&["/spec/nodeName"])
        .limit(5)
        .read()
        .ok()?;
    let name = |pod: &cluster::Object| pod.json.get("/spec/nodeName")?.as_text().map(str::to_owned);
    pods.objects.iter().find_map(name)
}
