//! What a running check emits, in the order in which it was said. Every text is foreign: escape it before it is shown.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Failure, Severity};

/// A point in time, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Instant {
    /// Whole seconds since 1970; negative before.
    pub seconds: i64,
    /// 0..999_999_999.
    pub nanoseconds: u32,
}

/// One thing that a check said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// How far it is; only the newest counts.
    Progress(Progress),
    /// A finding, whole, once it is closed.
    Finding(Finding),
    /// A table begins; always before its rows.
    TableHead(TableHead),
    /// Rows of a table.
    TableRows(TableRows),
    /// One number.
    Metric(Metric),
    /// A piece of an artifact; the first names it.
    Artifact(Artifact),
    /// The last event of every check.
    Ended(Ending),
}

/// How far a check is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Steps done.
    pub done: u32,
    /// Of so many; 0 when unknown.
    pub total: u32,
    /// What is being done now.
    pub text: String,
}

/// A severity, a sentence and its evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// In which order the check added it, counted from 0.
    pub index: u32,
    /// Its kind, stable over versions, kebab-case.
    pub id: String,
    /// Its weight.
    pub severity: Severity,
    /// What the operator reads first.
    pub sentence: String,
    /// What it is about, when one check looks at several things.
    pub about: Option<String>,
    /// What follows a count when many targets have it.
    pub many: Option<String>,
    /// The facts, in order.
    pub evidence: Vec<Evidence>,
    /// What to do next.
    pub next_steps: Vec<String>,
}

/// One fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Its label.
    pub label: String,
    /// Its value.
    pub value: EvidenceValue,
}

/// The value of a fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum EvidenceValue {
    /// Text.
    Text(String),
    /// Bytes of the target.
    Bytes(#[serde(with = "crate::blob")] Vec<u8>),
    /// The table of this number.
    Table(u32),
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ColumnKind {
    /// Text.
    Text,
    /// Whole numbers within ±2^53.
    Integer,
    /// Finite numbers.
    Real,
    /// Bools.
    Boolean,
    /// Points in time.
    Time,
    /// Bytes.
    Bytes,
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
    /// Empty, or the unit of its numbers: `ns`, `us`, `ms`, `s`, `bytes`, `percent`, `per-second`, `count`.
    pub unit: String,
}

/// The beginning of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableHead {
    /// Its number within the check, counted from 0.
    pub table: u32,
    /// Its name; tables of one name merge over targets.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its columns.
    pub columns: Vec<Column>,
}

/// Some rows of a table, by columns in the head's order, all of one length.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableRows {
    /// The table's number.
    pub table: u32,
    /// One item a column.
    pub columns: Vec<ColumnData>,
}

/// One column's part of a batch of rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnData {
    /// One value a row, also for a missing one.
    pub values: ColumnValues,
    /// The rows without value, ascending.
    pub missing: Vec<u32>,
}

/// The values of one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ColumnValues {
    /// Text.
    Text(Vec<String>),
    /// Whole numbers.
    Integer(Vec<i64>),
    /// Finite numbers.
    Real(Vec<f64>),
    /// Bools.
    Boolean(Vec<bool>),
    /// Points in time.
    Time(Vec<Instant>),
    /// Bytes.
    Bytes(Vec<Vec<u8>>),
}

impl ColumnValues {
    /// How many rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Text(values) => values.len(),
            Self::Integer(values) => values.len(),
            Self::Real(values) => values.len(),
            Self::Boolean(values) => values.len(),
            Self::Time(values) => values.len(),
            Self::Bytes(values) => values.len(),
        }
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The kind of the values.
    #[must_use]
    pub fn kind(&self) -> ColumnKind {
        match self {
            Self::Text(_) => ColumnKind::Text,
            Self::Integer(_) => ColumnKind::Integer,
            Self::Real(_) => ColumnKind::Real,
            Self::Boolean(_) => ColumnKind::Boolean,
            Self::Time(_) => ColumnKind::Time,
            Self::Bytes(_) => ColumnKind::Bytes,
        }
    }
}

/// One number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    /// Its name, kebab-case.
    pub name: String,
    /// Its unit, as a column's.
    pub unit: String,
    /// Finite.
    pub value: f64,
    /// (name, value) pairs.
    pub labels: Vec<(String, String)>,
}

/// A piece of an artifact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artifact {
    /// Its number within the check, counted from 0.
    pub artifact: u32,
    /// A plain file name, made safe by the host.
    pub name: String,
    /// Its media type.
    pub media: String,
    /// The next bytes.
    #[serde(with = "crate::blob")]
    pub bytes: Vec<u8>,
}

/// What a check said in all, and what of it was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Calls over a budget: nothing of them was kept.
    pub dropped: u64,
    /// Texts and byte strings that were kept in part.
    pub cut: u64,
    /// Places where something that looks like a secret was masked.
    pub redacted: u64,
    /// Calls of capabilities that a grant covered: what was looked at or spoken to.
    pub touched: u64,
    /// Calls of capabilities that no grant covered, and what no grant opens.
    pub refused: u64,
}

/// How a check ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// Why it could not be done, when it could not.
    pub failure: Option<Failure>,
    /// What was lost.
    pub counts: Counts,
    /// From the start of the guest to its end.
    pub took: Duration,
    /// The guest's memory at its largest, in bytes.
    pub peak_memory: u64,
}
