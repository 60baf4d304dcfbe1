//! What the operator has to be allowed for a plan: for the preflight, and for the role to ask for.

use std::fmt;

use dbg_model::WorkloadKind;
use serde::Serialize;

use super::settings::Cleanup;
use crate::plan::{PodImage, PodPlan};

/// Something that a user may or may not do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Right {
    /// What is done.
    pub verb: &'static str,
    /// With what.
    pub resource: &'static str,
    /// The group of that; empty for what every cluster has.
    pub group: &'static str,
    /// With what of it.
    pub subresource: Option<&'static str>,
    /// In which namespace; none for what is in no namespace, or in all.
    pub namespace: Option<String>,
    /// What for: one sentence, lower case, no full stop.
    pub reason: &'static str,
    /// Whether there is no run without it.
    pub need: Need,
}

/// How much a right is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// There is no run without it.
    Required,
    /// As `Required`, of servers of Kubernetes 1.35 and newer.
    RequiredSince35,
    /// Less is known without it.
    Helpful,
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb, self.resource)?;
        if let Some(subresource) = self.subresource {
            write!(f, "/{subresource}")?;
        }
        match &self.namespace {
            Some(namespace) => write!(f, " in the namespace `{namespace}`"),
            None => Ok(()),
        }
    }
}

/// All that a plan takes.
#[must_use]
pub fn rights(plan: &PodPlan) -> Vec<Right> {
    let comes = if matches!(plan.image.what, PodImage::Borrowed(_)) { AgentComes::Sent } else { AgentComes::InImage };
    let looked = if plan.node.is_some() { Looked::AtNode } else { Looked::Nowhere };
    rights_of(&plan.namespace.what, comes, looked, plan.cleanup)
}

/// How the agent gets into its pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AgentComes {
    /// It is in the image.
    InImage,
    /// It is sent into a borrowed one.
    Sent,
}

/// What is looked at before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Looked {
    /// The pod's node.
    AtNode,
    /// Any node is as good.
    Nowhere,
}

pub(super) fn rights_of(namespace: &str, comes: AgentComes, looked: Looked, cleanup: Cleanup) -> Vec<Right> {
    let namespace = Some(namespace.to_owned());
    let inside = |verb, resource, subresource, reason| Right {
        verb,
        resource,
        group: "",
        subresource,
        namespace: namespace.clone(),
        reason,
        need: Need::Required,
    };
    let of_jobs = |verb, reason| Right { group: "batch", ..inside(verb, "jobs", None, reason) };
    let mut rights = match cleanup {
        Cleanup::Gc => vec![
            inside("create", "pods", None, "the agent's pod"),
            inside("delete", "pods", None, "it is removed, however the run ends"),
        ],
        Cleanup::Job => vec![
            // A pod that is created is what the server tries before.
            Right {
                need: Need::Helpful,
                ..inside("create", "pods", None, "the plan is tried before anything is created")
            },
            of_jobs("create", "the Job whose pod the agent's is"),
            of_jobs("delete", "it is removed with its pod, however the run ends"),
            inside("list", "pods", None, "which pod the Job has made"),
        ],
    };
    rights.extend([
        inside("get", "pods", None, "how it stands, and what became of it"),
        inside("watch", "pods", None, "when it is there: its own alone, by name"),
        inside("get", "pods", Some("exec"), "the session runs over exec"),
        Right {
            need: Need::RequiredSince35,
            ..inside("create", "pods", Some("exec"), "the same, as newer servers ask for it")
        },
    ]);
    if comes == AgentComes::Sent {
        rights.push(inside("create", "configmaps", None, "it holds the loader, which waits for the agent"));
        rights.push(inside("delete", "configmaps", None, "it is removed with the pod"));
        let list = inside("list", "pods", None, "which images are on the node");
        rights.push(Right { need: Need::Helpful, namespace: None, ..list });
    }
    if looked == Looked::AtNode {
        let get = inside("get", "nodes", None, "whether the node is ready, and what it runs on");
        rights.push(Right { need: Need::Helpful, namespace: None, ..get });
    }
    rights
}

/// What an agent in a container of somebody's pod takes.
pub(super) fn rights_inside(namespace: &str) -> Vec<Right> {
    let of = |verb, resource, subresource, reason| Right {
        verb,
        resource,
        group: "",
        subresource,
        namespace: Some(namespace.to_owned()),
        reason,
        need: Need::Required,
    };
    let get = of("get", "nodes", None, "whether the pod's node is ready, and what it runs on");
    vec![
        of("get", "pods", None, "what the pod has, and how it stands"),
        of("watch", "pods", None, "when the agent's container is there: that pod alone, by name"),
        of("patch", "pods", Some("ephemeralcontainers"), "the agent's container"),
        of("get", "pods", Some("exec"), "the session runs over exec"),
        Right {
            need: Need::RequiredSince35,
            ..of("create", "pods", Some("exec"), "the same, as newer servers ask for it")
        },
        Right { need: Need::Helpful, namespace: None, ..get },
    ]
}

