//! A pod on its way: from its creation until its container runs, or never will. It is watched, not asked again and again.

use std::time::Duration;

use futures::StreamExt as _;
use kube::core::WatchEvent;
use tokio::time::{Instant, timeout_at};

use super::answers::{List, Object, Pod};
use super::connect::Cluster;
use super::error::ClusterError;
use super::request::Path;
use crate::docker::Words;

/// An image may have to be pulled.
const STARTING: Duration = Duration::from_secs(180);

/// Why a pod did not start, or came to an end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PodFault {
    /// The node has not got the image, or may not use it.
    #[error("the image `{image}` cannot be used on the node: {reason}: {text}")]
    Image {
        /// The image.
        image: Words,
        /// The kubelet's word.
        reason: Words,
        /// What it says.
        text: Words,
    },
    /// No node takes it.
    #[error("no node takes the agent's pod: {text}")]
    NotScheduled {
        /// What the scheduler says.
        text: Words,
    },
    /// The kubelet takes it and cannot start it.
    #[error("the agent's pod does not start: {reason}: {text}")]
    NotStarted {
        /// The kubelet's word.
        reason: Words,
        /// What it says.
        text: Words,
    },
    /// The cluster says no more than that it is on its way.
    #[error("the agent's pod did not start within {seconds} s; it is {state}")]
    Slow {
        /// How long.
        seconds: u64,
        /// How it stands.
        state: Words,
    },
    /// It was deleted by somebody else.
    #[error("the agent's pod was deleted meanwhile")]
    Deleted,
    /// It came to an end by the node.
    #[error("the agent's pod came to an end: {reason}: {text}")]
    Ended {
        /// The kubelet's word.
        reason: Words,
        /// What it says.
        text: Words,
    },
    /// The node is gone, or does not answer.
    #[error("the node of the agent's pod does not answer any more: {text}")]
    NodeLost {
        /// What the cluster says.
        text: Words,
    },
    /// The stream was cut, and the pod is as it was.
    #[error("the connection to the agent's pod was cut")]
    Cut,
    /// What the cluster made of it is not what it was asked for.
    #[error("something in the cluster changed the agent's pod: {text}")]
    Rewritten {
        /// What is gone or changed.
        text: Words,
    },
    /// The agent's container in somebody's pod does not come to run.
    #[error("the agent's container `{container}` does not start in the pod: {reason}: {text}")]
    ContainerNotStarted {
        /// Its name.
        container: Words,
        /// The kubelet's word.
        reason: Words,
        /// What it says.
        text: Words,
    },
    /// There is nothing in a container's image that could take the agent in.
    #[error("the container `{container}` has no shell, and without one its image cannot take the agent in")]
    NoShell {
        /// The container.
        container: Words,
    },
    /// The agent did not get in.
    #[error("the agent could not be brought into its pod: {text}")]
    NotLoaded {
        /// What the loader says.
        text: Words,
    },
}

impl PodFault {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Image { .. } => {
                "`--image REF` names one that the node has or may pull; `dbg image save` makes one to load there".into()
            }
            Self::NotScheduled { .. } => "`kubectl describe node` says what is left of it".into(),
            Self::NotStarted { text, .. } if text.as_str().contains("/dbg-agent") => {
                "the image has no agent in it; `dbg image save` makes one that has, and without `--image` none is needed".into()
            }
            Self::NotStarted { .. } => "`dbg target explain` says what the pod has and why".into(),
            Self::Slow { .. } => "`kubectl get events` may say what it waits for".into(),
            Self::Deleted => "see who deletes pods there; run again".into(),
            Self::Ended { .. } => "run again when the node has what it lacks".into(),
            Self::NodeLost { .. } => "look at the machine itself, with `--target local`".into(),
            Self::ContainerNotStarted { .. } => {
                "it stays in the pod's list, and nothing of it runs; `--image REF` names another image, `--via node` needs none in the pod".into()
            }
            Self::NoShell { .. } => {
                "`--image REF` names an image with the agent in it; `--via node` looks from the pod's node and adds nothing to the pod".into()
            }
            Self::Cut => {
                "see whether the API server restarted, or what is between here and it cuts connections; run again".into()
            }
            Self::Rewritten { .. } => {
                "`kubectl get mutatingwebhookconfigurations` lists what may do so; name a namespace that it leaves alone with `-n`".into()
            }
            Self::NotLoaded { .. } => "`--image REF` names an image with the agent in it".into(),
        })
    }

    /// Whether another image may do.
    pub(super) fn is_of_image(&self) -> bool {
        matches!(self, Self::Image { .. } | Self::NotStarted { .. })
    }
}

