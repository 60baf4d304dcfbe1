//! What follows findings and tables: metrics, artifacts, what was lost, and which plugin it was.

use dbg_model::{Cell, Counts, format_duration, format_size};
use dbg_report::{AuditMark, CheckResult, MergedCheck, Report};

use super::grid::{Align, Grid, Head};
use super::heading::section;
use super::number::Scale;
use super::page::{Ink, Page};

/// Metrics, unless everything is wanted.
const METRICS: usize = 50;

pub(super) fn metrics(page: &mut Page, result: &CheckResult, check: &MergedCheck<'_>) {
    if result.metrics.is_empty() {
        return;
    }
    section(page, &format!("Metrics{}", on(result, check)));
    let limit = if page.is_verbose() { usize::MAX } else { METRICS };
    let shown = || result.metrics.iter().take(limit);
    let head = |title: &str, align| Head { title: title.to_owned(), align };
    let scales: Vec<Scale> = shown().map(|metric| Scale::new(&metric.unit, &[metric.value])).collect();
    let mut grid = Grid::default();
    grid.push(head("NAME", Align::Left), shown().map(|metric| metric_name(&metric.name, &metric.labels)).collect());
    let values = shown().zip(&scales).map(|(metric, scale)| scale.show(metric.value));
    grid.push(head("VALUE", Align::Right), values.collect());
    grid.push(head("UNIT", Align::Left), scales.iter().map(|scale| scale.unit.to_string()).collect());
    grid.write(page);
    if let Some(more) = result.metrics.len().checked_sub(limit).filter(|more| *more > 0) {
        page.line(Ink::Faint, &format!("… {more} more metrics; `-o json` has them"));
    }
}

/// `lookup-time{server="10.0.0.10"}`.
pub(super) fn metric_name(name: &str, labels: &[(String, String)]) -> String {
    let labels: Vec<String> =
        labels.iter().map(|(name, value)| format!("{}=\"{}\"", Cell(name), Cell(value))).collect();
    let name = Cell(name);
    if labels.is_empty() { name.to_string() } else { format!("{name}{{{}}}", labels.join(",")) }
}

pub(super) fn artifacts(page: &mut Page, result: &CheckResult, check: &MergedCheck<'_>) {
    if result.artifacts.is_empty() {
        return;
    }
    section(page, &format!("Artifacts{} (`-o json` has their bytes)", on(result, check)));
    for artifact in &result.artifacts {
        let size = format_size(artifact.bytes.len() as u64);
        let text = format!("{} ({}, {size})", Cell(&artifact.name), Cell(&artifact.media));
        page.hanging(Ink::Plain, "  ", 2, &text);
    }
}

/// What a reader must know to trust the rest: losses, refused grants; and when everything is wanted, what exactly ran.
pub(super) fn remarks(page: &mut Page, result: &CheckResult, check: &MergedCheck<'_>) {
    let mut remarks: Vec<(Ink, &str, String)> = Vec::new();
    if let Some(lost) = lost(&result.counts) {
        remarks.push((Ink::Attention, "lost: ", lost));
    }
    if result.counts.redacted > 0 {
        let places = counted(result.counts.redacted, "place", "places");
        remarks.push((Ink::Plain, "masked: ", format!("a secret, in {places}")));
    }
    if !result.subject.withheld.is_empty() {
        remarks.push((Ink::Attention, "withheld: ", lines(&result.subject.withheld)));
    }
    for note in &result.subject.notes {
        remarks.push((Ink::Attention, "note: ", Cell(note).to_string()));
    }
    if page.is_verbose() {
        for (parameter, values) in &result.subject.arguments {
            let values: Vec<String> = values.iter().map(|value| Cell(value).to_string()).collect();
            remarks.push((Ink::Plain, "argument: ", format!("{}={}", Cell(parameter), values.join(","))));
        }
        if !result.subject.granted.is_empty() {
            remarks.push((Ink::Plain, "granted: ", lines(&result.subject.granted)));
        }
        remarks.push((Ink::Plain, "ran: ", ran(result)));
    }
    if remarks.is_empty() {
        return;
    }
    page.blank();
    if check.single().is_none() {
        page.line(Ink::Bold, on(result, check).trim_start());
    }
    for (ink, label, text) in remarks {
        page.hanging(ink, label, label.len(), &text);
    }
}

fn lines(lines: &[String]) -> String {
    lines.iter().map(|line| Cell(line).to_string()).collect::<Vec<_>>().join("; ")
}

fn ran(result: &CheckResult) -> String {
    let plugin = &result.subject.plugin;
    format!(
        "{} {} ({}, {}), {} of memory, {}",
        plugin.name,
        plugin.version,
        plugin.provenance,
        plugin.digest,
        format_size(result.peak_memory),
        format_duration(result.took)
    )
}

fn lost(counts: &Counts) -> Option<String> {
    let Counts { dropped, cut, .. } = *counts;
    let mut parts = Vec::new();
    if dropped > 0 {
        parts.push(format!("{} over a budget or without sense", counted(dropped, "item", "items")));
    }
    if cut > 0 {
        parts.push(if cut == 1 { "the end of 1 text".to_owned() } else { format!("the ends of {cut} texts") });
    }
    (!parts.is_empty()).then(|| parts.join(", and "))
}

fn counted(count: u64, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

pub(super) fn on(result: &CheckResult, check: &MergedCheck<'_>) -> String {
    if check.single().is_some() { String::new() } else { format!(" on {}", Cell(&result.subject.target)) }
}

/// The last line: what ran in short, and the run's id.
pub(super) fn run(page: &mut Page, report: &Report) {
    let mut plugins: Vec<String> = Vec::new();
    for result in &report.results {
        let plugin = &result.subject.plugin;
        let text = format!("{} {} ({})", plugin.name, plugin.version, plugin.provenance);
        if !plugins.contains(&text) {
            plugins.push(text);
        }
    }
    plugins.push(format!("took {}", format_duration(report.took)));
    plugins.push(format!("run {}", report.run));
    page.blank();
    let text = plugins.join(", ");
    page.hanging(Ink::Plain, "", 0, &text);
    if let Some(AuditMark { log, line, head }) = &report.audit {
        let log =
            log.as_ref().map_or_else(|| "the syslog".to_owned(), |path| Cell(&path.to_string_lossy()).to_string());
        page.hanging(Ink::Plain, "", 0, &format!("audit: line {line} of {log}, {head}"));
    }
}
