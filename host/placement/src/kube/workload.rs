//! What has pods, and the one of them that stands for it: the oldest that is ready, so that one run after another looks at the same.

use dbg_model::{PodTarget, WorkloadKind, WorkloadTarget};
use serde::Deserialize;
use std::collections::BTreeMap;

use super::answers::{List, Pod};
use super::connect::Cluster;
use super::error::ClusterError;
use super::pods::{self, PodFacts};
use super::request::Path;
use crate::docker::Words;

/// Pods of one workload that are looked at.
const MOST: &str = "500";
/// Of which it is told how they stand.
const TOLD: usize = 4;

/// What has pods, as far as its pods are found by it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Workload {
    spec: Spec,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Spec {
    /// Of a Service the labels themselves.
    selector: Option<Selector>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Selector {
    Labels(BTreeMap<String, String>),
    Whole(WholeSelector),
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WholeSelector {
    match_labels: BTreeMap<String, String>,
    match_expressions: Vec<Expression>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Expression {
    key: String,
    operator: String,
    values: Vec<String>,
}

/// Group and resource of a kind.
pub(super) fn resource(kind: WorkloadKind) -> (&'static str, &'static str) {
    match kind {
        WorkloadKind::Deployment => ("apps", "deployments"),
        WorkloadKind::StatefulSet => ("apps", "statefulsets"),
        WorkloadKind::DaemonSet => ("apps", "daemonsets"),
        WorkloadKind::Job => ("batch", "jobs"),
        WorkloadKind::Service => ("", "services"),
    }
}

fn path(kind: WorkloadKind, namespace: &str) -> Path {
    let (_, plural) = resource(kind);
    match kind {
        WorkloadKind::Service => Path::of(plural, Some(namespace)),
        WorkloadKind::Job => Path::in_group("batch/v1", plural, namespace),
        WorkloadKind::Deployment | WorkloadKind::StatefulSet | WorkloadKind::DaemonSet => {
            Path::in_group("apps/v1", plural, namespace)
        }
    }
}

/// Looks for the pod that stands for a workload.
pub(super) async fn look(cluster: &Cluster, target: &WorkloadTarget) -> Result<PodFacts, ClusterError> {
    let meant = target.namespace.as_ref().map_or(cluster.namespace(), |namespace| namespace.as_str());
    let found =
        cluster.get::<Workload>("look at a workload", path(target.kind, meant).named(target.name.as_str())).await;
    let workload = match found {
        Ok(workload) => workload,
        Err(error) if error.is_not_there() => return Ok(PodFacts::NoWorkload { namespace: Words::of(meant) }),
        Err(error) => return Err(error),
    };
    let Some(selector) = workload.spec.selector.and_then(|selector| text(&selector)) else {
        return Ok(PodFacts::SelectsNone);
    };
    let path = Path::of("pods", Some(meant)).with(&[("labelSelector", selector.as_str()), ("limit", MOST)]);
    let pods = cluster.get::<List<Pod>>("list pods", path).await?.into_items();
    Ok(chosen(&pods, target, meant))
}

/// The oldest that is ready; of several that began at once the first by name.
fn chosen(pods: &[Pod], target: &WorkloadTarget, namespace: &str) -> PodFacts {
    let ready = || pods.iter().filter(|pod| pod.is_ready());
    let age = |pod: &&Pod| (pod.metadata.creation_timestamp.clone(), pod.metadata.name.clone());
    let oldest = ready().min_by_key(age).and_then(|pod| Some((pod, pod.metadata.name.parse().ok()?)));
    match oldest {
        Some((pod, name)) => {
            let container = target.container.clone();
            pods::seen(pod, PodTarget { namespace: None, name, container }, namespace, Some(ready().count()))
        }
        None => {
            let standing = pods.iter().take(TOLD).map(standing).collect();
            PodFacts::NoneReady { standing, all: pods.len() }
        }
    }
}

fn standing(pod: &Pod) -> String {
    let waiting = pod.status.container_statuses.iter().find_map(|status| status.state.waiting.as_ref());
    let unready =
        pod.status.conditions.iter().find(|condition| condition.kind == "Ready" && condition.status != "True");
    let how = match (waiting, unready) {
        _ if pod.metadata.deletion_timestamp.is_some() => "is being deleted",
        (Some(waiting), _) if !waiting.reason.is_empty() => &waiting.reason,
        (_, Some(unready)) if !unready.reason.is_empty() => &unready.reason,
        _ => &pod.status.phase,
    };
    format!("{} ({how})", pod.metadata.name)
}

/// As a list is asked with; none where it selects nothing.
fn text(selector: &Selector) -> Option<String> {
    let equal =
        |labels: &BTreeMap<String, String>| labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let parts: Vec<String> = match selector {
        Selector::Labels(labels) => equal(labels),
        Selector::Whole(whole) => {
            let mut parts: Vec<String> = equal(&whole.match_labels);
            parts.extend(whole.match_expressions.iter().filter_map(expression));
            parts
        }
    };
    (!parts.is_empty()).then(|| parts.join(","))
}

fn expression(expression: &Expression) -> Option<String> {
    let Expression { key, operator, values } = expression;
    let values = values.join(",");
    Some(match operator.as_str() {
        "In" => format!("{key} in ({values})"),
        "NotIn" => format!("{key} notin ({values})"),
        "Exists" => key.clone(),
        "DoesNotExist" => format!("!{key}"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selects(text: &str) -> Option<String> {
        let workload: Workload = serde_json::from_str(text).unwrap();
        workload.spec.selector.and_then(|selector| super::text(&selector))
    }

    #[test]
    fn a_selector_is_asked_as_it_is_written_by_services_and_by_workloads() {
        assert_eq!(
            selects(r#"{"spec":{"selector":{"app":"cart","tier":"web"}}}"#).as_deref(),
            Some("app=cart,tier=web")
        );
        let whole = r#"{"spec":{"selector":{"matchLabels":{"app":"cart"},"matchExpressions":[
            {"key":"tier","operator":"In","values":["a","b"]},{"key":"x","operator":"DoesNotExist"}]}}}"#;
        assert_eq!(selects(whole).as_deref(), Some("app=cart,tier in (a,b),!x"));
        assert_eq!(selects(r#"{"spec":{}}"#), None);
        assert_eq!(selects(r#"{"spec":{"selector":{}}}"#), None);
    }

    fn pod(name: &str, created: &str, ready: &str, more: &str) -> Pod {
        let text = format!(
            r#"{{"metadata":{{"name":"{name}","creationTimestamp":"{created}"{more}}},
            "status":{{"phase":"Running","conditions":[{{"type":"Ready","status":"{ready}","reason":"ContainersNotReady"}}]}}}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    fn target() -> WorkloadTarget {
        let name = "cart".parse().unwrap();
        WorkloadTarget { kind: WorkloadKind::Deployment, namespace: None, name, container: None }
    }

    #[test]
    fn the_oldest_that_is_ready_stands_for_all_whatever_the_order_of_the_list() {
        let going = r#","deletionTimestamp":"2026-01-04T00:00:00Z""#;
        let mut pods = vec![
            pod("c", "2026-01-02T00:00:00Z", "True", ""),
            pod("b", "2026-01-02T00:00:00Z", "True", ""),
            pod("old", "2025-01-01T00:00:00Z", "False", ""),
            pod("gone", "2025-01-01T00:00:00Z", "True", going),
        ];
        for _ in 0..2 {
            let PodFacts::There(seen) = chosen(&pods, &target(), "shop") else { panic!() };
            assert_eq!((seen.target.to_string().as_str(), seen.ready), ("shop/b", Some(2)));
            pods.reverse();
        }
    }

    #[test]
    fn where_none_is_ready_it_is_told_how_they_stand() {
        let pods = [pod("a", "2026-01-02T00:00:00Z", "False", "")];
        let PodFacts::NoneReady { standing, all } = chosen(&pods, &target(), "shop") else { panic!() };
        assert_eq!((standing, all), (vec!["a (ContainersNotReady)".to_owned()], 1));
        assert_eq!(chosen(&[], &target(), "shop"), PodFacts::NoneReady { standing: Vec::new(), all: 0 });
    }
}
