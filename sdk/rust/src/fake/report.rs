//! What a check reported, as the test sees it.

use crate::{Failure, Severity, Time, Unit};

/// Everything a check said, in its order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The findings.
    pub findings: Vec<Finding>,
    /// The tables.
    pub tables: Vec<Table>,
    /// The metrics; of one name with the same labels only the last.
    pub metrics: Vec<Metric>,
    /// The artifacts.
    pub artifacts: Vec<Artifact>,
    /// Each progress that was told.
    pub progress: Vec<Progress>,
    /// Why the check could not be done, when it said so.
    pub failure: Option<Failure>,
    /// How many calls a host would have dropped.
    pub dropped: u32,
    /// Where the check did not keep to the contract, a sentence each. A host would have dropped, cut or rewritten something.
    pub mistakes: Vec<String>,
}

impl Report {
    /// The first finding of that id.
    #[must_use]
    pub fn finding(&self, id: &str) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.id == id)
    }

    /// All findings of that id.
    pub fn findings_of<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Finding> {
        self.findings.iter().filter(move |finding| finding.id == id)
    }

    /// The table of that name.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// The value of the first metric of that name.
    #[must_use]
    pub fn metric(&self, name: &str) -> Option<f64> {
        self.metrics.iter().find(|metric| metric.name == name).map(|metric| metric.value)
    }

    /// The artifact of that name.
    #[must_use]
    pub fn artifact(&self, name: &str) -> Option<&Artifact> {
        self.artifacts.iter().find(|artifact| artifact.name == name)
    }

    /// As the host judges: the worst of the findings (fail, unknown, warn, pass); `Unknown` after a failure or without any finding.
    #[must_use]
    pub fn verdict(&self) -> Severity {
        let has = |severity| self.findings.iter().any(|finding| finding.severity == severity);
        if has(Severity::Fail) {
            Severity::Fail
        } else if self.failure.is_some() || self.findings.is_empty() || has(Severity::Unknown) {
            Severity::Unknown
        } else if has(Severity::Warn) {
            Severity::Warn
        } else {
            Severity::Pass
        }
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Its kind, across runs and targets.
    pub id: String,
    /// Its weight.
    pub severity: Severity,
    /// What the operator reads first.
    pub sentence: String,
    /// The facts, in order.
    pub evidence: Vec<Evidence>,
    /// What to do next, in order.
    pub next_steps: Vec<String>,
    /// The fragment that follows a count.
    pub many: Option<String>,
    /// What it is about.
    pub about: Option<String>,
}

impl Finding {
    /// The first text of that label.
    #[must_use]
    pub fn evidence(&self, label: &str) -> Option<&str> {
        self.evidence.iter().find_map(|evidence| match &evidence.value {
            EvidenceValue::Text(text) if evidence.label == label => Some(text.as_str()),
            _ => None,
        })
    }
}

/// One fact.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// What it is.
    pub label: String,
    /// The fact.
    pub value: EvidenceValue,
}

/// A fact.
#[derive(Clone, Debug, PartialEq)]
pub enum EvidenceValue {
    /// In words.
    Text(String),
    /// Bytes of the target.
    Bytes(Vec<u8>),
    /// The name of a table.
    Table(String),
}

/// One table.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Its name, across targets.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, one cell a column.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// The cells of the column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Vec<&Cell> {
        let at = self.columns.iter().position(|column| column.name == name);
        at.map(|at| self.rows.iter().filter_map(|row| row.get(at)).collect()).unwrap_or_default()
    }
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its unit, as the contract spells it; empty for none.
    pub unit: String,
}

/// One cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// No value.
    Missing,
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A fraction.
    Real(f64),
    /// Yes or no.
    Boolean(bool),
    /// A point in time.
    Time(Time),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// One number.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// Its name.
    pub name: String,
    /// Its unit, as [`Unit::name`] spells it.
    pub unit: String,
    /// Its value.
    pub value: f64,
    /// (name, value) pairs.
    pub labels: Vec<(String, String)>,
}

impl Metric {
    /// Whether it counts this.
    #[must_use]
    pub fn is_in(&self, unit: Unit) -> bool {
        self.unit == unit.name()
    }
}

/// Bytes worth keeping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// A file name.
    pub name: String,
    /// A media type.
    pub media: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// How far the check was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// So much is done.
    pub done: u32,
    /// Of so much; 0 for unknown.
    pub total: u32,
    /// What is being done.
    pub text: String,
}
