//! Which pods are looked at.

use std::collections::BTreeMap;

use dbg_sdk::cluster::{self, ErrorCode};
use dbg_sdk::prelude::*;

use crate::parameters::OomRestart;
use crate::pod::Pod;

/// Pods of one namespace; each takes some 10 KiB.
const MOST_PODS: u32 = 500;
/// Pods in trouble that are looked into; each takes two or three calls.
const MOST_TROUBLED: usize = 20;

/// What was asked for.
#[derive(Debug)]
pub(crate) struct Subject {
    pub(crate) namespace: String,
    /// One, or all of the namespace.
    pub(crate) pod: Option<String>,
    pub(crate) container: Option<String>,
}

impl Subject {
    pub(crate) fn read(parameters: &OomRestart) -> Result<Self, Failure> {
        let target = cluster::target()?;
        let is_pod = target.kind == "Pod";
        if !matches!(target.kind.as_str(), "" | "Pod" | "Namespace" | "Cluster") && parameters.namespace.is_none() {
            let what = format!(
                "a {} runs no pods of its own: name `pod=` and `namespace=`, or `--target pod/NAME`",
                target.kind
            );
            return Err(Failure::bad_arguments(what));
        }
        if is_pod && parameters.pod.as_ref().is_some_and(|pod| *pod != target.name) {
            return Err(Failure::bad_arguments("the target is one pod, and `pod=` names another"));
        }
        let namespace = parameters.namespace.clone().unwrap_or(target.namespace);
        let named = Some(target.container).filter(|name| !name.is_empty());
        Ok(Self {
            namespace,
            pod: parameters.pod.clone().or_else(|| is_pod.then_some(target.name)),
            container: parameters.container.clone().or(named),
        })
    }

    /// The pod, or those of the namespace that are in trouble.
    pub(crate) fn pods(&self, run: &Run) -> Result<Vec<Pod>, Failure> {
        let Self { namespace, pod, container } = self;
        if let Some(name) = pod {
            let found = cluster::get("Pod", namespace, name).map_err(|error| match error.code {
                ErrorCode::NotFound => {
                    Failure::unsupported(format!("there is no pod `{name}` in the namespace `{namespace}`"))
                }
                _ => error.into(),
            })?;
            let mut pod = Pod::of(&found);
            if let Some(container) = container {
                pod.containers.retain(|one| one.name == *container);
                if pod.containers.is_empty() {
                    let what = format!("the pod `{name}` has no container `{container}`");
                    return Err(Failure::bad_arguments(what));
                }
            }
            return Ok(vec![pod]);
        }
        let listed = cluster::list("Pod").in_namespace(namespace).limit(MOST_PODS).read()?;
        if listed.cut {
            run.info("oom-more", format!("the namespace has more than {MOST_PODS} pods, and the others are left out"));
        }
        run.metric("pods", Unit::Count, f64::from(u32::try_from(listed.objects.len()).unwrap_or(u32::MAX)), &[]);
        let mut pods: Vec<Pod> = listed.objects.iter().map(Pod::of).filter(Pod::is_in_trouble).collect();
        pods.sort_by_key(|pod| std::cmp::Reverse(pod.containers.iter().map(|one| one.restarts).max()));
        if pods.len() > MOST_TROUBLED {
            let more = pods.len() - MOST_TROUBLED;
            run.info("oom-more", format!("{more} more pods are in trouble; those with the most restarts are told"));
            pods.truncate(MOST_TROUBLED);
        }
        Ok(pods)
    }
}

/// What is wrong with nodes, by name; a node that may not be read is left out.
pub(crate) fn node_pressures(pods: &[Pod]) -> BTreeMap<String, Vec<String>> {
    let mut nodes = BTreeMap::new();
    for pod in pods.iter().filter(|pod| !pod.node.is_empty()) {
        if nodes.contains_key(&pod.node) {
            continue;
        }
        let Ok(node) = cluster::get("Node", "", &pod.node) else { continue };
        let wrong = node.json.list("/status/conditions").iter().filter_map(|one| {
            let (kind, status) = (one.text("/type")?, one.text("/status")?);
            let is_wrong = if kind == "Ready" { status != "True" } else { status == "True" };
            let said = one.text("/message").unwrap_or_default();
            is_wrong.then(|| if kind == "Ready" { format!("not ready: {said}") } else { format!("{kind}: {said}") })
        });
        nodes.insert(pod.node.clone(), wrong.collect());
    }
    nodes
}
