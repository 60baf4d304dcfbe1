//! What is being debugged, as an operator writes it: `kind/name`.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Cell, KubeName, PodTarget, WorkloadKind, WorkloadTarget, nearest, truncate_at_char};

/// What is being debugged. Kinds are added with the placement that reaches them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Target {
    /// This process's own view of this machine.
    Local,
    /// What a process sees: its network, its files, its processes.
    Pid(ProcessId),
    /// A network namespace that has a name.
    Netns(NetnsName),
    /// An isolated container of the local engine.
    Isolated,
    /// The machine of the local engine, from a container with the machine's namespaces.
    Host,
    /// A running container of the local engine.
    Container(EngineName, JoinsProcesses),
    /// A network of the local engine.
    Network(EngineName),
    /// A node of a cluster, from a pod on it with the node's namespaces.
    Node(KubeName),
    /// Every node of a cluster that a selector names: one target each, once it is known which.
    Nodes,
    /// A pod of a cluster.
    Pod(PodTarget),
    /// What has pods in a cluster: the oldest that is ready stands for it.
    Workload(WorkloadTarget),
    /// A namespace of a cluster, from an ordinary pod in it.
    Namespace(KubeName),
    /// A cluster, from an ordinary pod in the namespace that is meant.
    Cluster,
}

/// Whether the process namespace of a container is joined as well as its network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum JoinsProcesses {
    /// It is: its processes and its files are seen.
    Yes,
    /// Its network alone.
    No,
}

/// The name of a container or of a network of an engine, or the start of a container's id: 1 to 128 of `A-Z`, `a-z`, `0-9`, `_`, `.` and
/// `-`, the first no sign. So it fits a path of the engine's API.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EngineName(String);

/// The number of a process: from 1 to 2^22, the most that Linux gives. Source: man 5 proc_sys_kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct ProcessId(NonZeroU32);

/// The name of a network namespace, as `ip netns` gives it: a file name of 1 to 255 bytes, and neither `.` nor `..`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NetnsName(String);

/// A kind of target, for help and for errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TargetKind {
    /// The word before the slash.
    pub word: &'static str,
    /// How a target of it is written.
    pub form: &'static str,
    /// What it is, for `dbg target list` and help.
    pub doc: &'static str,
}

/// Every kind of this build.
const KINDS: [TargetKind; 16] = [
    LOCAL,
    PID,
    NETNS,
    ISOLATED,
    HOST,
    CONTAINER,
    NETWORK,
    NODE,
    POD,
    DEPLOYMENT,
    STATEFUL_SET,
    DAEMON_SET,
    JOB,
    SERVICE,
    NAMESPACE,
    CLUSTER,
];

const LOCAL: TargetKind = TargetKind { word: "local", form: "local", doc: "this machine, as whoever runs dbg sees it" };
const PID: TargetKind =
    TargetKind { word: "pid", form: "pid/PID", doc: "what a process sees: its network, files and processes" };
const NETNS: TargetKind =
    TargetKind { word: "netns", form: "netns/NAME", doc: "a network namespace by its name, as `ip netns` lists it" };

const ISOLATED: TargetKind = TargetKind {
    word: "isolated",
    form: "isolated",
    doc: "an isolated container of the local engine, Docker or Podman",
};
const HOST: TargetKind = TargetKind {
    word: "host",
    form: "host",
    doc: "the engine's machine, from a container with its namespaces and its files read-only",
};
const CONTAINER: TargetKind = TargetKind {
    word: "container",
    form: "container/NAME",
    doc: "the network of a running container; with `--pid` its processes and files too",
};
const NETWORK: TargetKind =
    TargetKind { word: "network", form: "network/NAME", doc: "a network of the local engine, by its name" };

const NODE: TargetKind = TargetKind {
    word: "node",
    form: "node/NAME",
    doc: "a node of a Kubernetes cluster, from a pod on it with the node's namespaces",
};
const NODES: TargetKind =
    TargetKind { word: "nodes", form: "nodes", doc: "every node of a cluster, or those that `-l SELECTOR` names" };
const POD: TargetKind = TargetKind { word: "pod", form: "pod/NAME", doc: "a pod of a cluster, in its own namespaces" };
const DEPLOYMENT: TargetKind =
    TargetKind { word: "deploy", form: "deploy/NAME", doc: "the oldest ready pod of a Deployment" };