/// How a pod stands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Standing {
    Runs,
    OnItsWay(Words),
    Never(PodFault),
}

/// Waits until the container of a pod runs. `version` is that of the answer to its creation.
pub(super) async fn started(
    cluster: &Cluster,
    namespace: &str,
    created: &Object,
    container: &str,
) -> Result<(), StartError> {
    let end = Instant::now() + STARTING;
    let mut state = Words::of("not known to any node");
    let mut version = created.metadata.resource_version.clone();
    while Instant::now() < end {
        match watched(cluster, namespace, (created, container), &version, end, &mut state).await? {
            Some(()) => return Ok(()),
            // The watch ended before the pod began: look at it as it is, and watch from there.
            None => {
                let pod: Pod = cluster
                    .get("look at a pod", Path::of("pods", Some(namespace)).named(&created.metadata.name))
                    .await
                    .map_err(gone)?;
                match standing(&pod, container) {
                    Standing::Runs => return Ok(()),
                    Standing::Never(fault) => return Err(fault.into()),
                    Standing::OnItsWay(words) => state = words,
                }
                version = pod.metadata.resource_version;
            }
        }
    }
    Err(PodFault::Slow { seconds: STARTING.as_secs(), state }.into())
}

/// A controller makes a Job's pod within a second, if it makes one at all.
const MAKING: Duration = Duration::from_secs(30);

/// The pod that a Job has made.
pub(super) async fn of_job(cluster: &Cluster, namespace: &str, job: &Object) -> Result<Pod, StartError> {
    let end = Instant::now() + MAKING;
    let (doing, selector) = ("find a Job's pod", format!("batch.kubernetes.io/controller-uid={}", job.metadata.uid));
    while Instant::now() < end {
        let path = || Path::of("pods", Some(namespace)).with(&[("labelSelector", &selector)]);
        let there: List<Pod> = cluster.get(doing, path().with(&[("limit", "1")])).await?;
        let version = there.metadata.resource_version.clone();
        if let Some(pod) = there.into_items().into_iter().next() {
            return Ok(pod);
        }
        let watch = path().with(&[("watch", "1"), ("timeoutSeconds", "30"), ("resourceVersion", &version)]);
        let mut events = Box::pin(cluster.watch::<Pod>(doing, watch).await?);
        while let Ok(Some(Ok(event))) = timeout_at(end, events.next()).await {
            match event {
                WatchEvent::Added(pod) | WatchEvent::Modified(pod) => return Ok(pod),
                WatchEvent::Deleted(_) => return Err(PodFault::Deleted.into()),
                WatchEvent::Bookmark(_) => {}
                // As below: it goes on from how things stand.
                WatchEvent::Error(_) => break,
            }
        }
    }
    let state = Words::of("not made by the Job; `kubectl describe job` may say why");
    Err(PodFault::Slow { seconds: MAKING.as_secs(), state }.into())
}

/// Why a pod did not start.
#[derive(Debug)]
pub(super) enum StartError {
    Cluster(ClusterError),
    Pod(PodFault),
}

impl From<ClusterError> for StartError {
    fn from(error: ClusterError) -> Self {
        Self::Cluster(error)
    }
}

impl From<PodFault> for StartError {
    fn from(fault: PodFault) -> Self {
        Self::Pod(fault)
    }
}

fn gone(error: ClusterError) -> StartError {
    if error.is_not_there() { PodFault::Deleted.into() } else { error.into() }
}

