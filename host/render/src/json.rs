//! One JSON document for a whole run. The types here are the published format, apart from the model: renaming a field of the model changes nothing.
//!
//! Their doc comments are its specification and end in `docs/schema/`. Within `dbg.report/1` fields are added, never renamed or removed.

use std::io::{self, BufWriter, Write};

use dbg_report::{CheckResult, Report};
use schemars::JsonSchema;
use serde::Serialize;

use crate::safe_json;
use crate::time::timestamp;

mod finding;
mod parts;
mod series;
mod tables;

pub(crate) use finding::Finding;
pub(crate) use parts::{Artifact, Audit, Failure, Lost, Metric, Plugin, Verdict, list, nanoseconds};
pub(crate) use series::Series;
pub(crate) use tables::{Cell, Column, Rows, Table};

/// All that one run of dbg found.
/// Text is kept as the target or the plugin said it: it may hold terminal escapes and bidirectional controls, so escape it before you show it.
/// Bytes that are no UTF-8 have a key of their own, `base64`, in the place of `text`.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Report")]
pub(crate) struct Document<'a> {
    /// The name and major version of this format.
    schema: Format,
    /// The run's id: 1 to 63 of `a-z`, `0-9` and `-`.
    run: &'a str,
    /// When the run began: RFC 3339, UTC.
    started: String,
    /// How long the run took in all, in nanoseconds.
    took_ns: u64,
    /// The worst verdict of all results; `unknown` when there is none.
    verdict: Verdict,
    /// The code with which dbg exits: 0 pass, 4 warn, 3 fail, 5 could not check, 130 interrupted; `--fail-on` may make it 0.
    exit_code: u8,
    /// The sum of what all results lost.
    lost: Lost,
    /// Where the run stands in an audit log; only there when it was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    audit: Option<Audit>,
    /// One item a check and target, in the order in which they were asked for. A target that could not be reached has its item too.
    results: Vec<CheckOutcome<'a>>,
}

/// The name and major version of this format.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
enum Format {
    #[serde(rename = "dbg.report/1")]
    Report1,
}

/// What one check said of one target.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Result")]
struct CheckOutcome<'a> {
    /// The target as the operator wrote it.
    target: &'a str,
    /// The check's name.
    check: &'a str,
    /// The plugin that offers the check.
    plugin: Plugin<'a>,
    /// The arguments with defaults filled in, in the declaration's order. Secrets are masked.
    arguments: Vec<Argument<'a>>,
    /// What the check was granted, one line each, for people.
    granted: &'a [String],
    /// What the check asked for and did not get, one line each, for people.
    withheld: &'a [String],
    /// What a reader has to know of how this came to be, such as that the target could interfere, for people; not there when nothing.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notes: &'a [String],
    /// The worst finding's verdict; `unknown` when the check could not be done or said nothing, unless it found a `fail` before.
    verdict: Verdict,
    /// Why the check could not be done; null when it could. What it said before is kept.
    failure: Option<Failure<'a>>,
    /// The findings, in the order in which the check added them.
    findings: Vec<Finding<'a>>,
    /// The tables, in the order in which they began.
    tables: Vec<Table<'a>>,
    /// The metrics.
    metrics: Vec<Metric<'a>>,
    /// The artifacts.
    artifacts: Vec<Artifact<'a>>,
    /// What was lost of this result.
    lost: Lost,
    /// From the start of the check to its end, in nanoseconds.
    took_ns: u64,
    /// The plugin's memory at its largest, in bytes.
    peak_memory_bytes: u64,
    /// What all rounds came to; only there when the check was repeated, with `--every`. All else is then of the round that it names: the
    /// first of the worst verdict, or the last where all passed or a pass was waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    series: Option<Series<'a>>,
}

/// One argument of a check.
#[derive(Serialize, JsonSchema)]
struct Argument<'a> {
    /// The parameter's name.
    name: &'a str,
    /// Its values as a person would type them: one for a plain parameter, any number for a repeated one.
    values: &'a [String],
}

impl<'a> CheckOutcome<'a> {
    fn new(result: &'a CheckResult) -> Self {
        let subject = &result.subject;
        Self {
            target: &subject.target,
            check: subject.check.as_str(),
            plugin: Plugin::new(&subject.plugin),
            arguments: subject.arguments.iter().map(|(name, values)| Argument { name, values }).collect(),
            granted: &subject.granted,
            withheld: &subject.withheld,
            notes: &subject.notes,
            verdict: result.verdict().into(),
            failure: result.failure.as_ref().map(Failure::new),
            findings: list(&result.findings, Finding::new),
            tables: list(&result.tables, Table::new),
            metrics: list(&result.metrics, Metric::new),
            artifacts: list(&result.artifacts, Artifact::new),
            lost: Lost::new(&result.counts),
            took_ns: nanoseconds(result.took),
            peak_memory_bytes: result.peak_memory,
            series: result.series.as_deref().map(Series::new),
        }
    }
}

/// Writes the run as one JSON document and a newline: `dbg.report/1`, whose schema is [`crate::report_schema`].
/// `exit_code` is what the caller will exit with. Errors are the writer's.
pub fn write_json(out: &mut impl Write, report: &Report, exit_code: u8) -> io::Result<()> {
    let document = Document {
        schema: Format::Report1,
        run: report.run.as_str(),
        started: timestamp(report.started),
        took_ns: nanoseconds(report.took),
        verdict: report.verdict().into(),
        exit_code,
        lost: Lost::sum(&report.results),
        audit: report.audit.as_ref().map(Audit::new),
        results: list(&report.results, CheckOutcome::new),
    };
    let mut out = BufWriter::new(out);
    safe_json::to_writer(&mut out, &document)?;
    out.write_all(b"\n")?;
    out.flush()
}

#[cfg(test)]
mod tests;
