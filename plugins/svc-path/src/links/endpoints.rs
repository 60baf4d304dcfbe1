//! What the cluster's controllers made of Service and pods: the addresses that traffic goes to.

use dbg_sdk::cluster;
use dbg_sdk::json::Value;
use dbg_sdk::prelude::*;

use crate::links::service::shown;
use crate::path::{Broken, Path, Scene, State, unseen};
use crate::service::{Way, port_number};

const KIND: &str = "EndpointSlice.discovery.k8s.io";

/// One address and port that traffic may go to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Endpoint {
    pub(crate) address: String,
    pub(crate) port: u16,
    /// The Service's port, by its name.
    pub(crate) port_name: String,
    pub(crate) protocol: String,
    /// Its pod, or empty.
    pub(crate) pod: String,
    pub(crate) node: String,
}

pub(crate) fn look(scene: &Scene<'_>, path: &mut Path) -> Result<Result<Vec<Endpoint>, Broken>, Failure> {
    let (run, about) = (scene.run, scene.about());
    let selector = format!("kubernetes.io/service-name={}", scene.service.name);
    let listed = cluster::list(KIND).in_namespace(&scene.service.namespace).labelled(selector).read();
    let Some(listed) = unseen(listed, "endpoints", path, run)? else { return Ok(Ok(of_pods(scene))) };
    let mut endpoints: Vec<Endpoint> = listed.objects.iter().flat_map(|slice| of_slice(&slice.json)).collect();
    endpoints.sort();
    // One that is in two slices is one.
    endpoints.dedup();
    let wanted: Vec<Endpoint> = endpoints.iter().filter(|one| is_wanted(scene, one)).cloned().collect();
    let ready: Vec<String> =
        scene.pods.iter().filter(|pod| pod.is_ready && !pod.is_ending).map(|pod| pod.ip.clone()).collect();
    if wanted.is_empty() {
        let why = match (ready.is_empty(), scene.service.selector.0.is_empty()) {
            (false, _) => "pods are ready, and the cluster made no endpoint of them",
            (true, true) => "it has no selector, and nobody made endpoints for it",
            (true, false) => "no pod of it is ready",
        };
        path.link("endpoints", State::Broken, why);
        run.fail("svc-no-endpoints", format!("the Service `{about}` has no endpoint: {why}"))
            .about(&about)
            .many("have a Service without endpoints")
            .evidence("slices", listed.objects.len())
            .evidence("ready pods", ready.len())
            .next_step(if ready.is_empty() {
                "make EndpointSlices with the label `kubernetes.io/service-name`, or give the Service a selector"
            } else {
                "see whether kube-controller-manager runs: it makes EndpointSlices within seconds"
            });
        return Ok(Err(Broken));
    }
    let missing: Vec<String> = ready.into_iter().filter(|ip| !wanted.iter().any(|one| one.address == *ip)).collect();
    if missing.is_empty() {
        path.link("endpoints", State::Holds, format!("{} ready addresses", wanted.len()));
    } else {
        run.warn("svc-endpoints-behind", format!("{} ready pods of `{about}` are no endpoints yet", missing.len()))
            .about(&about)
            .evidence("pods", shown(&missing))
            .next_step("look again in some seconds; if it stays so, see kube-controller-manager");
        path.link("endpoints", State::Doubtful, format!("{} ready pods are missing", missing.len()));
    }
    if scene.service.is_local && scene.service.way != Way::Headless {
        let mut nodes: Vec<String> = wanted.iter().map(|one| one.node.clone()).collect();
        nodes.sort();
        nodes.dedup();
        run.info("svc-local-only", format!("`{about}` is answered by pods on the caller's own node alone"))
            .about(&about)
            .evidence("nodes with endpoints", shown(&nodes))
            .next_step("from other nodes connects time out: that is `internalTrafficPolicy: Local`");
    }
    run.metric("svc-endpoints", Unit::Count, f64::from(u32::try_from(wanted.len()).unwrap_or(u32::MAX)), &[]);
    Ok(Ok(wanted))
}

fn is_wanted(scene: &Scene<'_>, endpoint: &Endpoint) -> bool {
    scene.ports().is_empty() || scene.ports().iter().any(|port| port.name == endpoint.port_name)
}

fn of_slice(slice: &Value) -> Vec<Endpoint> {
    let mut endpoints = Vec::new();
    for one in slice.list("/endpoints") {
        // What is not said counts as ready. Source: EndpointSlice v1.
        if one.boolean("/conditions/ready") == Some(false) {
            continue;
        }
        for port in slice.list("/ports") {
            let Some(number) = port_number(port, "/port") else { continue };
            let text = |value: &Value, pointer| value.text(pointer).unwrap_or_default().to_owned();
            endpoints.extend(one.list("/addresses").iter().filter_map(Value::as_text).map(|address| Endpoint {
                address: address.to_owned(),
                port: number,
                port_name: text(port, "/name"),
                protocol: port.text("/protocol").unwrap_or("TCP").to_owned(),
                pod: text(one, "/targetRef/name"),
                node: text(one, "/nodeName"),
            }));
        }
    }
    endpoints
}

/// Where slices may not be read: what they should be.
fn of_pods(scene: &Scene<'_>) -> Vec<Endpoint> {
    let mut endpoints = Vec::new();
    for pod in scene.pods.iter().filter(|pod| pod.is_ready && !pod.is_ending && !pod.ip.is_empty()) {
        for port in scene.ports() {
            endpoints.extend(pod.port(&port.target, &port.protocol).map(|number| Endpoint {
                address: pod.ip.clone(),
                port: number,
                port_name: port.name.clone(),
                protocol: port.protocol.clone(),
                pod: pod.name.clone(),
                node: pod.node.clone(),
            }));
        }
    }
    endpoints
}
