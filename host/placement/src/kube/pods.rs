//! A pod that is there already, before anything is decided: who runs in it, and what of dbg's is in it.

use dbg_model::{ContainerId, KubeName, PodTarget};
use serde_json::Value;

use super::answers::{Container, ContainerStatus, List, Pod, Security};
use super::connect::Cluster;
use super::error::ClusterError;
use super::request::Path;
use crate::docker::Words;

/// Names that are kept for a hint.
const KNOWN: &str = "500";
/// Which container is meant where nobody says; kubectl knows it too.
const DEFAULT: &str = "kubectl.kubernetes.io/default-container";
/// A pod that a kubelet has from a file: the API has a copy.
const MIRROR: &str = "kubernetes.io/config.mirror";
/// What the names of dbg's containers in pods begin with.
pub(super) const PREFIX: &str = "dbg-";

/// What is known of the pod that is looked into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PodFacts {
    /// There is none of this name.
    Missing {
        /// Where it would be.
        pod: PodTarget,
        /// Those that there are; raw.
        known: Vec<String>,
    },
    /// What it would stand for is not there.
    NoWorkload {
        /// The namespace.
        namespace: Words,
    },
    /// A Service that selects no pods: somebody else says where it leads.
    SelectsNone,
    /// None of the pods is ready.
    NoneReady {
        /// How each stands, some of them; raw.
        standing: Vec<String>,
        /// How many there are.
        all: usize,
    },
    /// It is there.
    There(Box<SeenPod>),
}

/// A pod that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenPod {
    /// Its namespace and its name.
    pub target: PodTarget,
    /// Its node, once it has one.
    pub node: Option<KubeName>,
    /// `Running`, and other words of the API.
    pub phase: Words,
    /// Whether it is about to go.
    pub is_going: bool,
    /// Whether a kubelet has it from a file.
    pub is_static: bool,
    /// Of how many ready ones it is the oldest, where it stands for a workload.
    pub ready: Option<usize>,
    /// Its containers, without those that come before and those that were added.
    pub containers: Vec<SeenContainer>,
    /// Which is meant where nobody says.
    pub default: Option<String>,
    /// dbg's containers that were added to it.
    pub parked: Parked,
}

/// A container of a pod. Texts are raw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenContainer {
    /// Its name.
    pub name: String,
    /// Its image, as the pod names it.
    pub image: String,
    /// Its id, where it runs.
    pub id: Option<ContainerId>,
    /// How it stands where it does not run.
    pub not_running: Option<Words>,
    /// As whom it runs, as far as the pod says.
    pub runs_as: RunsAs,
}

/// As whom a container's processes run, as far as its pod says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunsAs {
    /// The user.
    pub user: Option<i64>,
    /// The group.
    pub group: Option<i64>,
    /// Whether it may not be root.
    pub non_root: Option<bool>,
    /// Whether every right was taken from it.
    pub has_no_right: bool,
}

/// dbg's containers that were added to a pod: how many there are, and how many of them run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Parked {
    /// All; none can be taken away again.
    pub all: usize,
    /// Those that run.
    pub running: usize,
}

/// Looks at a pod by its name.
pub(super) async fn look(cluster: &Cluster, target: &PodTarget) -> Result<PodFacts, ClusterError> {
    let namespace = target.namespace.as_ref().map_or(cluster.namespace(), KubeName::as_str);
    let pods = || Path::of("pods", Some(namespace));
    match cluster.get::<Pod>("look at a pod", pods().named(target.name.as_str())).await {
        Ok(pod) => Ok(seen(&pod, target.clone(), namespace, None)),
        Err(error) if error.is_not_there() => {
            // A list that may not be read only lacks in a hint.
            let known = match cluster.get::<List<Pod>>("list pods", pods().with(&[("limit", KNOWN)])).await {
                Ok(list) => list.into_items().into_iter().map(|pod| pod.metadata.name).collect(),
                Err(_) => Vec::new(),
            };
            Ok(PodFacts::Missing { pod: within(target.clone(), namespace), known })
        }
        Err(error) => Err(error),
    }
}

/// The same with the namespace that was meant.
fn within(target: PodTarget, namespace: &str) -> PodTarget {
    PodTarget { namespace: target.namespace.or_else(|| namespace.parse().ok()), ..target }
}

/// A pod of an answer, as the target that names it.
pub(super) fn seen(pod: &Pod, target: PodTarget, namespace: &str, ready: Option<usize>) -> PodFacts {
    let target = within(target, namespace);
    PodFacts::There(Box::new(SeenPod {
        target,
        node: pod.spec.node_name.parse().ok(),
        phase: Words::of(&pod.status.phase),
        is_going: pod.metadata.deletion_timestamp.is_some(),
        is_static: pod.metadata.annotations.contains_key(MIRROR),
        ready,
        containers: pod.spec.containers.iter().map(|container| of(pod, container)).collect(),
        default: pod.metadata.annotations.get(DEFAULT).cloned(),
        parked: parked(pod),
    }))
}

fn of(pod: &Pod, container: &Container) -> SeenContainer {
    let status = pod.status_of(&container.name);
    let runs = status.is_some_and(|status| status.state.running.is_some());
    let id = status.and_then(|status| ContainerId::new(status.container_id.split_once("://")?.1)).filter(|_| runs);
    SeenContainer {
        name: container.name.clone(),
        image: container.image.clone(),
        id,
        not_running: (!runs).then(|| standing(status)),
        runs_as: runs_as(&pod.spec.security_context, container.security_context.as_ref()),
    }
}

