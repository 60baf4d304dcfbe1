//! `dbg audit verify`: whether a log is what dbg wrote, all of it.

use std::io::{BufReader, Read as _};
use std::path::Path;

use anyhow::{Context as _, anyhow};
use dbg_audit::{End, Position, Torn, Walked, walk};
use dbg_model::{Cell, Digest};
use serde::{Deserialize, Serialize};

use super::file::{self, open};
use crate::args::{AuditVerify, ListFormat};
use crate::command::{print, print_json};
use crate::describe::hanging;
use crate::diagnostic::{Fault, hinted};
use crate::exit::Exit;
use crate::settings::Terminal;

/// A report that is larger was not written by dbg.
const MAX_REPORT: u64 = 1 << 30;

/// What was found. Texts are raw.
#[derive(Serialize)]
struct Found {
    /// The log.
    log: String,
    /// Whether every byte is in its place.
    whole: bool,
    /// How many lines are in their place.
    lines: u64,
    /// The digest of the last of them; null when there is none.
    head: Option<Digest>,
    /// How many torn lines were sealed.
    sealed: u64,
    /// The first hundred of them.
    seals: Vec<SealFound>,
    /// What was left of a last line; null when nothing was.
    torn: Option<Torn>,
    /// Why the chain breaks off; null when it does not.
    broken: Option<String>,
}

/// A torn line that was sealed.
#[derive(Serialize)]
struct SealFound {
    /// By this line.
    line: u64,
    /// How many bytes there are.
    bytes: u64,
    /// SHA-256 of them.
    digest: Digest,
}

pub(super) fn verify(args: &AuditVerify, terminal: &Terminal) -> Result<Exit, Fault> {
    let seen = match (&args.report, args.line, args.head) {
        (Some(report), _, _) => Some(of_report(report)?),
        (None, Some(line), Some(head)) => Some(Position { line, head }),
        (None, _, _) => None,
    };
    let walked =
        walk(open(&args.file)?, seen, |_, _| {}).context("the audit log cannot be read").map_err(Fault::own)?;
    match args.output {
        ListFormat::Text => print(&text(&args.file, &walked, seen, terminal))?,
        ListFormat::Json => print_json(&found(&args.file, &walked))?,
    };
    Ok(file::exit(&walked.end))
}

fn found(path: &Path, walked: &Walked) -> Found {
    let (torn, broken) = match walked.end {
        End::Whole => (None, None),
        End::Torn(torn) => (Some(torn), None),
        End::Broken(broken) => (None, Some(broken.to_string())),
    };
    let seal = |seal: &dbg_audit::Seal| SealFound { line: seal.line, bytes: seal.torn.bytes, digest: seal.torn.digest };
    Found {
        log: path.to_string_lossy().into_owned(),
        whole: walked.end == End::Whole,
        lines: walked.last.map_or(0, |last| last.line),
        head: walked.last.map(|last| last.head),
        sealed: walked.sealed,
        seals: walked.seals.iter().map(seal).collect(),
        torn,
        broken,
    }
}

fn text(path: &Path, walked: &Walked, seen: Option<Position>, terminal: &Terminal) -> String {
    let log = Cell(&path.to_string_lossy()).to_string();
    let mut text = match (&walked.end, walked.last) {
        (End::Whole, None) => format!("{log}: it has no line\n"),
        (End::Whole, Some(last)) => format!("{log}: whole, {} lines\n", last.line),
        (End::Torn(_), _) => format!("{log}: torn at its end\n"),
        (End::Broken(_), _) => format!("{log}: not what dbg wrote\n"),
    };
    let mut say = |line: &str| text.push_str(&hanging("  ", line, terminal.width));
    if let Some(trouble) = file::trouble(&walked.end) {
        say(&trouble);
    }
    if let Some(last) = walked.last {
        say(&format!("last line in its place: {}, {}", last.line, last.head));
    }
    if let (Some(seen), End::Whole | End::Torn(_)) = (seen, &walked.end) {
        say(&format!("line {} is the one that was seen before", seen.line));
    }
    for seal in &walked.seals {
        let Torn { bytes, digest } = seal.torn;
        say(&format!("line {} seals {bytes} bytes of a line that was not written to its end, {digest}", seal.line));
    }
    if walked.sealed > walked.seals.len() as u64 {
        say(&format!("{} torn lines were sealed in all", walked.sealed));
    }
    text
}

/// As much of a report as matters here.
#[derive(Deserialize)]
struct Report {
    audit: Option<Mark>,
}

#[derive(Deserialize)]
struct Mark {
    line: u64,
    head: Digest,
}

/// The line that a report names: of `-o json`, or of the last line of `-o ndjson`.
fn of_report(path: &Path) -> Result<Position, Fault> {
    let file = fs_err::File::open(path).context("the report cannot be read").map_err(Fault::usage)?;
    let reports = serde_json::Deserializer::from_reader(BufReader::new(file).take(MAX_REPORT)).into_iter::<Report>();
    let mut found = None;
    for report in reports {
        let report = report.with_context(|| format!("`{}` is no report", path.display())).map_err(Fault::usage)?;
        found = report.audit.or(found);
    }
    let Mark { line, head } = found.ok_or_else(|| {
        let error = anyhow!("the report `{}` names no line of an audit log", path.display());
        Fault::usage(hinted(error, "the run was not recorded: give it `--audit-log FILE`"))
    })?;
    Ok(Position { line, head })
}
