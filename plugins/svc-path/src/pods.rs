//! The pods of a Service as far as this check looks at them.

use dbg_sdk::cluster::Object;
use dbg_sdk::json::Value;

use crate::selector::Labels;
use crate::service::{TargetPort, port_number};

/// Containers that stand in the way of traffic, and whose they are.
const SIDECARS: [(&str, &str); 7] = [
    ("istio-proxy", "Istio"),
    ("linkerd-proxy", "Linkerd"),
    ("kuma-sidecar", "Kuma"),
    ("consul-dataplane", "Consul"),
    ("envoy-sidecar", "Envoy"),
    ("osm-envoy", "Open Service Mesh"),
    ("aws-appmesh-envoy", "App Mesh"),
];

/// A port that a container declares.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Declared {
    name: String,
    number: u16,
    protocol: String,
}

/// A pod.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pod {
    pub(crate) name: String,
    pub(crate) node: String,
    pub(crate) labels: Labels,
    pub(crate) ip: String,
    pub(crate) is_ready: bool,
    /// It is on its way out.
    pub(crate) is_ending: bool,
    phase: String,
    /// Why it is not ready, as its containers and conditions say.
    why: Vec<String>,
    declared: Vec<Declared>,
    /// Whose sidecar is in it.
    pub(crate) mesh: Option<&'static str>,
}

impl Pod {
    pub(crate) fn of(object: &Object) -> Self {
        let json = &object.json;
        let text = |pointer| json.text(pointer).unwrap_or_default().to_owned();
        let containers = || json.list("/spec/containers").iter().chain(json.list("/spec/initContainers"));
        let mesh = containers().find_map(|container| {
            let name = container.text("/name")?;
            SIDECARS.iter().find(|(sidecar, _)| *sidecar == name).map(|(_, mesh)| *mesh)
        });
        Self {
            name: object.name.clone(),
            node: text("/spec/nodeName"),
            labels: Labels::of(json.fields_at("/metadata/labels")),
            ip: text("/status/podIP"),
            is_ready: condition(json, "Ready").is_some_and(|ready| ready.text("/status") == Some("True")),
            is_ending: json.at("/metadata/deletionTimestamp").is_some(),
            phase: text("/status/phase"),
            why: why(json),
            declared: containers().flat_map(|container| container.list("/ports")).filter_map(declared).collect(),
            mesh,
        }
    }

    /// Whether it can be among the endpoints at all.
    pub(crate) fn is_alive(&self) -> bool {
        !matches!(self.phase.as_str(), "Succeeded" | "Failed")
    }

    /// The port of it that a Service's leads to; none where it has none of that name.
    pub(crate) fn port(&self, target: &TargetPort, protocol: &str) -> Option<u16> {
        match target {
            TargetPort::Number(number) => Some(*number),
            TargetPort::Name(name) => {
                let found = self.declared.iter().find(|port| port.name == *name && port.protocol == protocol);
                found.map(|port| port.number)
            }
        }
    }

    /// Whether a container declares this number, or none declares any: then nothing can be said.
    pub(crate) fn may_listen(&self, number: u16) -> bool {
        self.declared.is_empty() || self.declared.iter().any(|port| port.number == number)
    }

    /// What it declares: `http 8080, metrics 9090`.
    pub(crate) fn declares(&self) -> String {
        let words = |port: &Declared| format!("{} {}", port.name, port.number).trim_start().to_owned();
        let all: Vec<String> = self.declared.iter().map(words).collect();
        if all.is_empty() { "no ports".to_owned() } else { all.join(", ") }
    }

    /// Why it is not ready, in one line.
    pub(crate) fn unready_because(&self) -> String {
        match (self.is_ending, self.why.is_empty()) {
            (true, _) => "it is being deleted".to_owned(),
            (false, true) => format!("it is {}", self.phase.to_lowercase()),
            (false, false) => self.why.join("; "),
        }
    }
}

fn condition<'a>(pod: &'a Value, kind: &str) -> Option<&'a Value> {
    pod.list("/status/conditions").iter().find(|condition| condition.text("/type") == Some(kind))
}

fn declared(port: &Value) -> Option<Declared> {
    Some(Declared {
        name: port.text("/name").unwrap_or_default().to_owned(),
        number: port_number(port, "/containerPort")?,
        protocol: port.text("/protocol").unwrap_or("TCP").to_owned(),
    })
}

fn why(pod: &Value) -> Vec<String> {
    let mut why = Vec::new();
    let statuses = pod.list("/status/initContainerStatuses").iter().chain(pod.list("/status/containerStatuses"));
    for status in statuses.filter(|status| status.boolean("/ready") != Some(true)) {
        let name = status.text("/name").unwrap_or("?");
        if let Some(reason) = status.text("/state/waiting/reason") {
            why.push(format!("`{name}` waits: {reason}"));
        } else if let Some(code) = status.integer("/state/terminated/exitCode") {
            if code != 0 {
                why.push(format!("`{name}` ended with exit code {code}"));
            }
        } else if status.at("/state/running").is_some() {
            why.push(format!("`{name}` runs and its readiness probe fails"));
        }
    }
    let scheduled = condition(pod, "PodScheduled").filter(|one| one.text("/status") == Some("False"));
    why.extend(scheduled.map(|one| format!("no node takes it: {}", one.text("/message").unwrap_or_default())));
    for gate in pod.list("/spec/readinessGates") {
        let kind = gate.text("/conditionType").unwrap_or_default();
        if condition(pod, kind).is_none_or(|one| one.text("/status") != Some("True")) {
            why.push(format!("its readiness gate `{kind}` is not open"));
        }
    }
    why
}
