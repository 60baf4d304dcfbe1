//! The Service as far as this check looks at it.

use dbg_sdk::cluster::Object;
use dbg_sdk::json::Value;

use crate::selector::Labels;

/// Where a port of a Service leads in a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TargetPort {
    Number(u16),
    Name(String),
}

/// One port of a Service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServicePort {
    /// Empty where it has none.
    pub(crate) name: String,
    pub(crate) number: u16,
    pub(crate) protocol: String,
    pub(crate) target: TargetPort,
}

/// What kind of way leads to its pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// An address of its own, which kube-proxy or its like leads to a pod.
    Address(String),
    /// None: its name leads to the pods themselves.
    Headless,
    /// Its name stands for another one.
    External(String),
}

/// A Service.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Service {
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) way: Way,
    pub(crate) selector: Labels,
    pub(crate) ports: Vec<ServicePort>,
    /// Pods count whether they are ready or not.
    pub(crate) takes_unready: bool,
    /// `internalTrafficPolicy: Local`: only pods on the caller's own node.
    pub(crate) is_local: bool,
}

impl Service {
    pub(crate) fn of(object: &Object) -> Self {
        let json = &object.json;
        let way = match (json.text("/spec/type"), json.text("/spec/clusterIP")) {
            (Some("ExternalName"), _) => Way::External(json.text("/spec/externalName").unwrap_or_default().to_owned()),
            (_, None | Some("None" | "")) => Way::Headless,
            (_, Some(address)) => Way::Address(address.to_owned()),
        };
        Self {
            namespace: object.namespace.clone(),
            name: object.name.clone(),
            way,
            selector: Labels::of(json.fields_at("/spec/selector")),
            ports: json.list("/spec/ports").iter().filter_map(ServicePort::of).collect(),
            takes_unready: json.boolean("/spec/publishNotReadyAddresses").unwrap_or_default(),
            is_local: json.text("/spec/internalTrafficPolicy") == Some("Local"),
        }
    }

    /// The ports that are looked at; empty when the wanted one is none of them.
    pub(crate) fn wanted(&self, port: Option<&str>) -> Vec<&ServicePort> {
        let is_wanted = |of: &&ServicePort| port.is_none_or(|port| of.name == port || of.number.to_string() == port);
        self.ports.iter().filter(is_wanted).collect()
    }
}

impl ServicePort {
    fn of(port: &Value) -> Option<Self> {
        let number = port_number(port, "/port")?;
        let target = match (port_number(port, "/targetPort"), port.text("/targetPort")) {
            (Some(target), _) => TargetPort::Number(target),
            (None, Some(name)) => TargetPort::Name(name.to_owned()),
            (None, None) => TargetPort::Number(number),
        };
        Some(Self {
            name: port.text("/name").unwrap_or_default().to_owned(),
            number,
            protocol: port.text("/protocol").unwrap_or("TCP").to_owned(),
            target,
        })
    }

    pub(crate) fn is_tcp(&self) -> bool {
        self.protocol == "TCP"
    }

    /// `http (80)`, or `80`.
    pub(crate) fn words(&self) -> String {
        if self.name.is_empty() { self.number.to_string() } else { format!("{} ({})", self.name, self.number) }
    }
}

/// A port at a pointer.
pub(crate) fn port_number(value: &Value, pointer: &str) -> Option<u16> {
    value.integer(pointer).and_then(|number| u16::try_from(number).ok()).filter(|number| *number != 0)
}
