//! What a target of a cluster is, before anything is decided. Looking changes nothing.

use std::time::Duration;

use dbg_model::{Architecture, KubeName, Target};
use futures::future;

use super::answers::{List, Node, Pod};
use super::connect::Cluster;
use super::error::ClusterError;
use super::images::{self, ImageFacts};
use super::pods::{self, PodFacts};
use super::request::Path;
use super::room::Room;
use super::settings::{Cleanup, Via};
use super::workload;
use crate::docker::Words;

/// Names that are kept for a hint.
const KNOWN: &str = "500";
/// Pods of a node, or of a namespace, that are looked at for an image: each takes some KiB.
const LOOKED_AT: &str = "40";

/// A target of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterTarget {
    /// The cluster.
    pub cluster: ClusterFacts,
    /// The target itself.
    pub target: Target,
    /// The pod that is looked into, where it is one or one stands for it.
    pub pod: Option<PodFacts>,
    /// From where it is.
    pub via: Via,
    /// How long the agent's container in it waits for further runs.
    pub keep: Duration,
    /// The node that its pod is for.
    pub node: NodeFacts,
    /// Which images an agent's pod could have.
    pub images: ImageFacts,
    /// How much a pod may take in its namespace.
    pub room: Room,
    /// Who removes what a killed run has left.
    pub cleanup: Cleanup,
}

/// A cluster, as far as a plan has to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterFacts {
    /// The context's name.
    pub context: Words,
    /// Its address.
    pub server: Words,
    /// The namespace that is meant where a target names none.
    pub namespace: String,
    /// Who says so.
    pub namespace_reason: &'static str,
    /// What an operator has to know of the connection.
    pub notes: Vec<String>,
}

/// What is known of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeFacts {
    /// It need not be any node.
    Any,
    /// There is none of this name.
    Missing {
        /// Those that there are; raw.
        known: Vec<String>,
    },
    /// The cluster does not say, or not to us.
    Unknown {
        /// Its name.
        name: KubeName,
        /// Why.
        reason: Words,
    },
    /// It is there.
    There(SeenNode),
}

/// A node that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenNode {
    /// Its name.
    pub name: KubeName,
    /// Why its kubelet does not answer; none when it does.
    pub not_ready: Option<Words>,
    /// What keeps ordinary pods away, in words.
    pub repels: Vec<Words>,
    /// What it runs on; none when no agent is built for it.
    pub architecture: Option<Architecture>,
    /// The same in the cluster's word.
    pub architecture_word: Words,
    /// Its operating system in the cluster's word.
    pub system: Words,
    /// Whether it is a program that plays a node.
    pub is_virtual: bool,
}

impl Cluster {
    fn facts(&self) -> ClusterFacts {
        let mut notes: Vec<String> = self.notes().iter().map(|note| (*note).to_owned()).collect();
        notes.extend(
            self.exec_plugin()
                .map(|command| format!("`{command}` is started for the credentials, as the kubeconfig says")),
        );
        ClusterFacts {
            context: self.context().clone(),
            server: self.server().clone(),
            namespace: self.namespace().to_owned(),
            namespace_reason: "",
            notes,
        }
    }
}

/// Looks at a target of a cluster.
pub(crate) async fn look(
    cluster: &Cluster,
    target: &Target,
    namespace: &str,
    image: ImageWish<'_>,
    (via, keep): (Via, Duration),
) -> Result<ClusterTarget, ClusterError> {
    let pod = match target {
        Target::Pod(pod) => Some(pods::look(cluster, pod).await?),
        Target::Workload(workload) => Some(workload::look(cluster, workload).await?),
        _ => None,
    };
    let of_pod = match &pod {
        Some(PodFacts::There(pod)) => pod.node.as_ref(),
        _ => None,
    };
    let (node, pods) = match (target, of_pod) {
        // The image is that of a pod on the node only where one is made there.
        (_, Some(name)) if via == Via::Pod => (self::node(cluster, name).await?, Vec::new()),
        (_, None) if target.is_in_pod() => (Seen::Any, Vec::new()),
        (Target::Node(name), _) | (_, Some(name)) => {
            let (node, pods) =
                future::join(node(cluster, name), pods_on(cluster, name.as_str(), namespace, image)).await;
            (node?, pods?)
        }
        _ => (Seen::Any, pods_in(cluster, namespace, image).await?),
    };
    let (node, pods) = settle(cluster, node, pods).await?;
    let listed = match &node {
        Seen::There(node) => &node.status.images[..],
        _ => &[],
    };
    let (agent, named) = (image.agent(&node), image.named.map(str::to_owned));
    let images = ImageFacts { named, ..images::of(namespace, listed, &pods, &agent) };
    Ok(ClusterTarget {
        cluster: cluster.facts(),
        target: target.clone(),
        pod,
        via,
        keep,
        node: node.facts(),
        images,
        room: Room::default(),
        cleanup: Cleanup::default(),
    })
}

