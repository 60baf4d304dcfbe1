//! One JSON object a line, while the run goes on. What is said here is `dbg.event/1`; its parts are those of `dbg.report/1`.

use std::io::{self, Write};

use dbg_model::{Ending, Event};
use dbg_report::{Moment, Report, RunId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::json::{
    Artifact, Audit, Cell, Column, Failure, Finding, Lost, Metric, Plugin, Rows, Series, Verdict, list, nanoseconds,
};
use crate::safe_json;
use crate::time::timestamp;

/// One line of a run. Lines of one check are in order, those of several checks mixed. The last line is the `summary`; a run without one was
/// broken off. Readers skip an `event` that they do not know. Text is kept as the target or the plugin said it, as in `dbg.report/1`.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Event")]
pub(crate) struct Line<'a> {
    /// The name and major version of this format.
    schema: Format,
    /// The run's id: 1 to 63 of `a-z`, `0-9` and `-`.
    run: &'a str,
    /// The target of the check that says this; not there in a `summary`.
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<&'a str>,
    /// The check that says this; not there in a `summary`.
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<&'a str>,
    /// The round of the check that says this, counted from 1; only there when the check is repeated, and not in a `summary`.
    #[serde(skip_serializing_if = "Option::is_none")]
    round: Option<u64>,
    #[serde(flatten)]
    body: Body<'a>,
}

/// The name and major version of this format.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
enum Format {
    #[serde(rename = "dbg.event/1")]
    Event1,
}

/// What is said, by `event`.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "kebab-case")]
enum Body<'a> {
    /// How far the check is; only the newest counts.
    Progress {
        /// Steps done.
        done: u32,
        /// Of so many; 0 when unknown.
        total: u32,
        /// What is being done now.
        text: &'a str,
    },
    /// A finding.
    Finding(Finding<'a>),
    /// A table begins; always before its rows.
    Table {
        /// Its number within the check and target; rows and evidence refer to it.
        number: u32,
        /// Its name, stable over runs, targets and versions of the plugin.
        name: &'a str,
        /// What stands above it for people.
        title: &'a str,
        /// Its columns. Names may repeat.
        columns: Vec<Column<'a>>,
    },
    /// Some rows of a table.
    Rows {
        /// The table's number.
        table: u32,
        /// One cell a column, in the order of the table's columns.
        #[schemars(with = "Vec<Vec<Cell<'a>>>")]
        rows: Rows<'a>,
    },
    /// One number. The last of one name and the same labels counts.
    Metric(Metric<'a>),
    /// A piece of an artifact; pieces of one number are in order.
    Artifact(Artifact<'a>),
    /// The check has ended; its last line, or with rounds the last of its round but one.
    Ended {
        /// Why it could not be done; null when it could.
        failure: Option<Failure<'a>>,
        /// What was lost.
        lost: Lost,
        /// From the start of the check to its end, in nanoseconds.
        took_ns: u64,
        /// The plugin's memory at its largest, in bytes.
        peak_memory_bytes: u64,
    },
    /// A round of a repeated check came out; the last line of the round.
    Round {
        /// When it began: RFC 3339, UTC, by the operator's clock.
        at: String,
        /// How long that was after the first round began, in nanoseconds.
        since_ns: u64,
        /// How it came out.
        verdict: Verdict,
        /// What decided that; empty when the check said nothing.
        sentence: &'a str,
    },
    /// The run has ended; its last line.
    Summary {
        /// When the run began: RFC 3339, UTC.
        started: String,
        /// How long it took in all, in nanoseconds.
        took_ns: u64,
        /// The worst verdict of all results; `unknown` when there is none.
        verdict: Verdict,
        /// The code with which dbg exits.
        exit_code: u8,
        /// The sum of what all results lost.
        lost: Lost,
        /// Where the run stands in an audit log; only there when it was recorded.
        #[serde(skip_serializing_if = "Option::is_none")]
        audit: Option<Audit>,
        /// One item a check and target, in the order in which they were asked for. A target that could not be reached has its item too.
        results: Vec<Outcome<'a>>,
    },
}

/// How one check on one target came out.
#[derive(Serialize, JsonSchema)]
struct Outcome<'a> {
    /// The target as the operator wrote it.
    target: &'a str,
    /// The check's name.
    check: &'a str,
    /// The plugin that offers the check.
    plugin: Plugin<'a>,
    /// Its verdict.
    verdict: Verdict,
    /// Why it could not be done; null when it could.
    failure: Option<Failure<'a>>,
    /// What a reader has to know of how this came to be, such as that the target could interfere, for people; not there when nothing.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notes: &'a [String],
    /// What was lost of it.
    lost: Lost,
    /// What all rounds came to; only there when the check was repeated.
    #[serde(skip_serializing_if = "Option::is_none")]
    series: Option<Series<'a>>,
}

/// Who says a line; nobody in particular says the `summary`.
#[derive(Default)]
struct Place<'a> {
    target: Option<&'a str>,
    check: Option<&'a str>,
    round: Option<u64>,
}