/// Whether it runs; nothing when the watch ended before.
async fn watched(
    cluster: &Cluster,
    namespace: &str,
    (created, container): (&Object, &str),
    version: &str,
    end: Instant,
    state: &mut Words,
) -> Result<Option<()>, StartError> {
    let selector = format!("metadata.name={}", created.metadata.name);
    let mut query = vec![("watch", "1"), ("fieldSelector", selector.as_str()), ("timeoutSeconds", "180")];
    if !version.is_empty() {
        query.push(("resourceVersion", version));
    }
    let doing = "watch a pod";
    let events = cluster.watch::<Pod>(doing, Path::of("pods", Some(namespace)).with(&query)).await?;
    let mut events = Box::pin(events);
    while let Ok(Some(event)) = timeout_at(end, events.next()).await {
        match event {
            Ok(WatchEvent::Added(pod) | WatchEvent::Modified(pod)) => match standing(&pod, container) {
                Standing::Runs => return Ok(Some(())),
                Standing::Never(fault) => return Err(fault.into()),
                Standing::OnItsWay(words) => *state = words,
            },
            Ok(WatchEvent::Deleted(_)) => return Err(PodFault::Deleted.into()),
            Ok(WatchEvent::Bookmark(_)) => {}
            // Too old a version, a connection that was cut: it goes on from how the pod stands now.
            Ok(WatchEvent::Error(_)) | Err(_) => return Ok(None),
        }
    }
    Ok(None)
}

/// What the kubelet says of images.
const OF_IMAGES: [&str; 6] = [
    "ErrImagePull",
    "ImagePullBackOff",
    "ErrImageNeverPull",
    "InvalidImageName",
    "ImageInspectError",
    "RegistryUnavailable",
];
/// What the kubelet says of containers that it will not start however often it tries.
const OF_STARTS: [&str; 4] = ["CreateContainerConfigError", "CreateContainerError", "RunContainerError", "StartError"];

fn standing(pod: &Pod, container: &str) -> Standing {
    let status = &pod.status;
    if pod.metadata.deletion_timestamp.is_some() {
        return Standing::Never(PodFault::Deleted);
    }
    if let Some(state) = pod.state(container) {
        if state.running.is_some() {
            return Standing::Runs;
        }
        if let Some(ended) = &state.terminated {
            let text =
                if ended.message.is_empty() { format!("code {}", ended.exit_code) } else { ended.message.clone() };
            let (reason, text) = (Words::of(&ended.reason), Words::of(&text));
            return Standing::Never(PodFault::NotStarted { reason, text });
        }
        if let Some(waiting) = &state.waiting {
            let (reason, text) = (Words::of(&waiting.reason), Words::of(&waiting.message));
            if OF_IMAGES.contains(&waiting.reason.as_str()) {
                let mut all = pod.spec.containers.iter().chain(&pod.spec.ephemeral_containers);
                let image = all.find(|one| one.name == container);
                let image = Words::of(image.map(|one| one.image.as_str()).unwrap_or_default());
                return Standing::Never(PodFault::Image { image, reason, text });
            }
            if OF_STARTS.contains(&waiting.reason.as_str()) {
                return Standing::Never(PodFault::NotStarted { reason, text });
            }
        }
    }
    if status.phase == "Failed" {
        let (reason, text) = (Words::of(&status.reason), Words::of(&status.message));
        return Standing::Never(PodFault::NotStarted { reason, text });
    }
    let unscheduled = status.conditions.iter().find(|one| one.kind == "PodScheduled" && one.status == "False");
    match unscheduled {
        Some(condition) if condition.reason == "Unschedulable" => {
            Standing::Never(PodFault::NotScheduled { text: Words::of(&condition.message) })
        }
        _ if pod.spec.node_name.is_empty() => Standing::OnItsWay(Words::of("waiting for a node")),
        _ => {
            let waiting = pod.state(container).and_then(|state| state.waiting.as_ref());
            let state = waiting.map_or("waiting for its node's kubelet", |waiting| waiting.reason.as_str());
            Standing::OnItsWay(Words::of(state))
        }
    }
}

/// What became of a pod whose session broke; nothing when the pod is as it was.
pub(super) async fn end_of(cluster: &Cluster, namespace: &str, name: &str, container: &str) -> Option<PodFault> {
    let path = Path::of("pods", Some(namespace)).named(name);
    match cluster.get::<Pod>("look at a pod", path).await {
        Ok(pod) => became(&pod, container),
        Err(error) if error.is_not_there() => Some(PodFault::Deleted),
        // That the cluster does not answer is told by the session.
        Err(_) => None,
    }
}