/// What is wanted of images.
#[derive(Clone, Copy)]
pub(crate) struct ImageWish<'a> {
    /// `--image`.
    pub(crate) named: Option<&'a str>,
    /// The name that the agent's image is loaded under, for an architecture.
    pub(crate) tag: &'a (dyn Fn(Architecture) -> Option<String> + Sync),
}

impl ImageWish<'_> {
    fn agent(&self, node: &Seen) -> Option<String> {
        let Seen::There(node) = node else { return None };
        (self.tag)(architecture(&node.status.node_info.architecture)?)
    }
}

enum Seen {
    Any,
    Missing { known: Vec<String> },
    Unknown { name: KubeName, reason: Words },
    There(Box<Node>),
}

/// The images of a pod are on its node alone: where any node is as good, it is that of the first pod that can lend one.
async fn settle(cluster: &Cluster, node: Seen, pods: Vec<Pod>) -> Result<(Seen, Vec<Pod>), ClusterError> {
    let home: Option<KubeName> = match &node {
        Seen::Any => pods.iter().find(|pod| images::lends(pod)).and_then(|pod| pod.spec.node_name.parse().ok()),
        _ => None,
    };
    let Some(home) = home else { return Ok((node, pods)) };
    let pods = pods.into_iter().filter(|pod| pod.spec.node_name == home.as_str()).collect();
    Ok((self::node(cluster, &home).await?, pods))
}

async fn node(cluster: &Cluster, name: &KubeName) -> Result<Seen, ClusterError> {
    match cluster.get::<Node>("look at a node", Path::nodes().named(name.as_str())).await {
        Ok(node) => Ok(Seen::There(Box::new(node))),
        Err(error) if error.is_not_there() => {
            let path = Path::nodes().with(&[("limit", KNOWN)]);
            // A list that may not be read only lacks in a hint.
            let known = match cluster.get::<List<Node>>("list nodes", path).await {
                Ok(list) => list.into_items().into_iter().map(|node| node.metadata.name).collect(),
                Err(_) => Vec::new(),
            };
            Ok(Seen::Missing { known })
        }
        Err(ClusterError::Forbidden { text, .. }) => Ok(Seen::Unknown { name: name.clone(), reason: text }),
        Err(error) => Err(error),
    }
}

/// The pods of a node, to borrow an image from; those of the namespace where others may not be seen.
async fn pods_on(
    cluster: &Cluster,
    node: &str,
    namespace: &str,
    image: ImageWish<'_>,
) -> Result<Vec<Pod>, ClusterError> {
    if image.named.is_some() {
        return Ok(Vec::new());
    }
    let selector = format!("spec.nodeName={node},status.phase=Running");
    let query = [("fieldSelector", selector.as_str()), ("limit", LOOKED_AT)];
    let everywhere = cluster.get::<List<Pod>>("list pods", Path::of("pods", None).with(&query)).await;
    match everywhere {
        Err(ClusterError::Forbidden { .. }) => readable(cluster, namespace, &query).await,
        pods => pods.map(List::into_items),
    }
}

/// The pods of a namespace, or, where there are none, of any.
async fn pods_in(cluster: &Cluster, namespace: &str, image: ImageWish<'_>) -> Result<Vec<Pod>, ClusterError> {
    if image.named.is_some() {
        return Ok(Vec::new());
    }
    let query = [("fieldSelector", "status.phase=Running"), ("limit", LOOKED_AT)];
    let pods = readable(cluster, namespace, &query).await?;
    if pods.iter().any(images::lends) {
        return Ok(pods);
    }
    match cluster.get::<List<Pod>>("list pods", Path::of("pods", None).with(&query)).await {
        Err(ClusterError::Forbidden { .. }) => Ok(Vec::new()),
        pods => pods.map(List::into_items),
    }
}

