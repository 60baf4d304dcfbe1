//! The cluster that a test sets up.

use super::Host;
use crate::cluster::{self, Subject};
use crate::json::Value;

/// What `cluster` tells.
#[derive(Clone, Debug, Default)]
pub(super) struct Cluster {
    pub(super) subject: Subject,
    pub(super) objects: Vec<Stored>,
    pub(super) logs: Vec<Log>,
    /// What is asked of a kind, or of `logs`, fails.
    errors: Vec<(String, cluster::Error)>,
}

/// One object.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) kind: String,
    pub(super) namespace: String,
    pub(super) name: String,
    text: String,
    json: Value,
}

/// What one life of a container wrote.
#[derive(Clone, Debug)]
pub(super) struct Log {
    pub(super) namespace: String,
    pub(super) pod: String,
    pub(super) container: String,
    pub(super) previous: bool,
    pub(super) text: String,
}

impl Cluster {
    pub(super) fn error_of(&self, kind: &str) -> Result<(), cluster::Error> {
        match self.errors.iter().find(|(of, _)| of == kind) {
            Some((_, error)) => Err(error.clone()),
            None => Ok(()),
        }
    }
}

impl Stored {
    pub(super) fn is(&self, kind: &str, namespace: &str, name: &str) -> bool {
        self.kind == kind && self.namespace == namespace && self.name == name
    }

    /// Equalities alone, with `,` between them: what checks write.
    pub(super) fn is_selected(&self, labels: &str, fields: &str) -> bool {
        let terms = |selector: &str| -> Vec<(String, String)> {
            let terms = selector.split(',').filter_map(|term| term.split_once('='));
            terms.map(|(key, value)| (key.to_owned(), value.trim_start_matches('=').to_owned())).collect()
        };
        let own = self.json.fields_at("/metadata/labels");
        let has_label = |(key, value): &(String, String)| {
            own.iter().any(|(known, of)| known == key && of.as_text() == Some(value.as_str()))
        };
        let has_field = |(key, value): &(String, String)| {
            self.json.text(&format!("/{}", key.replace('.', "/"))).unwrap_or_default() == value
        };
        terms(labels).iter().all(has_label) && terms(fields).iter().all(has_field)
    }

    /// The object, or what is picked of it.
    pub(super) fn picked(&self, pick: &[String]) -> String {
        if pick.is_empty() {
            return self.text.clone();
        }
        let one = |pointer: &String| Some(format!("{}:{}", quoted(pointer), text(self.json.at(pointer)?)));
        format!("{{{}}}", pick.iter().filter_map(one).collect::<Vec<_>>().join(","))
    }
}

fn quoted(text: &str) -> String {
    let escaped: String = text
        .chars()
        .map(|c| match c {
            '"' | '\\' => format!("\\{c}"),
            c if u32::from(c) < 0x20 => format!("\\u{:04x}", u32::from(c)),
            c => c.to_string(),
        })
        .collect();
    format!("\"{escaped}\"")
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Boolean(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => quoted(text),
        Value::List(items) => format!("[{}]", items.iter().map(text).collect::<Vec<_>>().join(",")),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| format!("{}:{}", quoted(name), text(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
        }
    }
}

impl Host {
    /// The cluster is granted, and empty unless more is said; the target is this object of it. What adds to it grants it too.
    #[must_use]
    pub fn cluster_target(self, kind: &str, namespace: &str, name: &str) -> Self {
        let subject = Subject {
            kind: kind.to_owned(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            container: String::new(),
        };
        self.with_cluster(|cluster| cluster.subject = subject)
    }

    /// One more object, as `Pod` or `Deployment.apps`: JSON with `metadata.name`, and `metadata.namespace` where it has one. What is no
    /// such JSON makes every read of its kind fail, and say so.
    #[must_use]
    pub fn object(self, kind: &str, json: &str) -> Self {
        let value = Value::parse(json).unwrap_or_default();
        let Some(name) = value.text("/metadata/name").map(str::to_owned) else {
            let text = format!("the test's {kind} is no JSON with `metadata.name`: {json}");
            return self.cluster_error(kind, cluster::ErrorCode::Other, &text);
        };
        let stored = Stored {
            kind: kind.to_owned(),
            namespace: value.text("/metadata/namespace").unwrap_or_default().to_owned(),
            name,
            text: json.to_owned(),
            json: value,
        };
        self.with_cluster(|cluster| cluster.objects.push(stored))
    }

    /// What a container wrote in its present life.
    #[must_use]
    pub fn log(self, namespace: &str, pod: &str, container: &str, text: &str) -> Self {
        self.with_log(namespace, pod, container, text, false)
    }

    /// What a container wrote in its life before.
    #[must_use]
    pub fn previous_log(self, namespace: &str, pod: &str, container: &str, text: &str) -> Self {
        self.with_log(namespace, pod, container, text, true)
    }

    /// Whatever is asked of this kind of object, or of `logs`, fails.
    #[must_use]
    pub fn cluster_error(self, kind: &str, code: cluster::ErrorCode, text: &str) -> Self {
        let error = (kind.to_owned(), cluster::Error { code, text: text.to_owned() });
        self.with_cluster(|cluster| cluster.errors.push(error))
    }

    fn with_log(self, namespace: &str, pod: &str, container: &str, text: &str, previous: bool) -> Self {
        let log = Log {
            namespace: namespace.to_owned(),
            pod: pod.to_owned(),
            container: container.to_owned(),
            previous,
            text: text.to_owned(),
        };
        self.with_cluster(|cluster| cluster.logs.push(log))
    }

    fn with_cluster(mut self, change: impl FnOnce(&mut Cluster)) -> Self {
        let mut cluster = self.cluster.unwrap_or_default();
        change(&mut cluster);
        self.cluster = Ok(cluster);
        self
    }
}
