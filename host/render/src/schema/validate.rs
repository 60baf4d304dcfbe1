//! Judges a value by a schema, for the tests: just the keywords that our schemas use. Any other is a fault, so that it cannot be too mild.

use serde_json::{Map, Value};

/// Every place where `value` is not what `schema` says.
pub(crate) fn faults(schema: &Value, value: &Value) -> Vec<String> {
    let judge = Judge { root: schema };
    let mut faults = Vec::new();
    judge.node(schema, value, "$", &mut faults);
    faults
}

struct Judge<'a> {
    root: &'a Value,
}

impl Judge<'_> {
    fn node(&self, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
        for (keyword, rule) in schema.as_object().unwrap() {
            let holds = match keyword.as_str() {
                "$defs" | "$id" | "$schema" | "title" | "description" | "format" => true,
                "$ref" => {
                    let target = self.root.pointer(rule.as_str().unwrap().strip_prefix('#').unwrap()).unwrap();
                    self.node(target, value, at, faults);
                    true
                }
                "type" => match rule {
                    Value::Array(types) => types.iter().any(|name| is_of(value, name)),
                    name => is_of(value, name),
                },
                "const" => value == rule,
                "enum" => rule.as_array().unwrap().contains(value),
                "minimum" => value.as_f64().is_none_or(|number| number >= rule.as_f64().unwrap()),
                "maximum" => value.as_f64().is_none_or(|number| number <= rule.as_f64().unwrap()),
                "required" => match value {
                    Value::Object(object) => {
                        rule.as_array().unwrap().iter().all(|name| object.contains_key(name.as_str().unwrap()))
                    }
                    _ => true,
                },
                "properties" => {
                    self.properties(rule.as_object().unwrap(), value, at, faults);
                    true
                }
                "items" => {
                    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.node(rule, item, &format!("{at}[{index}]"), faults);
                    }
                    true
                }
                "anyOf" => self.matching(rule, value) >= 1,
                "oneOf" => self.matching(rule, value) == 1,
                _ => false,
            };
            if !holds {
                faults.push(format!("{at}: `{keyword}` {rule} does not hold for {value}"));
            }
        }
    }

    fn properties(&self, rules: &Map<String, Value>, value: &Value, at: &str, faults: &mut Vec<String>) {
        for (name, item) in value.as_object().into_iter().flatten() {
            if let Some(rule) = rules.get(name) {
                self.node(rule, item, &format!("{at}.{name}"), faults);
            }
        }
    }

    fn matching(&self, schemas: &Value, value: &Value) -> usize {
        let matches = |schema: &&Value| {
            let mut faults = Vec::new();
            self.node(schema, value, "", &mut faults);
            faults.is_empty()
        };
        schemas.as_array().unwrap().iter().filter(matches).count()
    }
}

fn is_of(value: &Value, name: &Value) -> bool {
    match name.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_judge_that_knows_a_fault_when_it_sees_one() {
        let schema = json!({"$defs": {"a": {"type": "integer", "minimum": 0}}, "type": "object", "required": ["a"],
            "properties": {"a": {"$ref": "#/$defs/a"}, "b": {"anyOf": [{"const": 1}, {"type": "null"}]}}});
        assert_eq!(faults(&schema, &json!({"a": 1, "b": null, "c": 2})), Vec::<String>::new());
        for wrong in [json!([]), json!({}), json!({"a": -1}), json!({"a": 1.5}), json!({"a": 1, "b": 2})] {
            assert!(!faults(&schema, &wrong).is_empty(), "{wrong}");
        }
        assert!(!faults(&json!({"pattern": "x"}), &json!("x")).is_empty());
    }
}