const STATEFUL_SET: TargetKind =
    TargetKind { word: "sts", form: "sts/NAME", doc: "the oldest ready pod of a StatefulSet" };
const DAEMON_SET: TargetKind = TargetKind { word: "ds", form: "ds/NAME", doc: "the oldest ready pod of a DaemonSet" };
const JOB: TargetKind = TargetKind { word: "job", form: "job/NAME", doc: "the oldest ready pod of a Job" };
const SERVICE: TargetKind =
    TargetKind { word: "svc", form: "svc/NAME", doc: "the oldest ready pod that a Service selects" };
const NAMESPACE: TargetKind =
    TargetKind { word: "ns", form: "ns/NAME", doc: "a namespace of a cluster, from an ordinary pod in it" };
const CLUSTER: TargetKind =
    TargetKind { word: "cluster", form: "cluster", doc: "a cluster, from an ordinary pod in the context's namespace" };

/// Linux gives no process a higher number. Source: `PID_MAX_LIMIT`, include/linux/threads.h
const MAX_PID: u32 = 1 << 22;
/// A file name of Linux has no more bytes.
const MAX_NAME: usize = 255;
/// Engines allow more; the longest in use are generated, of three parts with at most 63 bytes each, and rarely have 128.
const MAX_ENGINE_NAME: usize = 128;

/// Why a text is no target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// No such kind.
    #[error("`{shown}` is no kind of target; there is {choices}")]
    UnknownKind {
        /// What was given, escaped and cut.
        shown: String,
        /// The valid kinds.
        choices: String,
        /// The whole target with the nearest kind.
        nearest: Option<String>,
    },
    /// `local/x`.
    #[error("the target `{kind}` takes no name, and `{shown}` gives one")]
    NameNotWanted {
        /// The kind.
        kind: &'static str,
        /// What was given, escaped and cut.
        shown: String,
    },
    /// `pid`, `netns/`.
    #[error("the target `{form}` needs a name after the slash")]
    NameWanted {
        /// How it is written.
        form: &'static str,
    },
    /// `pid/x`, `pid/0`.
    #[error("`{shown}` is no number of a process: it is a number from 1 to {MAX_PID}")]
    NotAProcessId {
        /// What was given, escaped and cut.
        shown: String,
    },
    /// `netns/../x`.
    #[error("`{shown}` is no name of a network namespace: it is a file name of at most {MAX_NAME} bytes, without `/`")]
    NotANetnsName {
        /// What was given, escaped and cut.
        shown: String,
    },
    /// `node/../x`.
    #[error(
        "`{shown}` is no name in Kubernetes: it is at most {} of `a-z`, `0-9`, `-` and `.`, both ends no sign",
        crate::kube_name::MAX_KUBE_NAME
    )]
    NotAKubeName {
        /// What was given, escaped and cut.
        shown: String,
    },
    /// `container/../x`.
    #[error(
        "`{shown}` is no name of a container or network: it is at most {MAX_ENGINE_NAME} of letters, digits, `_`, `.` and `-`, the first no sign"
    )]
    NotAnEngineName {
        /// What was given, escaped and cut.
        shown: String,
    },
}

impl TargetError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownKind { nearest, .. } => {
                nearest.as_ref().map(|target| format!("did you mean `--target {target}`?"))
            }
            Self::NameNotWanted { kind, .. } => Some(format!("write `--target {kind}`")),
            Self::NameWanted { form } => Some(format!("write `--target {form}`")),
            Self::NotAProcessId { .. } => Some("`ps -e` lists processes with their numbers".to_owned()),
            Self::NotANetnsName { .. } => Some("`dbg target list` lists the network namespaces".to_owned()),
            Self::NotAnEngineName { .. } => Some("`dbg target list` lists containers and networks".to_owned()),
            Self::NotAKubeName { .. } => Some("`dbg target list` lists the nodes of the cluster".to_owned()),
        }
    }
}