/// What it takes to find the pod that is looked at.
pub(super) fn rights_to_find(kind: Option<WorkloadKind>, namespace: &str) -> Vec<Right> {
    let of = |verb, resource, group, reason| Right {
        verb,
        resource,
        group,
        subresource: None,
        namespace: Some(namespace.to_owned()),
        reason,
        need: Need::Required,
    };
    let mut rights = vec![of("get", "pods", "", "what the pod has, and how it stands")];
    if let Some(kind) = kind {
        let (group, resource) = super::workload::resource(kind);
        rights.push(of("get", resource, group, "which pods it has"));
        rights.push(of("list", "pods", "", "the oldest of them that is ready"));
    }
    rights
}

/// A role, and who has it, for somebody who may give it: `subject` is a user's name.
#[must_use]
pub(super) fn role(rights: &[Right], name: &str, subject: &str) -> Vec<serde_json::Value> {
    let mut objects = Vec::new();
    let namespaces: std::collections::BTreeSet<Option<&str>> =
        rights.iter().map(|right| right.namespace.as_deref()).collect();
    for namespace in namespaces.into_iter().rev() {
        let of: Vec<&Right> = rights.iter().filter(|right| right.namespace.as_deref() == namespace).collect();
        let (role, binding) =
            if namespace.is_some() { ("Role", "RoleBinding") } else { ("ClusterRole", "ClusterRoleBinding") };
        let mut metadata = serde_json::json!({ "name": name });
        if let (Some(namespace), Some(metadata)) = (namespace, metadata.as_object_mut()) {
            metadata.insert("namespace".to_owned(), namespace.into());
        }
        let api = "rbac.authorization.k8s.io/v1";
        objects.push(serde_json::json!({ "apiVersion": api, "kind": role, "metadata": metadata, "rules": rules(&of) }));
        objects.push(serde_json::json!({
            "apiVersion": api,
            "kind": binding,
            "metadata": metadata,
            "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": role, "name": name },
            "subjects": [{ "apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": subject }],
        }));
    }
    objects
}

/// One rule for each resource.
fn rules(rights: &[&Right]) -> Vec<serde_json::Value> {
    let resource = |right: &Right| match right.subresource {
        Some(subresource) => format!("{}/{subresource}", right.resource),
        None => right.resource.to_owned(),
    };
    let mut by_resource: Vec<((&str, String), Vec<&str>)> = Vec::new();
    for right in rights {
        let name = (right.group, resource(right));
        match by_resource.iter_mut().find(|(known, _)| *known == name) {
            Some((_, verbs)) if verbs.contains(&right.verb) => {}
            Some((_, verbs)) => verbs.push(right.verb),
            None => by_resource.push((name, vec![right.verb])),
        }
    }
    let rule = |((group, resource), verbs)| serde_json::json!({ "apiGroups": [group], "resources": [resource], "verbs": verbs });
    by_resource.into_iter().map(rule).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn right(verb: &'static str, resource: &'static str, namespace: Option<&str>) -> Right {
        let need = Need::Required;
        Right {
            verb,
            resource,
            group: "",
            subresource: None,
            namespace: namespace.map(str::to_owned),
            reason: "x",
            need,
        }
    }

    #[test]
    fn a_right_reads_like_a_sentence() {
        let exec = Right { subresource: Some("exec"), ..right("create", "pods", Some("shop")) };
        assert_eq!(exec.to_string(), "create pods/exec in the namespace `shop`");
        assert_eq!(right("get", "nodes", None).to_string(), "get nodes");
    }

    #[test]
    fn a_role_has_a_rule_for_each_resource_and_its_binding() {
        let rights =
            [right("create", "pods", Some("shop")), right("get", "pods", Some("shop")), right("get", "nodes", None)];
        let objects = role(&rights, "dbg", "eve");
        let kinds: Vec<&str> = objects.iter().map(|object| object["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"]);
        assert_eq!(
            objects[0]["rules"],
            serde_json::json!([{"apiGroups": [""], "resources": ["pods"], "verbs": ["create", "get"]}])
        );
        assert_eq!(
            (&objects[0]["metadata"]["namespace"], &objects[2]["metadata"]["namespace"]),
            (&serde_json::Value::from("shop"), &serde_json::Value::Null)
        );
    }

    #[test]
    fn a_rule_names_the_group_of_its_resource_and_no_verb_twice() {
        let mut rights = rights_to_find(Some(WorkloadKind::Deployment), "shop");
        rights.extend(rights_inside("shop"));
        let objects = role(&rights, "dbg", "eve");
        let rules = objects[0]["rules"].as_array().unwrap();
        assert_eq!(
            rules[1],
            serde_json::json!({"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get"]})
        );
        assert_eq!(rules[0]["verbs"], serde_json::json!(["get", "list", "watch"]));
        assert!(rules.iter().any(|rule| rule["resources"][0] == "pods/ephemeralcontainers"));
        // Nothing is created in the namespace.
        assert!(rules.iter().all(|rule| rule["resources"][0] == "pods/exec" || rule["verbs"] != "create"));
    }
}
