//! Labels and what selects them. Source: Kubernetes LabelSelector.

use dbg_sdk::json::Value;

/// Names with their values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Labels(pub(crate) Vec<(String, String)>);

impl Labels {
    /// The texts of an object.
    pub(crate) fn of(fields: &[(String, Value)]) -> Self {
        let text = |(name, value): &(String, Value)| Some((name.clone(), value.as_text()?.to_owned()));
        Self(fields.iter().filter_map(text).collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether all of these are among `others`.
    pub(crate) fn are_in(&self, others: &Self) -> bool {
        self.0.iter().all(|(name, value)| others.get(name) == Some(value))
    }

    /// `app=cart,tier=web`, which is a selector too.
    pub(crate) fn text(&self) -> String {
        self.0.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(",")
    }
}

/// Whether a selector of labels and expressions takes these labels. An empty one takes all.
pub(crate) fn takes(selector: &Value, labels: &Labels) -> bool {
    Labels::of(selector.fields_at("/matchLabels")).are_in(labels)
        && selector.list("/matchExpressions").iter().all(|one| holds(one, labels))
}

fn holds(expression: &Value, labels: &Labels) -> bool {
    let own = labels.get(expression.text("/key").unwrap_or_default());
    let is_listed = || expression.list("/values").iter().any(|value| value.as_text() == own);
    match expression.text("/operator") {
        Some("In") => own.is_some() && is_listed(),
        Some("NotIn") => own.is_none() || !is_listed(),
        Some("Exists") => own.is_some(),
        Some("DoesNotExist") => own.is_none(),
        _ => false,
    }
}

/// A selector in words.
pub(crate) fn words(selector: &Value) -> String {
    let labels = Labels::of(selector.fields_at("/matchLabels")).text();
    let expressions = selector.list("/matchExpressions").iter().map(|one| {
        let values: Vec<&str> = one.list("/values").iter().filter_map(Value::as_text).collect();
        let (key, operator) = (one.text("/key").unwrap_or("?"), one.text("/operator").unwrap_or("?"));
        format!("{key} {operator} {}", values.join("|")).trim_end().to_owned()
    });
    let all: Vec<String> = Some(labels).filter(|text| !text.is_empty()).into_iter().chain(expressions).collect();
    if all.is_empty() { "all".to_owned() } else { all.join(",") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> Labels {
        Labels(text.split(',').filter_map(|one| one.split_once('=')).map(|(a, b)| (a.into(), b.into())).collect())
    }

    #[test]
    fn a_selector_takes_what_all_of_it_takes() {
        let selector = Value::parse(
            r#"{"matchLabels":{"app":"cart"},"matchExpressions":[{"key":"tier","operator":"In","values":["web","api"]},
            {"key":"old","operator":"DoesNotExist"},{"key":"zone","operator":"NotIn","values":["b"]}]}"#,
        )
        .unwrap();
        assert!(takes(&selector, &labels("app=cart,tier=api,zone=a")));
        for other in ["app=cart", "app=x,tier=web", "app=cart,tier=web,old=1", "app=cart,tier=web,zone=b"] {
            assert!(!takes(&selector, &labels(other)), "{other}");
        }
        assert!(takes(&Value::parse("{}").unwrap(), &labels("a=b")));
        assert_eq!(words(&selector), "app=cart,tier In web|api,old DoesNotExist,zone NotIn b");
    }
}
