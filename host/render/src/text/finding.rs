//! Findings with their evidence and what to do next, the worst first.

use dbg_model::{Cell, Escaped, Evidence, EvidenceValue, Severity};
use dbg_report::{CheckResult, FindingGroup, Member, MergedCheck, severity_rank};

use super::heading::broke_off;
use super::measure::{fit, width};
use super::page::{Ink, Page};

/// The longest severity and two spaces.
const INDENT: usize = 9;
/// Columns of a label; what is longer is cut.
const LABEL: usize = 24;
/// Lines of one value, unless everything is wanted.
const LINES: usize = 8;
/// Targets of one finding that are named, unless everything is wanted.
const TARGETS: usize = 10;
/// Bytes shown as hexadecimal digits.
const HEX: usize = 64;

/// All findings of a check, and why it could not be done where it could not.
pub(super) fn all(page: &mut Page, check: &MergedCheck<'_>) {
    let mut failures = Some(&check.results);
    page.blank();
    for group in check.groups() {
        // What could not be done weighs less than what does not work, and more than all else.
        if severity_rank(group.severity) > severity_rank(Severity::Fail) {
            failures.take().into_iter().flatten().for_each(|result| failure(page, result, check));
        }
        match check.single() {
            Some(_) => group.members.iter().for_each(|member| one(page, member, "")),
            None => over_targets(page, &group),
        }
    }
    failures.into_iter().flatten().for_each(|result| failure(page, result, check));
}

fn failure(page: &mut Page, result: &CheckResult, check: &MergedCheck<'_>) {
    let on = if check.single().is_some() { String::new() } else { format!("on {}: ", Cell(&result.subject.target)) };
    match &result.failure {
        Some(failure) => lead(page, Severity::Unknown, &format!("{on}{}", broke_off(failure))),
        None if result.findings.is_empty() => lead(page, Severity::Unknown, &format!("{on}the check said nothing")),
        None => {}
    }
}

fn over_targets(page: &mut Page, group: &FindingGroup<'_>) {
    let targets = group.targets();
    if targets.len() == 1 || page.is_verbose() {
        for member in &group.members {
            one(page, member, &format!("on {}: ", Cell(&member.result.subject.target)));
        }
        return;
    }
    let Some(first) = group.members.first() else { return };
    let count = targets.len();
    let what = match group.many() {
        Some(many) => format!("{count} targets {}", Cell(many)),
        None => format!("{count} targets: {}", Cell(&first.finding.sentence)),
    };
    lead(page, group.severity, &format!("{what} ({})", Cell(group.id)));
    let mut names: Vec<String> = targets.iter().take(TARGETS).map(|target| Cell(target).to_string()).collect();
    if let Some(more) = count.checked_sub(TARGETS).filter(|more| *more > 0) {
        names.push(format!("and {more} more; `-o json` has them"));
    }
    indented(page, "on: ", &names.join(", "), LINES);
    if group.severity != Severity::Pass {
        let example = &first.result.subject.target;
        page.hanging(Ink::Faint, &format!("{:INDENT$}", ""), INDENT, &format!("for example on {}:", Cell(example)));
        details(page, first);
    }
}

fn one(page: &mut Page, member: &Member<'_>, on: &str) {
    let finding = member.finding;
    let id = if finding.severity == Severity::Pass && !page.is_verbose() { String::new() } else { id(&finding.id) };
    lead(page, finding.severity, &format!("{on}{}{id}", Cell(&finding.sentence)));
    if finding.severity == Severity::Pass && !page.is_verbose() {
        compact(page, member);
    } else {
        details(page, member);
    }
}

fn id(id: &str) -> String {
    format!(" ({})", Cell(id))
}

fn lead(page: &mut Page, severity: Severity, text: &str) {
    page.hanging(severity.into(), &format!("{severity:INDENT$}"), INDENT, text);
}

fn indented(page: &mut Page, label: &str, text: &str, lines: usize) {
    let lead = format!("{:INDENT$}{label}", "");
    page.hanging_at_most(Ink::Plain, &lead, width(&lead), text, lines);
}

/// What passed, on one line.
fn compact(page: &mut Page, member: &Member<'_>) {
    let about = member.finding.about.as_deref().filter(|about| !member.finding.sentence.contains(*about));
    let mut facts: Vec<String> = about.map(|about| Cell(about).to_string()).into_iter().collect();
    for Evidence { label, value } in &member.finding.evidence {
        if let EvidenceValue::Text(text) = value {
            facts.push(format!("{}: {}", Cell(label), Cell(text)));
        }
    }
    if !facts.is_empty() {
        let line = format!("{:INDENT$}{}", "", facts.join(", "));
        page.line(Ink::Faint, &line);
    }
}

fn details(page: &mut Page, member: &Member<'_>) {
    let finding = member.finding;
    let lines = if page.is_verbose() { usize::MAX } else { LINES };
    let widest = LABEL.min(page.width() / 4);
    let mut facts: Vec<(String, String)> = Vec::new();
    if let Some(about) = finding.about.as_deref().filter(|about| !finding.sentence.contains(*about)) {
        facts.push(("about:".to_owned(), Cell(about).to_string()));
    }
    for Evidence { label, value } in &finding.evidence {
        facts.push((format!("{}:", fit(&Cell(label).to_string(), widest)), shown(value, member.result)));
    }
    let longest = facts.iter().map(|(label, _)| width(label)).max().unwrap_or(0);
    for (label, value) in &facts {
        let pad = longest.saturating_sub(width(label)) + 1;
        indented(page, &format!("{label}{:pad$}", ""), value, lines);
    }
    for step in &finding.next_steps {
        page.hanging(Ink::Bold, &format!("{:INDENT$}next: ", ""), INDENT + 6, &Cell(step).to_string());
    }
}

fn shown(value: &EvidenceValue, result: &CheckResult) -> String {
    match value {
        EvidenceValue::Text(text) => Escaped(text).to_string(),
        EvidenceValue::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Escaped(text).to_string(),
            Err(_) => hex(bytes),
        },
        EvidenceValue::Table(number) => match result.tables.iter().find(|table| table.number == *number) {
            Some(table) => format!("see the table `{}`", Cell(super::table::title(&table.name, &table.title))),
            None => "a table that was dropped".to_owned(),
        },
    }
}

/// `de ad be ef … 412 bytes`.
pub(super) fn hex(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().take(HEX).map(|byte| format!("{byte:02x}")).collect();
    let mut text = digits.join(" ");
    if bytes.len() > HEX {
        text.push_str(&format!(" … {} bytes", bytes.len()));
    }
    text
}
