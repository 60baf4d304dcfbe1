//! Values of an object that could hold a secret, masked before anybody has them. Names, selectors and references stay: checks live on them.

use dbg_model::{ClusterKind, REDACTED, Redactor, is_secret_name};
use serde_json::Value;

/// What is done to one object.
pub(super) struct Masker<'a> {
    redactor: &'a Redactor,
    masked: u64,
}

/// Masks an object, and says how many values. `is_named` where the grant names the object: its data are then the check's to read.
pub(super) fn mask(kind: &ClusterKind, object: &mut Value, is_named: bool, redactor: &Redactor) -> u64 {
    let mut masker = Masker { redactor, masked: 0 };
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("managedFields");
        if let Some(Value::Object(annotations)) = metadata.get_mut("annotations") {
            for (name, value) in annotations {
                // The whole object again, as it was written: with all that is masked below.
                if name.ends_with("last-applied-configuration") || is_secret_name(last_part(name)) {
                    masker.cover(value);
                }
            }
        }
    }
    let is_config = kind.group().is_empty() && kind.kind() == "ConfigMap";
    for (part, is_open) in [("data", !is_config || is_named), ("binaryData", false), ("stringData", false)] {
        if let (Some(data), false) = (object.get_mut(part), is_open) {
            masker.cover_leaves(data);
        }
    }
    masker.walk(object);
    masker.masked
}

/// What is behind the domain of an annotation's name.
fn last_part(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

impl Masker<'_> {
    /// One value, unless it is empty or masked already.
    fn cover(&mut self, value: &mut Value) {
        let is_empty = match value {
            Value::String(text) => text.is_empty() || text == REDACTED,
            Value::Null | Value::Bool(_) => true,
            Value::Number(_) | Value::Array(_) | Value::Object(_) => false,
        };
        if !is_empty {
            *value = Value::from(REDACTED);
            self.masked += 1;
        }
    }

    /// Every value within; names stay.
    fn cover_leaves(&mut self, value: &mut Value) {
        match value {
            Value::Object(fields) => fields.values_mut().for_each(|value| self.cover_leaves(value)),
            Value::Array(items) => items.iter_mut().for_each(|value| self.cover_leaves(value)),
            leaf => self.cover(leaf),
        }
    }

    fn walk(&mut self, value: &mut Value) {
        match value {
            Value::String(text) => {
                let (masked, count) = self.redactor.text(std::mem::take(text));
                *text = masked;
                self.masked += count;
            }
            Value::Array(items) => {
                self.arguments(items);
                items.iter_mut().for_each(|item| self.walk(item));
            }
            Value::Object(fields) => {
                // A header of a probe, an option of a driver: the name says what the value is.
                let is_secret = fields.get("name").and_then(Value::as_str).is_some_and(is_secret_name);
                if let (true, Some(value)) = (is_secret, fields.get_mut("value")) {
                    self.cover(value);
                }
                for (name, value) in fields {
                    match (name.as_str(), &mut *value) {
                        ("env", Value::Array(variables)) => {
                            variables
                                .iter_mut()
                                .filter_map(|one| one.get_mut("value"))
                                .for_each(|value| self.cover(value));
                        }
                        ("imagePullSecrets", Value::Array(secrets)) => {
                            secrets.iter_mut().for_each(|secret| self.cover_leaves(secret));
                        }
                        // `key` names a label or an entry, never a value.
                        (name, Value::String(_) | Value::Number(_)) if name != "key" && is_secret_name(name) => {
                            self.cover(value);
                        }
                        _ => {}
                    }
                    self.walk(value);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// `--password hunter2`, as two words of a command.
    fn arguments(&mut self, items: &mut [Value]) {
        let mut is_next = false;
        for item in items {
            let Value::String(text) = &*item else { return };
            let flag = text.strip_prefix('-').filter(|_| !text.contains('='));
            let names = flag.is_some_and(|flag| is_secret_name(flag.trim_start_matches('-')));
            if is_next && flag.is_none() {
                self.cover(item);
            }
            is_next = names;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn masked(kind: &str, mut object: Value, is_named: bool) -> (Value, u64) {
        let count = mask(&kind.parse().unwrap(), &mut object, is_named, &Redactor::default());
        (object, count)
    }

    #[test]
    fn values_of_variables_and_what_repeats_them_are_masked_and_names_stay() {
        let (pod, count) = masked(
            "Pod",
            json!({
                "metadata": {
                    "name": "cart",
                    "managedFields": [{"manager": "kubectl"}],
                    "annotations": {
                        "kubectl.kubernetes.io/last-applied-configuration": "{\"env\":\"hunter2\"}",
                        "example.com/api-token": "abcdef",
                        "example.com/team": "shop",
                    },
                },
                "spec": {
                    "imagePullSecrets": [{"name": "registry"}],
                    "containers": [{
                        "name": "app",
                        "args": ["--password", "hunter2", "--verbose", "--token=hunter2222", "run"],
                        "env": [
                            {"name": "COLOUR", "value": "hunter2"},
                            {"name": "DB", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}},
                        ],
                        "livenessProbe": {"httpGet": {"httpHeaders": [{"name": "Authorization", "value": "hunter2"}]}},
                    }],
                    "affinity": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["cart"]}]},
                },
            }),
            false,
        );
        let text = pod.to_string();
        assert!(!text.contains("hunter2") && !text.contains("managedFields") && !text.contains("abcdef"), "{text}");
        for kept in ["\"team\":\"shop\"", "COLOUR", "\"key\":\"password\"", "\"key\":\"app\"", "--verbose", "\"run\""] {
            assert!(
                text.contains(kept) || text.contains(&kept.replace("\"team\"", "\"example.com/team\"")),
                "{kept}: {text}"
            );
        }
        assert!(!text.contains("registry"), "{text}");
        assert!(count >= 7, "{count}");
    }

    #[test]
    fn the_data_of_a_config_map_are_shown_where_the_grant_names_it_alone() {
        let config = json!({"metadata": {"name": "x"}, "data": {"a.conf": "colour=red"}, "binaryData": {"b": "AAAA"}});
        let (hidden, _) = masked("ConfigMap", config.clone(), false);
        assert_eq!(hidden["data"]["a.conf"], REDACTED);
        let (shown, _) = masked("ConfigMap", config, true);
        assert_eq!((&shown["data"]["a.conf"], &shown["binaryData"]["b"]), (&json!("colour=red"), &json!(REDACTED)));
    }

    #[test]
    fn what_a_container_said_at_its_end_is_masked_as_any_text() {
        let message = "panic: cannot log in with password=hunter2hunter2";
        let status = json!({"status": {"containerStatuses": [{"state": {"terminated": {"message": message}}}]}});
        let (pod, count) = masked("Pod", status, false);
        assert!(!pod.to_string().contains("hunter2"), "{pod}");
        assert_eq!(count, 1);
    }

    #[test]
    fn an_object_of_any_form_is_walked_to_its_end() {
        let mut deep = json!("password=hunter2hunter2");
        for _ in 0..100 {
            deep = json!({"env": [deep]});
        }
        assert!(!masked("Pod", deep, false).0.to_string().contains("hunter2"));
        assert_eq!(masked("Pod", json!([1, null, "x"]), false).1, 0);
    }
}
