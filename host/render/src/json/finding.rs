//! Findings and their evidence, as JSON has them.

use dbg_model::{EvidenceValue, Severity};
use schemars::JsonSchema;
use serde::Serialize;

use super::parts::{base64, list};

/// A severity, a sentence and its evidence.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Finding<'a> {
    /// The kind of finding, stable over runs, targets and versions of the plugin.
    id: &'a str,
    /// Its weight.
    severity: SeverityWord,
    /// What the operator reads first.
    sentence: &'a str,
    /// What it is about, when one check looks at several things; else null.
    about: Option<&'a str>,
    /// What may follow a count of targets that have it; null when the check gave no such text.
    many: Option<&'a str>,
    /// The facts, in order. A label may repeat.
    evidence: Vec<Evidence<'a>>,
    /// What to do next: imperative sentences, or commands in backticks.
    next_steps: &'a [String],
}

/// The weight of one finding.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Severity")]
enum SeverityWord {
    /// It was looked at and it is well.
    Pass,
    /// Worth reading, without weight in the verdict.
    Info,
    /// It works and should be looked after.
    Warn,
    /// It does not work.
    Fail,
    /// It could not be looked at.
    Unknown,
}

/// One fact: a label, and exactly one of `text`, `base64` and `table`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Evidence<'a> {
    /// What the value is.
    label: &'a str,
    #[serde(flatten)]
    value: Value<'a>,
}

/// The value of a fact.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "EvidenceValue")]
enum Value<'a> {
    Text {
        /// Text, or bytes that are UTF-8.
        text: &'a str,
    },
    Base64 {
        /// Bytes that are no UTF-8, in base64 (RFC 4648, with padding).
        base64: String,
    },
    Table {
        /// The `number` of a table of this result.
        table: u32,
    },
}

impl<'a> Finding<'a> {
    pub(crate) fn new(finding: &'a dbg_model::Finding) -> Self {
        Self {
            id: &finding.id,
            severity: match finding.severity {
                Severity::Pass => SeverityWord::Pass,
                Severity::Info => SeverityWord::Info,
                Severity::Warn => SeverityWord::Warn,
                Severity::Fail => SeverityWord::Fail,
                Severity::Unknown => SeverityWord::Unknown,
            },
            sentence: &finding.sentence,
            about: finding.about.as_deref(),
            many: finding.many.as_deref(),
            evidence: list(&finding.evidence, Evidence::new),
            next_steps: &finding.next_steps,
        }
    }
}

impl<'a> Evidence<'a> {
    fn new(evidence: &'a dbg_model::Evidence) -> Self {
        let value = match &evidence.value {
            EvidenceValue::Text(text) => Value::Text { text },
            EvidenceValue::Table(table) => Value::Table { table: *table },
            EvidenceValue::Bytes(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => Value::Text { text },
                Err(_) => Value::Base64 { base64: base64(bytes) },
            },
        };
        Self { label: &evidence.label, value }
    }
}
