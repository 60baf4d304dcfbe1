//! What the rounds of a repeated check came to, as JSON has it.

use dbg_report::Spread;
use schemars::JsonSchema;
use serde::Serialize;

use super::parts::{Label, Verdict, labels, list, nanoseconds};
use crate::time::timestamp;

/// What the rounds of a repeated check came to.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Series<'a> {
    /// The time from the start of a round to the start of the next, as it was asked for, in nanoseconds.
    every_ns: u64,
    /// How many rounds there were.
    rounds: u64,
    /// How many rounds were not begun, because the one before took too long.
    missed: u64,
    /// How many rounds came out how.
    verdicts: Tally,
    /// The rounds that were lost: those that failed or could not be checked.
    loss: Loss<'a>,
    /// The newest round.
    last: Moment<'a>,
    /// The round whose verdict, findings, tables, metrics and artifacts the result holds.
    shown: u64,
    /// How long the rounds took, in nanoseconds.
    took_ns: Numbers,
    /// The metrics of all rounds.
    metrics: Vec<MetricSeries<'a>>,
    /// Values of metrics that are in no series, because there were too many metrics.
    dropped: u64,
}

/// How many rounds have which verdict.
#[derive(Serialize, JsonSchema)]
struct Tally {
    /// All was well.
    pass: u64,
    /// It worked and should be looked after.
    warn: u64,
    /// It could not be looked at, or not all of it.
    unknown: u64,
    /// It did not work.
    fail: u64,
}

/// The rounds that were lost.
#[derive(Serialize, JsonSchema)]
struct Loss<'a> {
    /// How many.
    rounds: u64,
    /// Their share of all rounds, 0 to 1.
    share: f64,
    /// The most in a row.
    longest: u64,
    /// The first; null when none was lost.
    first: Option<Moment<'a>>,
    /// The last; null when none was lost.
    last: Option<Moment<'a>>,
}

/// One round.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Round")]
struct Moment<'a> {
    /// Its number, counted from 1.
    round: u64,
    /// When it began: RFC 3339, UTC, by the operator's clock.
    at: String,
    /// How long that was after the first round began, in nanoseconds.
    since_ns: u64,
    /// How it came out.
    verdict: Verdict,
    /// What decided that; empty when the check said nothing.
    sentence: &'a str,
}

/// One metric over all rounds that told it.
#[derive(Serialize, JsonSchema)]
struct MetricSeries<'a> {
    /// Its name.
    name: &'a str,
    /// Empty, or the unit as for a column.
    unit: &'a str,
    /// What tells it from others of its name.
    labels: Vec<Label<'a>>,
    #[serde(flatten)]
    values: Numbers,
}

/// Values in five numbers. Of more than 1,024 values `p50` and `p99` are within 1 %.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Spread")]
struct Numbers {
    /// How many values there were.
    count: u64,
    /// The smallest.
    min: f64,
    /// The value that half of them do not exceed.
    p50: f64,
    /// The value that 99 of 100 do not exceed.
    p99: f64,
    /// The largest.
    max: f64,
}

impl<'a> Series<'a> {
    pub(crate) fn new(series: &'a dbg_report::Series) -> Self {
        let dbg_report::Tally { pass, warn, unknown, fail } = series.tally;
        Self {
            every_ns: nanoseconds(series.every),
            rounds: series.tally.rounds(),
            missed: series.missed,
            verdicts: Tally { pass, warn, unknown, fail },
            loss: Loss {
                rounds: series.tally.lost(),
                share: series.tally.loss(),
                longest: series.longest_lost,
                first: series.first_lost.as_ref().map(Moment::new),
                last: series.last_lost.as_ref().map(Moment::new),
            },
            last: Moment::new(&series.last),
            shown: series.shown,
            took_ns: Numbers::new(series.took.spread()),
            metrics: list(&series.metrics, |metric| MetricSeries {
                name: &metric.name,
                unit: &metric.unit,
                labels: labels(&metric.labels),
                values: Numbers::new(metric.values.spread()),
            }),
            dropped: series.dropped,
        }
    }
}

impl<'a> Moment<'a> {
    fn new(moment: &'a dbg_report::Moment) -> Self {
        let dbg_report::Moment { round, at, since, verdict, sentence } = moment;
        Self { round: *round, at: timestamp(*at), since_ns: nanoseconds(*since), verdict: (*verdict).into(), sentence }
    }
}

impl Numbers {
    fn new(spread: Spread) -> Self {
        let Spread { count, min, p50, p99, max } = spread;
        Self { count, min, p50, p99, max }
    }
}
