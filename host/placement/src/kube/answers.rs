//! What is read of a cluster's answers. Everything is text of somebody else's until it was checked: a name becomes part of a path.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

/// Servers write `null` where a list or a map has nothing in it.
fn null_is_empty<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    Option::deserialize(from).map(Option::unwrap_or_default)
}

/// Of any object.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Metadata {
    pub(super) name: String,
    pub(super) namespace: String,
    pub(super) uid: String,
    pub(super) resource_version: String,
    #[serde(deserialize_with = "null_is_empty")]
    pub(super) labels: BTreeMap<String, String>,
    #[serde(deserialize_with = "null_is_empty")]
    pub(super) annotations: BTreeMap<String, String>,
    pub(super) creation_timestamp: String,
    pub(super) deletion_timestamp: Option<String>,
}

/// An object of which nothing else is read.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Object {
    pub(super) metadata: Metadata,
}

/// A page of a list.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct List<T> {
    #[serde(default)]
    pub(super) metadata: ListMetadata,
    // An empty list of some servers is null.
    #[serde(default)]
    items: Option<Vec<T>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct ListMetadata {
    #[serde(rename = "continue", default)]
    pub(super) more: String,
    #[serde(rename = "resourceVersion", default)]
    pub(super) resource_version: String,
}

impl<T> List<T> {
    pub(super) fn into_items(self) -> Vec<T> {
        self.items.unwrap_or_default()
    }
}

