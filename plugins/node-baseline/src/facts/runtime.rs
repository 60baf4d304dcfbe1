//! Container runtime and kubelet: from the cluster where the target is one of its nodes, else by their sockets.

use dbg_sdk::prelude::*;
use dbg_sdk::{cluster, files};

use crate::fact::Facts;
use crate::parameters::NodeBaseline;
use crate::version::is_of;

/// Where runtimes listen.
const SOCKETS: [(&str, &str); 5] = [
    ("/run/crio/crio.sock", "cri-o"),
    ("/run/cri-dockerd.sock", "docker"),
    ("/run/containerd/containerd.sock", "containerd"),
    ("/run/docker.sock", "docker"),
    ("/run/podman/podman.sock", "podman"),
];

pub(crate) fn read(parameters: &NodeBaseline, facts: &mut Facts, run: &Run) {
    let node = node(run);
    let told = |pointer| node.as_ref().and_then(|node| node.json.text(pointer)).map(str::to_owned);
    let runtime = told("/status/nodeInfo/containerRuntimeVersion").map(|text| text.replace("://", " ")).or_else(|| {
        let found = SOCKETS.into_iter().find(|(path, _)| files::stat(path).is_ok());
        found.map(|(_, runtime)| runtime.to_owned())
    });
    match parameters.runtime.as_str() {
        "any" => facts.tell("runtime", runtime),
        wanted => facts.want("runtime", runtime, wanted, |value| value.split(' ').next() == Some(wanted), None),
    }
    let kubelet = told("/status/nodeInfo/kubeletVersion");
    match &parameters.kubelet {
        None => facts.tell("kubelet", kubelet),
        Some(wanted) => facts.want("kubelet", kubelet, wanted, |version| is_of(version, wanted), None),
    }
    let Some(node) = node else { return };
    if node.json.boolean("/spec/unschedulable") == Some(true) {
        facts.tell("cordoned", Some("yes".to_owned()));
    }
    for condition in node.json.list("/status/conditions") {
        let (Some(kind), Some(status)) = (condition.text("/type"), condition.text("/status")) else { continue };
        let is_wrong = if kind == "Ready" { status != "True" } else { status == "True" };
        let value = if is_wrong { condition.text("/reason").unwrap_or(status) } else { "well" };
        let name = format!("condition {kind}");
        facts.want(
            &name,
            Some(value.to_owned()),
            "well",
            |value| value == "well",
            condition.text("/message").map(str::to_owned),
        );
    }
}

/// The target, where it is a node and the cluster may be read.
fn node(run: &Run) -> Option<cluster::Object> {
    let target = cluster::target().ok().filter(|target| target.kind == "Node")?;
    match cluster::get("Node", "", &target.name) {
        Ok(node) => Some(node),
        Err(error) => {
            run.info("node-unseen", format!("what the cluster knows of the node cannot be read: {error}"));
            None
        }
    }
}