impl Target {
    /// The kinds of this build.
    #[must_use]
    pub fn kinds() -> &'static [TargetKind] {
        &KINDS
    }

    /// Whether a container engine is asked to reach it.
    #[must_use]
    pub fn is_of_engine(&self) -> bool {
        match self {
            Self::Isolated | Self::Host | Self::Container(..) | Self::Network(_) => true,
            Self::Local | Self::Pid(_) | Self::Netns(_) => false,
            Self::Node(_) | Self::Nodes | Self::Pod(_) | Self::Workload(_) | Self::Namespace(_) | Self::Cluster => {
                false
            }
        }
    }

    /// Whether a cluster is asked to reach it.
    #[must_use]
    pub fn is_of_cluster(&self) -> bool {
        self.is_in_pod() || matches!(self, Self::Node(_) | Self::Nodes | Self::Namespace(_) | Self::Cluster)
    }

    /// Whether it is a pod that is there already, or what such a pod stands for.
    #[must_use]
    pub fn is_in_pod(&self) -> bool {
        matches!(self, Self::Pod(_) | Self::Workload(_))
    }

    /// The same target with this container of its pod; any other as it is.
    #[must_use]
    pub fn with_container(self, container: &KubeName) -> Self {
        let container = Some(container.clone());
        match self {
            Self::Pod(pod) => Self::Pod(PodTarget { container, ..pod }),
            Self::Workload(workload) => Self::Workload(WorkloadTarget { container, ..workload }),
            other => other,
        }
    }

    /// The same target with the processes of the container; any other as it is.
    #[must_use]
    pub fn with_processes(self) -> Self {
        match self {
            Self::Container(name, _) => Self::Container(name, JoinsProcesses::Yes),
            other => other,
        }
    }
}

impl EngineName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EngineName {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
        let starts = text.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric);
        if starts && text.len() <= MAX_ENGINE_NAME && text.bytes().all(inside) {
            Ok(Self(text.to_owned()))
        } else {
            Err(TargetError::NotAnEngineName { shown: shown(text) })
        }
    }
}

impl fmt::Display for EngineName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<EngineName> for String {
    fn from(name: EngineName) -> Self {
        name.0
    }
}

impl TryFrom<String> for EngineName {
    type Error = TargetError;

    fn try_from(text: String) -> Result<Self, TargetError> {
        text.parse()
    }
}

impl ProcessId {
    /// The process of this number, if there can be one.
    #[must_use]
    pub fn new(number: u32) -> Option<Self> {
        NonZeroU32::new(number).filter(|number| number.get() <= MAX_PID).map(Self)
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0.get()
    }
}

impl NetnsName {
    /// The name. It may hold anything that a file name may: escape it before it is shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ProcessId {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        // A sign or a blank is no part of a number.
        let digits = Some(text).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let number = digits.and_then(|digits| digits.parse().ok()).and_then(Self::new);
        number.ok_or_else(|| TargetError::NotAProcessId { shown: shown(text) })
    }
}

