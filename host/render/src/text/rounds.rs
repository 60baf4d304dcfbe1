//! What the rounds of a repeated check came to.

use dbg_model::{Cell, format_duration};
use dbg_report::{CheckResult, MergedCheck, Moment, Series, Spread, Tally, Verdict};

use super::closing::{metric_name, on};
use super::grid::{Align, Grid, Head};
use super::heading::{reason, section};
use super::number::Scale;
use super::page::{Ink, Page};
use crate::time::timestamp;

/// Metrics, unless everything is wanted.
const METRICS: usize = 50;
/// Columns of a label with the space after it.
const LABEL: usize = 9;

/// The rounds of every result that has some.
pub(super) fn all(page: &mut Page, check: &MergedCheck<'_>) {
    for result in &check.results {
        if let Some(series) = &result.series {
            section(page, &format!("Rounds{}", on(result, check)));
            facts(page, series);
            numbers(page, series);
        }
    }
}

fn facts(page: &mut Page, series: &Series) {
    let Series { tally, every, missed, .. } = series;
    let some = Verdict::WORST_FIRST.into_iter().map(|verdict| (tally.count(verdict), verdict));
    let counts: Vec<String> =
        some.filter(|(count, _)| *count > 0).map(|(count, verdict)| format!("{count} {verdict}")).collect();
    let rounds = tally.rounds();
    let mut loss = format!("{} of {rounds} every {}: {}", percent(tally), format_duration(*every), counts.join(", "));
    if *missed > 0 {
        loss.push_str(&format!("; {missed} not begun, as the one before took too long"));
    }
    fact(page, "loss:", &loss);
    if let Some(first) = &series.first_lost {
        fact(page, "first:", &moment(first));
    }
    if let Some(last) = series.last_lost.as_ref().filter(|last| series.first_lost.as_ref() != Some(last)) {
        fact(page, "last:", &moment(last));
    }
    if series.longest_lost > 1 {
        fact(page, "longest:", &format!("{} in a row", series.longest_lost));
    }
    if rounds > 1 {
        let newest = if series.shown == series.last.round { "the last" } else { "the first that came out so" };
        fact(page, "below:", &format!("round {}, {newest}", series.shown));
    }
}

fn fact(page: &mut Page, label: &str, text: &str) {
    page.hanging(Ink::Plain, &format!("{label:LABEL$}"), LABEL, text);
}

fn moment(moment: &Moment) -> String {
    let when = format!("{} ({}), round {}", clock(moment), ago(moment), moment.round);
    if moment.sentence.is_empty() { when } else { format!("{when}: {}", Cell(&moment.sentence)) }
}

/// The time of day that a person looks for in a log: whole seconds.
pub(crate) fn clock(moment: &Moment) -> String {
    timestamp(dbg_model::Instant { nanoseconds: 0, ..moment.at })
}

fn ago(moment: &Moment) -> String {
    if moment.since.is_zero() { "at the start".to_owned() } else { format!("after {}", format_duration(moment.since)) }
}

/// What is not nothing is never shown as nothing, nor as all what is not all.
pub(crate) fn percent(tally: &Tally) -> String {
    match tally.loss() * 100.0 {
        loss if loss == 0.0 || loss == 100.0 => format!("{loss:.0} %"),
        loss if loss < 0.1 => "<0.1 %".to_owned(),
        loss if loss > 99.9 => ">99.9 %".to_owned(),
        loss => format!("{loss:.1} %"),
    }
}

fn numbers(page: &mut Page, series: &Series) {
    let limit = if page.is_verbose() { usize::MAX } else { METRICS };
    let shown = || series.metrics.iter().take(limit);
    let names =
        std::iter::once("took".to_owned()).chain(shown().map(|metric| metric_name(&metric.name, &metric.labels)));
    let spreads: Vec<(&str, Spread)> = std::iter::once(("ns", series.took.spread()))
        .chain(shown().map(|metric| (metric.unit.as_str(), metric.values.spread())))
        .collect();
    let column = |of: fn(&Spread) -> f64| spreads.iter().map(|(unit, spread)| value(unit, of(spread))).collect();
    let head = |title: &str, align| Head { title: title.to_owned(), align };
    let mut grid = Grid::default();
    grid.push(head("NAME", Align::Left), names.collect());
    let counts = spreads.iter().map(|(_, spread)| spread.count.to_string());
    grid.push(head("COUNT", Align::Right), counts.collect());
    grid.push(head("MIN", Align::Right), column(|spread| spread.min));
    grid.push(head("P50", Align::Right), column(|spread| spread.p50));
    grid.push(head("P99", Align::Right), column(|spread| spread.p99));
    grid.push(head("MAX", Align::Right), column(|spread| spread.max));
    page.blank();
    grid.write(page);
    let more = (series.metrics.len() - shown().count()) as u64;
    if more > 0 {
        page.line(Ink::Faint, &format!("… {more} more metrics; `-o json` has them"));
    }
    if series.dropped > 0 {
        page.line(Ink::Attention, &format!("{} values of further metrics were dropped", series.dropped));
    }
}

/// Each in its own unit: a median of 0.4 ms would be nothing beside a maximum in seconds.
fn value(unit: &str, value: f64) -> String {
    let scale = Scale::new(unit, &[value]);
    let number = scale.show(value);
    if scale.unit.is_empty() { number } else { format!("{number} {}", scale.unit) }
}

/// What decided the verdict of a repeated check, escaped: `3 of 720 rounds failed: …`.
pub(super) fn sentence(series: &Series, result: &CheckResult) -> String {
    let verdict = result.verdict();
    let how = match verdict {
        Verdict::Pass => "passed",
        Verdict::Warn => "warned",
        Verdict::Unknown => "could not be checked",
        Verdict::Fail => "failed",
    };
    let (count, rounds) = (series.tally.count(verdict), series.tally.rounds());
    let why = reason(result);
    format!("{count} of {rounds} {} {how}: {why}", if rounds == 1 { "round" } else { "rounds" })
}