async fn readable(cluster: &Cluster, namespace: &str, query: &[(&str, &str)]) -> Result<Vec<Pod>, ClusterError> {
    match cluster.get::<List<Pod>>("list pods", Path::of("pods", Some(namespace)).with(query)).await {
        Err(ClusterError::Forbidden { .. }) => Ok(Vec::new()),
        pods => pods.map(List::into_items),
    }
}

impl Seen {
    fn facts(self) -> NodeFacts {
        match self {
            Self::Any => NodeFacts::Any,
            Self::Missing { known } => NodeFacts::Missing { known },
            Self::Unknown { name, reason } => NodeFacts::Unknown { name, reason },
            Self::There(node) => match node.metadata.name.parse() {
                Ok(name) => NodeFacts::There(seen(name, &node)),
                // An object that has another name than it was asked for by is none.
                Err(_) => NodeFacts::Missing { known: Vec::new() },
            },
        }
    }
}

fn seen(name: KubeName, node: &Node) -> SeenNode {
    let ready = node.status.conditions.iter().find(|condition| condition.kind == "Ready");
    let not_ready = match ready {
        Some(ready) if ready.status == "True" => None,
        Some(ready) => Some(Words::of(if ready.message.is_empty() { &ready.reason } else { &ready.message })),
        None => Some(Words::of("it has no condition `Ready`")),
    };
    // A node that is cordoned has a taint as well.
    let cordon = "node.kubernetes.io/unschedulable";
    let mut repels: Vec<Words> = Vec::new();
    if node.spec.unschedulable {
        repels.push(Words::of("it is cordoned"));
    }
    let taints = node.spec.taints.iter().filter(|taint| taint.effect != "PreferNoSchedule" && taint.key != cordon);
    repels.extend(taints.map(|taint| Words::of(&format!("it has the taint {}:{}", taint.key, taint.effect))));
    let info = &node.status.node_info;
    let is_virtual = node.metadata.labels.get("type").is_some_and(|kind| kind == "virtual-kubelet" || kind == "kwok")
        || node.spec.taints.iter().any(|taint| taint.key == "virtual-kubelet.io/provider");
    SeenNode {
        name,
        not_ready,
        repels,
        architecture: architecture(&info.architecture),
        architecture_word: Words::of(&info.architecture),
        system: Words::of(&info.operating_system),
        is_virtual,
    }
}

fn architecture(word: &str) -> Option<Architecture> {
    match word {
        "amd64" => Some(Architecture::X86_64),
        "arm64" => Some(Architecture::Aarch64),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> SeenNode {
        seen("n1".parse().unwrap(), &serde_json::from_str(text).unwrap())
    }

    #[test]
    fn a_node_whose_kubelet_is_silent_says_so_in_its_own_words() {
        let ready = |status: &str| {
            format!(
                r#"{{"status":{{"conditions":[{{"type":"Ready","status":"{status}","message":"Kubelet stopped"}}]}}}}"#
            )
        };
        assert_eq!(of(&ready("True")).not_ready, None);
        assert_eq!(of(&ready("Unknown")).not_ready, Some(Words::of("Kubelet stopped")));
        assert!(of("{}").not_ready.is_some());
    }

    #[test]
    fn what_keeps_pods_away_is_told_once() {
        let cordoned = r#"{"spec":{"unschedulable":true,"taints":[
            {"key":"node.kubernetes.io/unschedulable","effect":"NoSchedule"},{"key":"gpu","effect":"NoExecute"},
            {"key":"soft","effect":"PreferNoSchedule"}]}}"#;
        assert_eq!(of(cordoned).repels, [Words::of("it is cordoned"), Words::of("it has the taint gpu:NoExecute")]);
    }

    #[test]
    fn a_simulated_node_and_one_of_another_kind_are_known() {
        assert!(of(r#"{"metadata":{"labels":{"type":"kwok"}}}"#).is_virtual);
        let windows = of(r#"{"status":{"nodeInfo":{"operatingSystem":"windows","architecture":"s390x"}}}"#);
        assert_eq!((windows.system.as_str(), windows.architecture), ("windows", None));
    }
}
