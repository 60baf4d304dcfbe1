//! JSON schema (draft 2020-12), as far as the published schemas use it. A word that it does not know is an error, so that nothing
//! goes unchecked when the schemas grow.

use serde_json::{Map, Value};

/// Words that say nothing about what is valid.
const NOTES: [&str; 8] = ["$schema", "$id", "$defs", "title", "description", "format", "default", "examples"];

/// One schema document.
pub struct Schema {
    document: Value,
}

impl Schema {
    /// Takes a schema as `dbg schema` prints it.
    #[must_use]
    pub fn new(document: Value) -> Self {
        Self { document }
    }

    /// What is wrong with a value, each fault with where it is. An object may not have a key that the schema does not name: within
    /// a version fields are only added, so a reader's tests should notice.
    #[must_use]
    pub fn faults(&self, value: &Value) -> Vec<String> {
        let mut faults = Vec::new();
        self.check(&self.document, value, "", &[], &mut faults);
        faults
    }

    /// `named` are the keys that a schema around this one names for the same object.
    fn check(&self, schema: &Value, value: &Value, place: &str, named: &[&str], faults: &mut Vec<String>) {
        let Value::Object(words) = schema else {
            return if *schema != Value::Bool(true) {
                faults.push(format!("{place}: the schema is `{schema}`"))
            };
        };
        let properties = words.get("properties").and_then(Value::as_object);
        let named: Vec<&str> =
            named.iter().copied().chain(properties.into_iter().flatten().map(|(name, _)| name.as_str())).collect();
        for (word, rule) in words {
            match (word.as_str(), rule) {
                (word, _) if NOTES.contains(&word) => {}
                ("$ref", Value::String(path)) => match self.document.pointer(path.trim_start_matches('#')) {
                    Some(target) => self.check(target, value, place, &named, faults),
                    None => faults.push(format!("{place}: the schema lacks `{path}`")),
                },
                ("type", rule) if !has_type(rule, value) => faults.push(format!("{place}: `{value}` is no {rule}")),
                ("const", rule) if rule != value => faults.push(format!("{place}: `{value}` is not {rule}")),
                ("enum", Value::Array(values)) if !values.contains(value) => {
                    faults.push(format!("{place}: `{value}` is none of {rule}"));
                }
                ("required", Value::Array(names)) => {
                    let missing =
                        names.iter().filter(|name| name.as_str().is_none_or(|name| value.get(name).is_none()));
                    faults.extend(missing.map(|name| format!("{place}: {name} is missing")));
                }
                ("minimum", rule) if value.as_f64() < rule.as_f64() => faults.push(format!("{place}: below {rule}")),
                ("maximum", rule) if value.as_f64() > rule.as_f64() => faults.push(format!("{place}: above {rule}")),
                ("type" | "const" | "enum" | "minimum" | "maximum" | "properties" | "additionalProperties", _) => {}
                ("items", rule) => {
                    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.check(rule, item, &format!("{place}/{index}"), &[], faults);
                    }
                }
                ("anyOf" | "oneOf", Value::Array(choices)) => self.one_of(choices, value, place, &named, faults),
                _ => faults.push(format!("{place}: the schema's word `{word}` is not known here")),
            }
        }
        self.properties(words, value, place, &named, faults);
    }

    /// The choice with the fewest faults tells what is wrong.
    fn one_of(&self, choices: &[Value], value: &Value, place: &str, named: &[&str], faults: &mut Vec<String>) {
        let tried = choices.iter().map(|choice| {
            let mut faults = Vec::new();
            self.check(choice, value, place, named, &mut faults);
            faults
        });
        faults.extend(tried.min_by_key(Vec::len).unwrap_or_default());
    }

    fn properties(
        &self,
        words: &Map<String, Value>,
        value: &Value,
        place: &str,
        named: &[&str],
        faults: &mut Vec<String>,
    ) {
        let (Some(properties), Some(value)) = (words.get("properties").and_then(Value::as_object), value.as_object())
        else {
            return;
        };
        // Beside a reference or a choice the object's other keys are named there.
        let is_whole = !["$ref", "anyOf", "oneOf"].iter().any(|word| words.contains_key(*word));
        for (name, value) in value {
            match properties.get(name) {
                Some(rule) => self.check(rule, value, &format!("{place}/{name}"), &[], faults),
                None if is_whole && !named.contains(&name.as_str()) => {
                    faults.push(format!("{place}: the key `{name}` is not in the schema"));
                }
                None => {}
            }
        }
    }
}

fn has_type(rule: &Value, value: &Value) -> bool {
    let is = |name: &str| match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    };
    match rule {
        Value::String(name) => is(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).any(is),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn faults_are_found_with_their_place() {
        let schema = Schema::new(json!({
            "type": "object",
            "required": ["a"],
            "properties": {"a": {"$ref": "#/$defs/A"}, "b": {"type": ["string", "null"]}},
            "$defs": {"A": {"type": "array", "items": {"type": "integer", "minimum": 0}}},
        }));
        assert_eq!(schema.faults(&json!({"a": [1, 2], "b": null})), [""; 0]);
        assert_eq!(schema.faults(&json!({"b": 1})), [": \"a\" is missing", "/b: `1` is no [\"string\",\"null\"]"]);
        assert_eq!(schema.faults(&json!({"a": [-1], "c": 0})), ["/a/0: below 0", ": the key `c` is not in the schema"]);
    }

    #[test]
    fn a_word_that_nobody_checks_is_a_fault() {
        assert_eq!(Schema::new(json!({"pattern": "x"})).faults(&json!("y")).len(), 1);
    }
}