fn became(pod: &Pod, container: &str) -> Option<PodFault> {
    let status = &pod.status;
    let ended = pod.state(container).and_then(|state| state.terminated.as_ref());
    if status.phase == "Failed" && !status.reason.is_empty() {
        return Some(PodFault::Ended { reason: Words::of(&status.reason), text: Words::of(&status.message) });
    }
    if let Some(ended) = ended {
        let text = if ended.message.is_empty() { format!("code {}", ended.exit_code) } else { ended.message.clone() };
        return Some(PodFault::Ended { reason: Words::of(&ended.reason), text: Words::of(&text) });
    }
    if pod.metadata.deletion_timestamp.is_some() {
        return Some(PodFault::Deleted);
    }
    let ready = status.conditions.iter().find(|condition| condition.kind == "Ready");
    let lost = ready.filter(|ready| ready.status != "True" && ready.reason.starts_with("Node"));
    lost.map(|ready| PodFault::NodeLost { text: Words::of(&ready.message) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(status: &str) -> Pod {
        let spec = r#""spec":{"nodeName":"n1","containers":[{"name":"agent","image":"cart:1"}]}"#;
        serde_json::from_str(&format!("{{{spec},\"status\":{{{status}}}}}")).unwrap()
    }

    fn of(state: &str) -> Standing {
        standing(
            &pod(&format!(r#""phase":"Pending","containerStatuses":[{{"name":"agent","state":{state}}}]"#)),
            "agent",
        )
    }

    #[test]
    fn a_container_that_runs_is_all_that_counts() {
        assert_eq!(of(r#"{"running":{"startedAt":"x"}}"#), Standing::Runs);
        let beside = r#""containerStatuses":[{"name":"proxy","state":{"running":{}}},{"name":"agent","state":{"waiting":{"reason":"PodInitializing"}}}]"#;
        assert_eq!(standing(&pod(beside), "agent"), Standing::OnItsWay(Words::of("PodInitializing")));
    }

    #[test]
    fn an_image_that_is_not_there_is_known_at_once_and_by_its_name() {
        for reason in OF_IMAGES {
            let Standing::Never(PodFault::Image { image, .. }) =
                of(&format!(r#"{{"waiting":{{"reason":"{reason}"}}}}"#))
            else {
                panic!("{reason}")
            };
            assert_eq!(image.as_str(), "cart:1");
        }
    }

    #[test]
    fn what_never_starts_is_told_by_whoever_says_so() {
        let never = |standing| matches!(standing, Standing::Never(_));
        assert!(never(of(r#"{"waiting":{"reason":"CreateContainerError","message":"no such file"}}"#)));
        assert!(never(of(r#"{"terminated":{"reason":"StartError","exitCode":128}}"#)));
        assert!(never(standing(&pod(r#""phase":"Failed","reason":"OutOfpods""#), "agent")));
        let full =
            r#""conditions":[{"type":"PodScheduled","status":"False","reason":"Unschedulable","message":"0/2 nodes"}]"#;
        assert_eq!(
            standing(&pod(full), "agent"),
            Standing::Never(PodFault::NotScheduled { text: Words::of("0/2 nodes") })
        );
    }

    #[test]
    fn an_eviction_and_a_lost_node_are_told_from_a_pod_that_is_well() {
        assert!(matches!(
            became(&pod(r#""phase":"Failed","reason":"Evicted""#), "agent"),
            Some(PodFault::Ended { .. })
        ));
        let lost = r#""phase":"Running","conditions":[{"type":"Ready","status":"False","reason":"NodeNotReady"}]"#;
        assert!(matches!(became(&pod(lost), "agent"), Some(PodFault::NodeLost { .. })));
        let killed = r#""phase":"Running","containerStatuses":[{"name":"agent","state":{"terminated":{"reason":"OOMKilled","exitCode":137}}}]"#;
        assert!(matches!(became(&pod(killed), "agent"), Some(PodFault::Ended { .. })));
        assert_eq!(became(&pod(r#""phase":"Running""#), "agent"), None);
    }
}
