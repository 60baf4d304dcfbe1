//! `dbg target rbac`: the role that a target in a cluster takes, as objects of the API.

use dbg_placement::{Clusters, kube};
use serde_json::Value;

use crate::agents;
use crate::args::ObjectFormat;
use crate::command::run::select;
use crate::command::{block_on, print, print_json};
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::settings::{Paths, RbacSettings, Site, by_policy};

/// The role's name.
const NAME: &str = "dbg";

pub(super) fn rbac(settings: &RbacSettings) -> Result<Exit, Fault> {
    let site = Site::open(Paths::of_this_user())?;
    site.policy.may_target(&settings.target)?;
    // What an agent may do on a node is no right of who starts it; but a check that is not there is told.
    select(&settings.checks, &site)?;
    let clusters = Clusters::new(by_policy(&settings.cluster, &site.policy), agents::carried());
    let objects = block_on(kube::role_for(&settings.target, NAME, &clusters))?.map_err(Fault::unreachable)?;
    match settings.output {
        ObjectFormat::Json => print_json(&serde_json::json!({ "apiVersion": "v1", "kind": "List", "items": objects })),
        ObjectFormat::Yaml => {
            let documents: Vec<String> = objects.iter().map(|object| yaml(object, 0)).collect();
            print(&documents.join("---\n"))
        }
    }
}

/// As YAML, of which JSON's texts are a part.
fn yaml(value: &Value, indent: usize) -> String {
    let margin = " ".repeat(indent);
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| match value {
                Value::Object(_) => format!("{margin}{key}:\n{}", yaml(value, indent + 2)),
                Value::Array(items) if items.iter().all(|item| !item.is_object()) => {
                    format!("{margin}{key}: {value}\n")
                }
                Value::Array(items) => {
                    format!("{margin}{key}:\n{}", items.iter().map(|item| listed(item, indent)).collect::<String>())
                }
                plain => format!("{margin}{key}: {}\n", scalar(plain)),
            })
            .collect(),
        other => format!("{margin}{}\n", scalar(other)),
    }
}

/// An item of a list: the mark stands where the first line is indented.
fn listed(item: &Value, indent: usize) -> String {
    let text = yaml(item, indent + 2);
    let (margin, rest) = (" ".repeat(indent), text.get(indent + 2..).unwrap_or_default());
    format!("{margin}- {rest}")
}

/// A word that can be nothing else is written plainly.
fn scalar(value: &Value) -> String {
    let is_word = |text: &str| {
        text.starts_with(|first: char| first.is_ascii_alphabetic())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '/'))
            && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
                .contains(&text.to_ascii_lowercase().as_str())
    };
    match value {
        Value::String(text) if is_word(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_read_as_people_write_them() {
        let role = serde_json::json!({
            "kind": "Role",
            "metadata": { "name": "dbg", "namespace": "on" },
            "rules": [{ "apiGroups": [""], "verbs": ["get", "create"] }, { "verbs": ["list"] }],
        });
        let text = "kind: Role\nmetadata:\n  name: dbg\n  namespace: \"on\"\nrules:\n- apiGroups: [\"\"]\n  verbs: [\"get\",\"create\"]\n- verbs: [\"list\"]\n";
        assert_eq!(yaml(&role, 0), text);
    }

    #[test]
    fn a_users_name_cannot_become_another_line() {
        assert_eq!(scalar(&"eve\nkind: Secret".into()), "\"eve\\nkind: Secret\"");
        assert_eq!(scalar(&"system:admin".into()), "\"system:admin\"");
    }
}