impl FromStr for NetnsName {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let is_file_name = !text.is_empty() && text.len() <= MAX_NAME && !text.contains(['/', '\0']);
        if is_file_name && text != "." && text != ".." {
            Ok(Self(text.to_owned()))
        } else {
            Err(TargetError::NotANetnsName { shown: shown(text) })
        }
    }
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let (kind, name) = match text.split_once('/') {
            Some((kind, name)) => (kind, Some(name).filter(|name| !name.is_empty())),
            None => (text, None),
        };
        match (kind, name) {
            ("local", None) if text == LOCAL.word => Ok(Self::Local),
            ("local", _) => Err(TargetError::NameNotWanted { kind: LOCAL.word, shown: shown(text) }),
            ("isolated", None) if text == ISOLATED.word => Ok(Self::Isolated),
            ("isolated", _) => Err(TargetError::NameNotWanted { kind: ISOLATED.word, shown: shown(text) }),
            ("host", None) if text == HOST.word => Ok(Self::Host),
            ("host", _) => Err(TargetError::NameNotWanted { kind: HOST.word, shown: shown(text) }),
            ("container", Some(name)) => name.parse().map(|name| Self::Container(name, JoinsProcesses::No)),
            ("container", None) => Err(TargetError::NameWanted { form: CONTAINER.form }),
            ("cluster", None) if text == CLUSTER.word => Ok(Self::Cluster),
            ("cluster", _) => Err(TargetError::NameNotWanted { kind: CLUSTER.word, shown: shown(text) }),
            ("nodes", None) if text == NODES.word => Ok(Self::Nodes),
            ("nodes", _) => Err(TargetError::NameNotWanted { kind: NODES.word, shown: shown(text) }),
            ("node", Some(name)) => name.parse().map(Self::Node),
            ("node", None) => Err(TargetError::NameWanted { form: NODE.form }),
            ("pod", Some(name)) => name.parse().map(Self::Pod),
            ("pod", None) => Err(TargetError::NameWanted { form: POD.form }),
            ("deploy", Some(name)) => WorkloadTarget::of(WorkloadKind::Deployment, name).map(Self::Workload),
            ("deploy", None) => Err(TargetError::NameWanted { form: DEPLOYMENT.form }),
            ("sts", Some(name)) => WorkloadTarget::of(WorkloadKind::StatefulSet, name).map(Self::Workload),
            ("sts", None) => Err(TargetError::NameWanted { form: STATEFUL_SET.form }),
            ("ds", Some(name)) => WorkloadTarget::of(WorkloadKind::DaemonSet, name).map(Self::Workload),
            ("ds", None) => Err(TargetError::NameWanted { form: DAEMON_SET.form }),
            ("job", Some(name)) => WorkloadTarget::of(WorkloadKind::Job, name).map(Self::Workload),
            ("job", None) => Err(TargetError::NameWanted { form: JOB.form }),
            ("svc", Some(name)) => WorkloadTarget::of(WorkloadKind::Service, name).map(Self::Workload),
            ("svc", None) => Err(TargetError::NameWanted { form: SERVICE.form }),
            ("ns", Some(name)) => name.parse().map(Self::Namespace),
            ("ns", None) => Err(TargetError::NameWanted { form: NAMESPACE.form }),
            ("network", Some(name)) => name.parse().map(Self::Network),
            ("network", None) => Err(TargetError::NameWanted { form: NETWORK.form }),
            ("pid", Some(name)) => name.parse().map(Self::Pid),
            ("pid", None) => Err(TargetError::NameWanted { form: PID.form }),
            ("netns", Some(name)) => name.parse().map(Self::Netns),
            ("netns", None) => Err(TargetError::NameWanted { form: NETNS.form }),
            _ => Err(TargetError::UnknownKind {
                shown: shown(kind),
                choices: KINDS.map(|kind| format!("`{}`", kind.form)).join(", "),
                nearest: nearest(kind, KINDS.map(|kind| kind.word)).map(|kind| meant(kind, name)),
            }),
        }
    }
}

/// The target that was meant by another kind.
fn meant(kind: &str, name: Option<&str>) -> String {
    match (KINDS.into_iter().find(|known| known.word == kind), name) {
        (Some(known), Some(name)) if known.form != known.word => format!("{kind}/{}", shown(name)),
        (Some(known), _) => known.form.to_owned(),
        (None, _) => kind.to_owned(),
    }
}

fn shown(text: &str) -> String {
    Cell(truncate_at_char(text, 64)).to_string()
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local => f.pad(LOCAL.word),
            Self::Pid(pid) => f.pad(&format!("{}/{pid}", PID.word)),
            Self::Netns(name) => f.pad(&format!("{}/{}", NETNS.word, name.as_str())),
            Self::Isolated => f.pad(ISOLATED.word),
            Self::Host => f.pad(HOST.word),
            Self::Container(name, _) => f.pad(&format!("{}/{name}", CONTAINER.word)),
            Self::Network(name) => f.pad(&format!("{}/{name}", NETWORK.word)),
            Self::Node(name) => f.pad(&format!("{}/{name}", NODE.word)),
            Self::Nodes => f.pad(NODES.word),
            Self::Pod(pod) => f.pad(&format!("{}/{pod}", POD.word)),
            Self::Workload(workload) => f.pad(&workload.to_string()),
            Self::Namespace(name) => f.pad(&format!("{}/{name}", NAMESPACE.word)),
            Self::Cluster => f.pad(CLUSTER.word),
        }
    }
}

impl fmt::Display for ProcessId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.get(), f)
    }
}

impl From<ProcessId> for u32 {
    fn from(pid: ProcessId) -> Self {
        pid.get()
    }
}

impl TryFrom<u32> for ProcessId {
    type Error = TargetError;

    fn try_from(number: u32) -> Result<Self, TargetError> {
        Self::new(number).ok_or_else(|| TargetError::NotAProcessId { shown: number.to_string() })
    }
}

impl From<NetnsName> for String {
    fn from(name: NetnsName) -> Self {
        name.0
    }
}

impl TryFrom<String> for NetnsName {
    type Error = TargetError;

    fn try_from(text: String) -> Result<Self, TargetError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(text: &str) -> Option<String> {
        text.parse::<Target>().unwrap_err().hint()
    }

