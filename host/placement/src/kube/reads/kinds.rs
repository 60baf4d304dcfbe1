//! Where objects of a kind lie in the API: what everybody has is known, the rest is asked for.

use dbg_capability::{ClusterReadError, ClusterReadErrorCode as Code};
use dbg_model::ClusterKind;
use hyper::Request;
use serde::Deserialize;

use super::answer::told;
use crate::kube::Cluster;

/// Whether objects of a kind are in namespaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Namespaced,
    Whole,
}

/// Where objects of a kind lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// `/api/v1`, `/apis/apps/v1`.
    prefix: String,
    plural: String,
    scope: Scope,
}

/// Group, version, kind, plural.
const KNOWN: [(&str, &str, &str, &str, Scope); 26] = [
    ("", "v1", "Pod", "pods", Scope::Namespaced),
    ("", "v1", "Service", "services", Scope::Namespaced),
    ("", "v1", "Endpoints", "endpoints", Scope::Namespaced),
    ("", "v1", "Event", "events", Scope::Namespaced),
    ("", "v1", "ConfigMap", "configmaps", Scope::Namespaced),
    ("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", Scope::Namespaced),
    ("", "v1", "ServiceAccount", "serviceaccounts", Scope::Namespaced),
    ("", "v1", "ResourceQuota", "resourcequotas", Scope::Namespaced),
    ("", "v1", "LimitRange", "limitranges", Scope::Namespaced),
    ("", "v1", "ReplicationController", "replicationcontrollers", Scope::Namespaced),
    ("", "v1", "Node", "nodes", Scope::Whole),
    ("", "v1", "Namespace", "namespaces", Scope::Whole),
    ("", "v1", "PersistentVolume", "persistentvolumes", Scope::Whole),
    ("apps", "v1", "Deployment", "deployments", Scope::Namespaced),
    ("apps", "v1", "ReplicaSet", "replicasets", Scope::Namespaced),
    ("apps", "v1", "StatefulSet", "statefulsets", Scope::Namespaced),
    ("apps", "v1", "DaemonSet", "daemonsets", Scope::Namespaced),
    ("batch", "v1", "Job", "jobs", Scope::Namespaced),
    ("batch", "v1", "CronJob", "cronjobs", Scope::Namespaced),
    ("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", Scope::Namespaced),
    ("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", Scope::Namespaced),
    ("networking.k8s.io", "v1", "Ingress", "ingresses", Scope::Namespaced),
    ("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", Scope::Namespaced),
    ("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", Scope::Namespaced),
    ("storage.k8s.io", "v1", "StorageClass", "storageclasses", Scope::Whole),
    ("coordination.k8s.io", "v1", "Lease", "leases", Scope::Namespaced),
];

impl Place {
    /// The path of one object, or of all in a namespace; the empty one stands for all.
    pub(super) fn path(&self, namespace: &str, name: Option<&str>) -> String {
        let Self { prefix, plural, scope } = self;
        let within = match scope {
            Scope::Namespaced if !namespace.is_empty() => format!("/namespaces/{namespace}"),
            Scope::Namespaced | Scope::Whole => String::new(),
        };
        let name = name.map(|name| format!("/{name}")).unwrap_or_default();
        format!("{prefix}{within}/{plural}{name}")
    }

    /// One object lies in a namespace exactly where its kind does.
    pub(super) fn holds(&self, namespace: &str) -> bool {
        (self.scope == Scope::Namespaced) != namespace.is_empty()
    }
}

fn known(kind: &ClusterKind) -> Option<Place> {
    let found = KNOWN.iter().find(|(group, _, name, ..)| *group == kind.group() && *name == kind.kind())?;
    let (group, version, _, plural, scope) = *found;
    let prefix = if group.is_empty() { format!("/api/{version}") } else { format!("/apis/{group}/{version}") };
    Some(Place { prefix, plural: plural.to_owned(), scope })
}

#[derive(Deserialize)]
struct Group {
    #[serde(rename = "preferredVersion")]
    preferred: Preferred,
}

#[derive(Deserialize)]
struct Preferred {
    version: String,
}

#[derive(Deserialize)]
struct Resources {
    resources: Vec<Resource>,
}

#[derive(Deserialize)]
struct Resource {
    name: String,
    kind: String,
    namespaced: bool,
}

/// Where a kind lies; secrets lie nowhere.
pub(super) async fn place(cluster: &Cluster, kind: &ClusterKind) -> Result<Place, ClusterReadError> {
    if let Some(place) = known(kind) {
        return Ok(place);
    }
    let group = kind.group();
    let prefix = if group.is_empty() {
        "/api/v1".to_owned()
    } else {
        let Group { preferred } = ask(cluster, &format!("/apis/{group}")).await?;
        format!("/apis/{group}/{}", preferred.version)
    };
    let Resources { resources } = ask(cluster, &prefix).await?;
    // A name with a slash is a part of another resource.
    let found = resources.into_iter().find(|resource| resource.kind == kind.kind() && is_plain(&resource.name));
    let missing = || ClusterReadError::new(Code::NotFound, format!("the cluster has no kind {kind}"));
    let Resource { name, namespaced, .. } = found.ok_or_else(missing)?;
    if name == "secrets" || kind.is_secret() {
        return Err(ClusterReadError::new(Code::Denied, "secrets of a cluster are read by nobody"));
    }
    let scope = if namespaced { Scope::Namespaced } else { Scope::Whole };
    Ok(Place { prefix, plural: name, scope })
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

async fn ask<T: for<'de> Deserialize<'de>>(cluster: &Cluster, path: &str) -> Result<T, ClusterReadError> {
    let request = Request::get(path)
        .body(Vec::new())
        .map_err(|_| ClusterReadError::new(Code::BadRequest, "that is no kind of object"))?;
    cluster.ask("say what kinds it has", cluster.client().request(request)).await.map_err(|error| told(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(kind: &str, namespace: &str, name: Option<&str>) -> String {
        known(&kind.parse().unwrap()).unwrap().path(namespace, name)
    }

    #[test]
    fn objects_lie_where_the_api_has_them() {
        assert_eq!(path("Pod", "shop", Some("cart")), "/api/v1/namespaces/shop/pods/cart");
        assert_eq!(path("Pod", "", None), "/api/v1/pods");
        assert_eq!(path("Node", "", Some("n1")), "/api/v1/nodes/n1");
        assert_eq!(path("Deployment.apps", "shop", None), "/apis/apps/v1/namespaces/shop/deployments");
    }

    #[test]
    fn no_known_kind_is_a_secret_and_each_holds_what_its_scope_says() {
        for (group, _, name, ..) in KNOWN {
            let text = if group.is_empty() { name.to_owned() } else { format!("{name}.{group}") };
            let kind: ClusterKind = text.parse().unwrap();
            assert!(!kind.is_secret());
            let place = known(&kind).unwrap();
            assert_ne!(place.holds(""), place.holds("shop"));
        }
    }

    #[test]
    fn a_name_that_the_api_claims_cannot_leave_its_place_in_a_path() {
        assert!(is_plain("widgets") && !is_plain("pods/log") && !is_plain("../secrets") && !is_plain("a?b"));
    }
}