fn standing(status: Option<&ContainerStatus>) -> Words {
    let Some(status) = status else { return Words::of("not started") };
    match (&status.state.waiting, &status.state.terminated) {
        (Some(waiting), _) if !waiting.reason.is_empty() => Words::of(&waiting.reason),
        (_, Some(ended)) => Words::of(&format!("ended with code {} ({})", ended.exit_code, ended.reason)),
        _ => Words::of("not started"),
    }
}

/// What a container says of itself comes before what its pod says of all.
fn runs_as(all: &Security, own: Option<&Value>) -> RunsAs {
    let own = own.and_then(|own| serde_json::from_value::<Security>(own.clone()).ok()).unwrap_or_default();
    let drops_all = own.capabilities.drop.iter().any(|name| name.eq_ignore_ascii_case("ALL"));
    RunsAs {
        user: own.run_as_user.or(all.run_as_user),
        group: own.run_as_group.or(all.run_as_group),
        non_root: own.run_as_non_root.or(all.run_as_non_root),
        has_no_right: drops_all && own.capabilities.add.is_empty(),
    }
}

fn parked(pod: &Pod) -> Parked {
    let ours = || pod.spec.ephemeral_containers.iter().filter(|container| container.name.starts_with(PREFIX));
    let runs = |container: &&Container| pod.state(&container.name).is_some_and(|state| state.running.is_some());
    Parked { all: ours().count(), running: ours().filter(runs).count() }
}

impl SeenPod {
    /// The container that is meant: the one that was named, else the one that the pod names, else the first.
    #[must_use]
    pub fn meant(&self) -> Option<&SeenContainer> {
        let named = self.target.container.as_ref().map(KubeName::as_str);
        match named {
            Some(name) => self.containers.iter().find(|container| container.name == name),
            None => {
                let default = self.default.as_ref();
                let default = default.and_then(|name| self.containers.iter().find(|one| one.name == *name));
                default.or_else(|| self.containers.first())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, named: Option<&str>) -> SeenPod {
        let target = PodTarget {
            namespace: None,
            name: "cart".parse().unwrap(),
            container: named.map(|name| name.parse().unwrap()),
        };
        match seen(&serde_json::from_str(text).unwrap(), target, "shop", None) {
            PodFacts::There(pod) => *pod,
            other => panic!("{other:?}"),
        }
    }

    const TWO: &str = r#""spec":{"containers":[{"name":"app","image":"a"},{"name":"side","image":"b"}]}"#;

    #[test]
    fn the_container_that_is_meant_is_the_named_one_then_the_annotated_one_then_the_first() {
        let plain = format!("{{{TWO}}}");
        let annotated = format!(r#"{{"metadata":{{"annotations":{{"{DEFAULT}":"side"}}}},{TWO}}}"#);
        let meant = |text: &str, named| of(text, named).meant().map(|container| container.name.clone());
        assert_eq!(meant(&plain, None).as_deref(), Some("app"));
        assert_eq!(meant(&annotated, None).as_deref(), Some("side"));
        assert_eq!(meant(&annotated, Some("app")).as_deref(), Some("app"));
        assert_eq!(meant(&plain, Some("nope")), None);
        let stale = annotated.replace(r#":"side"}}"#, r#":"gone"}}"#);
        assert_eq!(meant(&stale, None).as_deref(), Some("app"));
        assert_eq!(of(&plain, None).target.to_string(), "shop/cart");
    }

    #[test]
    fn how_a_container_stands_is_told_in_the_kubelets_word() {
        let state = |state: &str| {
            let status = format!(
                r#""status":{{"containerStatuses":[{{"name":"app","containerID":"containerd://{}","state":{state}}}]}}"#,
                "0f".repeat(32)
            );
            of(&format!("{{{TWO},{status}}}"), None).containers.remove(0)
        };
        assert_eq!(
            state(r#"{"waiting":{"reason":"CrashLoopBackOff"}}"#).not_running,
            Some(Words::of("CrashLoopBackOff"))
        );
        let ended = state(r#"{"terminated":{"reason":"Error","exitCode":3}}"#);
        assert_eq!((ended.not_running, ended.id), (Some(Words::of("ended with code 3 (Error)")), None));
        let running = state(r#"{"running":{"startedAt":"x"}}"#);
        assert_eq!((running.not_running, running.id.is_some()), (None, true));
    }

    #[test]
    fn what_a_container_says_of_its_user_comes_before_what_the_pod_says() {
        let all: Security = serde_json::from_str(r#"{"runAsUser":1000,"runAsNonRoot":true}"#).unwrap();
        let own = serde_json::json!({ "runAsUser": 7, "capabilities": { "drop": ["ALL"] } });
        let runs = runs_as(&all, Some(&own));
        assert_eq!((runs.user, runs.non_root, runs.has_no_right), (Some(7), Some(true), true));
        assert_eq!(runs_as(&all, None), RunsAs { user: Some(1000), non_root: Some(true), ..RunsAs::default() });
        let adds = serde_json::json!({ "capabilities": { "drop": ["ALL"], "add": ["NET_BIND_SERVICE"] } });
        assert!(!runs_as(&all, Some(&adds)).has_no_right);
    }

    #[test]
    fn only_what_has_dbgs_name_counts_as_dbgs() {
        let pod = r#"{"spec":{"ephemeralContainers":[{"name":"dbg-1"},{"name":"dbg-2"},{"name":"debugger-x"}]},
            "status":{"ephemeralContainerStatuses":[{"name":"dbg-2","state":{"running":{}}},{"name":"debugger-x","state":{"running":{}}}]}}"#;
        assert_eq!(of(pod, None).parked, Parked { all: 2, running: 1 });
    }
}