    #[test]
    fn a_target_is_read_as_it_is_written() {
        for text in [
            "local",
            "pid/1",
            "pid/4194304",
            "netns/blue",
            "netns/a b",
            "netns/...",
            "isolated",
            "host",
            "container/web",
            "container/0f3a",
            "network/shop_default",
            "node/n1",
            "nodes",
            "pod/cart-7d9",
            "pod/shop/cart-7d9",
            "deploy/cart",
            "deploy/shop/cart",
            "sts/db",
            "ds/log",
            "job/night",
            "svc/shop/cart",
            "ns/shop",
            "cluster",
        ] {
            assert_eq!(text.parse::<Target>().unwrap().to_string(), text);
        }
        assert_eq!("pid/007".parse::<Target>().unwrap().to_string(), "pid/7");
    }

    #[test]
    fn an_unknown_kind_suggests_the_nearest() {
        assert_eq!(hint("locla").as_deref(), Some("did you mean `--target local`?"));
        assert_eq!(hint("nets/blue").as_deref(), Some("did you mean `--target netns/blue`?"));
        assert_eq!(hint("ipd").as_deref(), Some("did you mean `--target pid/PID`?"));
        assert_eq!(hint("kubernetes/x"), None);
    }

    #[test]
    fn a_target_that_takes_no_name_refuses_one() {
        for text in ["local/n1", "local/", "isolated/x", "host/n1", "cluster/x", "nodes/n1"] {
            assert!(matches!(text.parse::<Target>(), Err(TargetError::NameNotWanted { .. })), "{text}");
        }
    }

    #[test]
    fn a_target_that_takes_a_name_needs_one() {
        for text in ["pid", "pid/", "netns", "netns/", "container", "container/", "network/", "node", "pod/", "ns"] {
            assert!(matches!(text.parse::<Target>(), Err(TargetError::NameWanted { .. })), "{text}");
        }
    }

    #[test]
    fn a_process_has_a_number_that_linux_gives() {
        for name in ["0", "-1", "+1", "4194305", "99999999999999999999", "1x", " 1", "self", "1/2"] {
            let error = format!("pid/{name}").parse::<Target>().unwrap_err();
            assert!(matches!(error, TargetError::NotAProcessId { .. }), "{name}");
        }
    }

    #[test]
    fn a_network_namespace_cannot_be_named_out_of_its_folder() {
        let long = "x".repeat(256);
        for name in [".", "..", "../x", "a/b", "/etc/passwd", "a\0b", &long] {
            let error = format!("netns/{name}").parse::<Target>().unwrap_err();
            assert!(matches!(error, TargetError::NotANetnsName { .. }), "{name:?}");
        }
        assert!(format!("netns/{}", "x".repeat(255)).parse::<Target>().is_ok());
    }

    #[test]
    fn a_name_of_an_engine_cannot_leave_its_place_in_a_path() {
        let long = "x".repeat(129);
        for name in ["..", "../x", "a/b", "a?b", "a%2f", "-rf", ".x", "a b", "ä", &long] {
            let error = format!("container/{name}").parse::<Target>().unwrap_err();
            assert!(matches!(error, TargetError::NotAnEngineName { .. }), "{name:?}");
        }
    }

    #[test]
    fn processes_are_joined_of_containers_alone() {
        let target: Target = "container/web".parse().unwrap();
        assert!(matches!(target.with_processes(), Target::Container(_, JoinsProcesses::Yes)));
        assert_eq!(Target::Host.with_processes(), Target::Host);
    }

    #[test]
    fn a_container_is_chosen_of_what_has_pods_alone() {
        let app: KubeName = "app".parse().unwrap();
        let with = |text: &str| text.parse::<Target>().unwrap().with_container(&app);
        assert!(matches!(with("pod/cart"), Target::Pod(PodTarget { container: Some(name), .. }) if name == app));
        assert!(matches!(with("svc/cart"), Target::Workload(WorkloadTarget { container: Some(_), .. })));
        assert_eq!(with("node/n1"), "node/n1".parse().unwrap());
    }

    #[test]
    fn what_was_typed_cannot_move_the_cursor() {
        let error = "netns/\u{1b}[2J/".parse::<Target>().unwrap_err();
        assert!(!error.to_string().contains('\u{1b}'), "{error}");
    }
}
