//! The parts of a result, as JSON has them; shared by the document and the lines.

use std::time::Duration;

use base64::Engine as _;
use dbg_model::{Counts, FailureCode};
use dbg_report::{AuditMark, CheckResult, KeptArtifact, PluginFacts, Provenance};
use schemars::JsonSchema;
use serde::Serialize;

/// The answer in one word.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Verdict {
    /// All is well.
    Pass,
    /// It works and should be looked after.
    Warn,
    /// It could not be looked at, or not all of it.
    Unknown,
    /// It does not work.
    Fail,
}

impl From<dbg_report::Verdict> for Verdict {
    fn from(verdict: dbg_report::Verdict) -> Self {
        match verdict {
            dbg_report::Verdict::Pass => Self::Pass,
            dbg_report::Verdict::Warn => Self::Warn,
            dbg_report::Verdict::Unknown => Self::Unknown,
            dbg_report::Verdict::Fail => Self::Fail,
        }
    }
}

/// Which plugin exactly ran.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Plugin<'a> {
    /// Its name.
    name: &'a str,
    /// Its version: semver.
    version: String,
    /// Of the component's bytes: `sha256:` and 64 hexadecimal digits.
    digest: String,
    /// On whose word it ran.
    provenance: ProvenanceWord,
    /// Who signed it, where a vendor did.
    #[serde(skip_serializing_if = "Option::is_none")]
    vendor: Option<&'a str>,
}

/// On whose word a plugin ran.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Provenance")]
enum ProvenanceWord {
    /// It came with dbg.
    Stock,
    /// A trusted vendor signed it.
    Vendor,
    /// Nobody signed it; on the operator's word alone.
    Unsigned,
}

impl<'a> Plugin<'a> {
    pub(crate) fn new(facts: &'a PluginFacts) -> Self {
        Self {
            name: facts.name.as_str(),
            version: facts.version.to_string(),
            digest: facts.digest.to_string(),
            provenance: match &facts.provenance {
                Provenance::Stock => ProvenanceWord::Stock,
                Provenance::Vendor(_) => ProvenanceWord::Vendor,
                Provenance::Unsigned => ProvenanceWord::Unsigned,
            },
            vendor: match &facts.provenance {
                Provenance::Vendor(vendor) => Some(vendor.as_str()),
                Provenance::Stock | Provenance::Unsigned => None,
            },
        }
    }
}

/// Why a check could not be done.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Failure<'a> {
    /// The cause, as far as a program can act on it.
    code: Code,
    /// One sentence for the operator.
    text: &'a str,
}

/// The cause of a failure.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "FailureCode")]
enum Code {
    /// The plugin has no check of that name.
    NoSuchCheck,
    /// Arguments that are valid one by one contradict each other.
    BadArguments,
    /// A grant that the check cannot do without was not given.
    Denied,
    /// The target lacks what the check looks at.
    Unsupported,
    /// The time was up.
    TimedOut,
    /// The operator asked to stop.
    Cancelled,
    /// Anything else that the check says.
    Other,
    /// The plugin stopped by a fault of its own.
    Trapped,
    /// The plugin went over its memory limit.
    OutOfMemory,
    /// The plugin could not be loaded or started.
    NotLoadable,
    /// The agent refused to run it: nobody whom the operator named vouches for it so.
    Refused,
    /// The connection to the agent broke.
    Disconnected,
    /// The target is not there, or may not be entered.
    Unreachable,
}

impl<'a> Failure<'a> {
    pub(crate) fn new(failure: &'a dbg_model::Failure) -> Self {
        let code = match failure.code {
            FailureCode::NoSuchCheck => Code::NoSuchCheck,
            FailureCode::BadArguments => Code::BadArguments,
            FailureCode::Denied => Code::Denied,
            FailureCode::Unsupported => Code::Unsupported,
            FailureCode::TimedOut => Code::TimedOut,
            FailureCode::Cancelled => Code::Cancelled,
            FailureCode::Other => Code::Other,
            FailureCode::Trapped => Code::Trapped,
            FailureCode::OutOfMemory => Code::OutOfMemory,
            FailureCode::NotLoadable => Code::NotLoadable,
            FailureCode::Refused => Code::Refused,
            FailureCode::Disconnected => Code::Disconnected,
            FailureCode::Unreachable => Code::Unreachable,
        };
        Self { code, text: &failure.text }
    }
}