/// A pod.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Pod {
    pub(super) metadata: Metadata,
    pub(super) spec: PodSpec,
    pub(super) status: PodStatus,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct PodSpec {
    pub(super) node_name: String,
    #[serde(deserialize_with = "null_is_empty")]
    pub(super) containers: Vec<Container>,
    #[serde(deserialize_with = "null_is_empty")]
    pub(super) init_containers: Vec<Container>,
    #[serde(deserialize_with = "null_is_empty")]
    pub(super) ephemeral_containers: Vec<Container>,
    pub(super) security_context: Security,
    pub(super) active_deadline_seconds: Option<i64>,
    #[serde(deserialize_with = "null_is_empty")]
    pub(super) image_pull_secrets: Vec<serde::de::IgnoredAny>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Container {
    pub(super) name: String,
    pub(super) image: String,
    #[serde(deserialize_with = "null_is_empty")]
    pub(super) command: Vec<String>,
    /// As it is, to be compared.
    pub(super) security_context: Option<serde_json::Value>,
    /// Only of an ephemeral one.
    pub(super) target_container_name: String,
    #[serde(deserialize_with = "null_is_empty")]
    pub(super) volume_mounts: Vec<Mount>,
}

/// As whom the processes of a pod or a container run.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Security {
    pub(super) run_as_user: Option<i64>,
    pub(super) run_as_group: Option<i64>,
    pub(super) run_as_non_root: Option<bool>,
    pub(super) capabilities: Rights,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Rights {
    #[serde(deserialize_with = "null_is_empty")]
    pub(super) add: Vec<String>,
    #[serde(deserialize_with = "null_is_empty")]
    pub(super) drop: Vec<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Mount {
    pub(super) mount_path: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct PodStatus {
    pub(super) phase: String,
    pub(super) reason: String,
    pub(super) message: String,
    #[serde(deserialize_with = "null_is_empty")]
    pub(super) conditions: Vec<Condition>,
    #[serde(deserialize_with = "null_is_empty")]
    pub(super) container_statuses: Vec<ContainerStatus>,
    pub(super) ephemeral_container_statuses: Vec<ContainerStatus>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Condition {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) status: String,
    pub(super) reason: String,
    pub(super) message: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ContainerStatus {
    pub(super) name: String,
    /// `RUNTIME://ID`, once it was created.
    #[serde(rename = "containerID")]
    pub(super) container_id: String,
    pub(super) state: State,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct State {
    pub(super) waiting: Option<Waiting>,
    pub(super) running: Option<Running>,
    pub(super) terminated: Option<Terminated>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Running {
    pub(super) started_at: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Waiting {
    pub(super) reason: String,
    pub(super) message: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Terminated {
    pub(super) reason: String,
    pub(super) message: String,
    pub(super) exit_code: i32,
}

/// A node.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Node {
    pub(super) metadata: Metadata,
    pub(super) spec: NodeSpec,
    pub(super) status: NodeStatus,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct NodeSpec {
    pub(super) unschedulable: bool,
    #[serde(deserialize_with = "null_is_empty")]
    pub(super) taints: Vec<Taint>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Taint {
    pub(super) key: String,
    pub(super) effect: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct NodeStatus {
    #[serde(deserialize_with = "null_is_empty")]
    pub(super) conditions: Vec<Condition>,
    pub(super) node_info: NodeInfo,
    #[serde(deserialize_with = "null_is_empty")]
    pub(super) images: Vec<NodeImage>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct NodeInfo {
    pub(super) architecture: String,
    pub(super) operating_system: String,
    pub(super) kubelet_version: String,
    pub(super) container_runtime_version: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct NodeImage {
    #[serde(deserialize_with = "null_is_empty")]
    pub(super) names: Vec<String>,
}

/// What containers and pods of a namespace may have.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct LimitRange {
    pub(super) metadata: Metadata,
    pub(super) spec: LimitRangeSpec,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct LimitRangeSpec {
    #[serde(deserialize_with = "null_is_empty")]
    pub(super) limits: Vec<LimitItem>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct LimitItem {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(deserialize_with = "null_is_empty")]
    pub(super) min: BTreeMap<String, String>,
    #[serde(deserialize_with = "null_is_empty")]
    pub(super) max: BTreeMap<String, String>,
    #[serde(deserialize_with = "null_is_empty")]
    pub(super) max_limit_request_ratio: BTreeMap<String, String>,
}

/// What all of a namespace may have.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Quota {
    pub(super) metadata: Metadata,
    pub(super) spec: QuotaSpec,
    pub(super) status: QuotaStatus,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct QuotaSpec {
    #[serde(deserialize_with = "null_is_empty")]
    pub(super) scopes: Vec<String>,
    pub(super) scope_selector: Option<serde::de::IgnoredAny>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct QuotaStatus {
    #[serde(deserialize_with = "null_is_empty")]
    pub(super) hard: BTreeMap<String, String>,
    #[serde(deserialize_with = "null_is_empty")]
    pub(super) used: BTreeMap<String, String>,
}

/// The answer to an access review.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Review {
    pub(super) status: ReviewStatus,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ReviewStatus {
    pub(super) allowed: bool,
    pub(super) evaluation_error: String,
}

/// Who the server takes us for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Whoami {
    pub(super) status: WhoamiStatus,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct WhoamiStatus {
    pub(super) user_info: UserInfo,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct UserInfo {
    pub(super) username: String,
}

/// What the server is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Version {
    pub(super) major: String,
    pub(super) minor: String,
}

impl Version {
    /// The number behind the point; some say `33+`.
    pub(super) fn minor(&self) -> Option<u32> {
        let digits: String = self.minor.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok().filter(|_| self.major == "1")
    }
}

impl Pod {
    /// How a container of it stands, an ordinary or an ephemeral one: no two have one name.
    pub(super) fn state(&self, container: &str) -> Option<&State> {
        self.status_of(container).map(|status| &status.state)
    }

    pub(super) fn status_of(&self, container: &str) -> Option<&ContainerStatus> {
        let PodStatus { container_statuses, ephemeral_container_statuses, .. } = &self.status;
        container_statuses.iter().chain(ephemeral_container_statuses).find(|status| status.name == container)
    }

    /// Whether it counts as one that serves.
    pub(super) fn is_ready(&self) -> bool {
        let ready = |condition: &Condition| condition.kind == "Ready" && condition.status == "True";
        self.metadata.deletion_timestamp.is_none() && self.status.conditions.iter().any(ready)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_without_what_is_read_of_it_is_still_one() {
        let pod: Pod = serde_json::from_str(r#"{"metadata":{"name":"x"},"spec":{"containers":[{}]}}"#).unwrap();
        assert_eq!((pod.metadata.name.as_str(), pod.status.phase.as_str()), ("x", ""));
        let list: List<Pod> = serde_json::from_str(r#"{"metadata":{"continue":"t"},"items":null}"#).unwrap();
        assert_eq!(list.metadata.more, "t");
        assert_eq!(list.into_items().len(), 0);
    }

    #[test]
    fn null_is_a_list_or_a_map_with_nothing_in_it() {
        let text = r#"{"metadata":{"labels":null},"spec":{"taints":null},"status":{"images":[{"names":null},{"names":["a"]}]}}"#;
        let node: Node = serde_json::from_str(text).unwrap();
        let names: Vec<&String> = node.status.images.iter().flat_map(|image| &image.names).collect();
        assert_eq!(names, ["a"]);
        assert!(node.spec.taints.is_empty() && node.metadata.labels.is_empty());
    }

    #[test]
    fn a_servers_version_is_a_number_with_whatever_behind_it() {
        let minor = |major: &str, minor: &str| Version { major: major.into(), minor: minor.into() }.minor();
        assert_eq!(
            (minor("1", "37"), minor("1", "33+"), minor("2", "1"), minor("", "")),
            (Some(37), Some(33), None, None)
        );
    }
}