/// Writes events as lines, each flushed at once.
#[derive(Debug)]
pub struct NdjsonWriter<W> {
    out: W,
    run: RunId,
    line: Vec<u8>,
}

impl<W: Write> NdjsonWriter<W> {
    /// For one run.
    pub fn new(out: W, run: RunId) -> Self {
        Self { out, run, line: Vec::new() }
    }

    /// Writes one event of a check, with its round when the check is repeated. Errors are the writer's.
    pub fn event(&mut self, target: &str, check: &str, round: Option<u64>, event: &Event) -> io::Result<()> {
        let body = match event {
            Event::Progress(progress) => {
                Body::Progress { done: progress.done, total: progress.total, text: &progress.text }
            }
            Event::Finding(finding) => Body::Finding(Finding::new(finding)),
            Event::TableHead(head) => Body::Table {
                number: head.table,
                name: &head.name,
                title: &head.title,
                columns: list(&head.columns, Column::new),
            },
            Event::TableRows(rows) => Body::Rows { table: rows.table, rows: Rows::Batch(rows) },
            Event::Metric(metric) => Body::Metric(Metric::new(metric)),
            Event::Artifact(piece) => Body::Artifact(Artifact::piece(piece)),
            Event::Ended(Ending { failure, counts, took, peak_memory }) => Body::Ended {
                failure: failure.as_ref().map(Failure::new),
                lost: Lost::new(counts),
                took_ns: nanoseconds(*took),
                peak_memory_bytes: *peak_memory,
            },
        };
        self.write(Place { target: Some(target), check: Some(check), round }, body)
    }

    /// Writes how a round of a repeated check came out. Errors are the writer's.
    pub fn round(&mut self, target: &str, check: &str, moment: &Moment) -> io::Result<()> {
        let Moment { round, at, since, verdict, sentence } = moment;
        let body =
            Body::Round { at: timestamp(*at), since_ns: nanoseconds(*since), verdict: (*verdict).into(), sentence };
        self.write(Place { target: Some(target), check: Some(check), round: Some(*round) }, body)
    }

    /// Writes the last line. `exit_code` is what the caller will exit with. Errors are the writer's.
    pub fn summary(&mut self, report: &Report, exit_code: u8) -> io::Result<()> {
        let body = Body::Summary {
            started: timestamp(report.started),
            took_ns: nanoseconds(report.took),
            verdict: report.verdict().into(),
            exit_code,
            lost: Lost::sum(&report.results),
            audit: report.audit.as_ref().map(Audit::new),
            results: list(&report.results, |result| Outcome {
                target: &result.subject.target,
                check: result.subject.check.as_str(),
                plugin: Plugin::new(&result.subject.plugin),
                verdict: result.verdict().into(),
                failure: result.failure.as_ref().map(Failure::new),
                notes: &result.subject.notes,
                lost: Lost::new(&result.counts),
                series: result.series.as_deref().map(Series::new),
            }),
        };
        self.write(Place::default(), body)
    }

    /// A line goes out whole or, when the writer fails, not beyond where it failed: never two lines mixed.
    fn write(&mut self, place: Place<'_>, body: Body<'_>) -> io::Result<()> {
        self.line.clear();
        let Place { target, check, round } = place;
        let line = Line { schema: Format::Event1, run: self.run.as_str(), target, check, round, body };
        safe_json::to_writer(&mut self.line, &line)?;
        self.line.push(b'\n');
        self.out.write_all(&self.line)?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests;