/// One number.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Metric<'a> {
    /// Its name.
    name: &'a str,
    /// Empty, or the unit as for a column.
    unit: &'a str,
    /// Its value: always finite.
    value: f64,
    /// What tells it from others of its name.
    labels: Vec<Label<'a>>,
}

/// A name and a value.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Label<'a> {
    /// Its name.
    name: &'a str,
    /// Its value.
    value: &'a str,
}

impl<'a> Metric<'a> {
    pub(crate) fn new(metric: &'a dbg_model::Metric) -> Self {
        Self { name: &metric.name, unit: &metric.unit, value: metric.value, labels: labels(&metric.labels) }
    }
}

/// Bytes worth keeping.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Artifact<'a> {
    /// Its number within the result, counted from 0.
    number: u32,
    /// A plain file name. Check it again before you use it as one.
    name: &'a str,
    /// Its media type.
    media: &'a str,
    /// Its bytes in base64 (RFC 4648, with padding), also when they are text.
    base64: String,
}

impl<'a> Artifact<'a> {
    pub(crate) fn new(artifact: &'a KeptArtifact) -> Self {
        let KeptArtifact { number, name, media, bytes } = artifact;
        Self { number: *number, name, media, base64: base64(bytes) }
    }

    pub(crate) fn piece(piece: &'a dbg_model::Artifact) -> Self {
        let dbg_model::Artifact { artifact, name, media, bytes } = piece;
        Self { number: *artifact, name, media, base64: base64(bytes) }
    }
}

/// The last line of a run in an audit log. Kept apart from the log it shows whether the log's end was cut off: `dbg audit verify`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Audit {
    /// The file; null where the lines went to the machine's syslog alone.
    log: Option<String>,
    /// The line's number, counted from 1.
    line: u64,
    /// SHA-256 of the line, which covers all lines before it: `sha256:` and 64 hexadecimal digits.
    head: String,
}

impl Audit {
    pub(crate) fn new(mark: &AuditMark) -> Self {
        let AuditMark { log, line, head } = mark;
        let log = log.as_ref().map(|path| path.to_string_lossy().into_owned());
        Self { log, line: *line, head: head.to_string() }
    }
}

/// What is not in the result although it was said.
#[derive(Serialize, JsonSchema, Default)]
pub(crate) struct Lost {
    /// What went over a budget, or contradicted itself, and was dropped whole.
    dropped: u64,
    /// Texts and byte strings that were kept in part.
    cut: u64,
    /// Places where a secret was masked.
    redacted: u64,
}

impl Lost {
    pub(crate) fn new(counts: &Counts) -> Self {
        let Counts { dropped, cut, redacted, touched: _, refused: _ } = *counts;
        Self { dropped, cut, redacted }
    }

    pub(crate) fn sum(results: &[CheckResult]) -> Self {
        results.iter().fold(Self::default(), |sum, result| Self {
            dropped: sum.dropped.saturating_add(result.counts.dropped),
            cut: sum.cut.saturating_add(result.counts.cut),
            redacted: sum.redacted.saturating_add(result.counts.redacted),
        })
    }
}

pub(crate) fn labels(labels: &[(String, String)]) -> Vec<Label<'_>> {
    list(labels, |(name, value)| Label { name, value })
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Whole nanoseconds, at most 2^53: what every JSON reader keeps exactly.
pub(crate) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX).min(1 << 53)
}

pub(crate) fn list<'a, T, U>(items: &'a [T], new: impl Fn(&'a T) -> U) -> Vec<U> {
    items.iter().map(new).collect()
}
