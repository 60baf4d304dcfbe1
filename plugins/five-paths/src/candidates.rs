//! Endpoints of pods that are there, and which of them stand for which path.

use dbg_sdk::cluster;
use dbg_sdk::json::Value;
use dbg_sdk::prelude::*;

use crate::parameters::FivePaths;
use crate::place::Place;

const SLICES: &str = "EndpointSlice.discovery.k8s.io";

/// The five.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Path {
    Container,
    SameNode,
    AcrossNodes,
    Service,
    Outside,
}

impl Path {
    pub(crate) const ALL: [Self; 5] =
        [Self::Container, Self::SameNode, Self::AcrossNodes, Self::Service, Self::Outside];

    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Container => "container to container",
            Self::SameNode => "pod to pod on one node",
            Self::AcrossNodes => "pod to pod across nodes",
            Self::Service => "pod to Service",
            Self::Outside => "pod to outside",
        }
    }
}

/// Where a connect goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Goal {
    pub(crate) path: Path,
    pub(crate) host: String,
    pub(crate) port: u16,
    /// `kube-system/kube-dns on n2`
    pub(crate) what: String,
    node: String,
}

/// A ready TCP endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Ready {
    address: String,
    port: u16,
    node: String,
    service: String,
}

/// All that could be tried.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    endpoints: Vec<Ready>,
    /// Services with an address of their own and a ready endpoint: name, address, port.
    services: Vec<(String, String, u16)>,
}

impl Candidates {
    pub(crate) fn read(run: &Run) -> Result<Self, Failure> {
        let slices = cluster::list(SLICES).limit(500).read()?;
        let mut endpoints: Vec<Ready> =
            slices.objects.iter().flat_map(|slice| ready(&slice.namespace, &slice.json)).collect();
        endpoints.dedup();
        let services = cluster::list("Service").limit(500).read()?;
        if slices.cut || services.cut {
            run.info("paths-more", "the cluster has more than 500 Services; those that come first are chosen from");
        }
        let with_endpoint = |name: &String| endpoints.iter().any(|one| one.service == *name);
        let services = services.objects.iter().filter_map(|service| {
            let name = format!("{}/{}", service.namespace, service.name);
            let address = service.json.text("/spec/clusterIP").filter(|address| !matches!(*address, "" | "None"))?;
            let tcp = service
                .json
                .list("/spec/ports")
                .iter()
                .find(|port| port.text("/protocol").unwrap_or("TCP") == "TCP")?;
            with_endpoint(&name).then(|| Some((name, address.to_owned(), port(tcp)?)))?
        });
        let services = services.collect();
        Ok(Self { endpoints, services })
    }

    /// What is tried: of each path at most so many, of as many nodes as there are.
    pub(crate) fn choose(&self, place: &Place, parameters: &FivePaths) -> Vec<Goal> {
        let mut goals: Vec<Goal> = Vec::new();
        let most = usize::try_from(parameters.each).unwrap_or(usize::MAX);
        for one in &self.endpoints {
            let path = if place.addresses.contains(&one.address) {
                Path::Container
            } else if place.node.is_empty() || one.node != place.node {
                Path::AcrossNodes
            } else {
                Path::SameNode
            };
            let on = if one.node.is_empty() { String::new() } else { format!(" on {}", one.node) };
            let what = format!("{}{on}", one.service);
            goals.push(Goal { path, host: one.address.clone(), port: one.port, what, node: one.node.clone() });
        }
        for (name, address, port) in &self.services {
            goals.push(Goal {
                path: Path::Service,
                host: address.clone(),
                port: *port,
                what: name.clone(),
                node: name.clone(),
            });
        }
        for (host, port) in parameters.outside.iter().flat_map(|endpoint| endpoint.pairs().take(most)) {
            goals.push(Goal { path: Path::Outside, node: host.clone(), host, port, what: "outside".to_owned() });
        }
        Path::ALL.into_iter().flat_map(|path| spread(&goals, path, most)).collect()
    }
}

/// At most so many of one path, one of each node before a second of any.
fn spread(goals: &[Goal], path: Path, most: usize) -> Vec<Goal> {
    let mut left: Vec<&Goal> = goals.iter().filter(|goal| goal.path == path).collect();
    let mut chosen: Vec<Goal> = Vec::new();
    while chosen.len() < most && !left.is_empty() {
        let mut nodes: Vec<&str> = Vec::new();
        let mut rest = Vec::new();
        for goal in left {
            if chosen.len() < most && !nodes.contains(&goal.node.as_str()) {
                nodes.push(&goal.node);
                chosen.push(goal.clone());
            } else {
                rest.push(goal);
            }
        }
        left = rest;
    }
    chosen
}

fn ready(namespace: &str, slice: &Value) -> Vec<Ready> {
    let service = slice
        .fields_at("/metadata/labels")
        .iter()
        .find(|(name, _)| name == "kubernetes.io/service-name")
        .and_then(|(_, value)| value.as_text())
        .unwrap_or("?");
    let tcp = slice.list("/ports").iter().filter(|port| port.text("/protocol").unwrap_or("TCP") == "TCP");
    let Some(number) = tcp.filter_map(port).next() else { return Vec::new() };
    let endpoints = slice.list("/endpoints").iter().filter(|one| one.boolean("/conditions/ready") != Some(false));
    let ready = endpoints.filter_map(|one| {
        Some(Ready {
            address: one.text("/addresses/0")?.to_owned(),
            port: number,
            node: one.text("/nodeName").unwrap_or_default().to_owned(),
            service: format!("{namespace}/{service}"),
        })
    });
    ready.collect()
}

fn port(of: &Value) -> Option<u16> {
    u16::try_from(of.integer("/port")?).ok().filter(|port| *port != 0)
}
