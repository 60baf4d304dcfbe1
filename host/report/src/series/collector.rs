//! From the results of rounds to one result with a series.

use std::collections::HashMap;
use std::time::Duration;

use dbg_model::{Instant, Metric};

use super::{Distribution, MetricSeries, Moment, Series, Tally};
use crate::{CheckResult, Verdict, limits};

/// Which round's findings, tables and artifacts the result holds, and so whose verdict is the result's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The first of the worst verdict; where all passed, the last.
    Worst,
    /// The last: it is what was waited for.
    Last,
}

/// Name, unit and labels.
type MetricKey = (String, String, Vec<(String, String)>);

/// Takes the results of one check on one target, round by round, and makes one result of them. It holds one result and the series,
/// whatever comes.
#[derive(Debug)]
pub struct SeriesCollector {
    shown: Shown,
    every: Duration,
    missed: u64,
    so_far: Option<(CheckResult, Series)>,
    lost_in_a_row: u64,
    /// Where in the series' metrics one is.
    metrics: HashMap<MetricKey, usize>,
}

impl SeriesCollector {
    /// Before the first round. `every` is the time between the starts of two rounds.
    #[must_use]
    pub fn new(every: Duration, shown: Shown) -> Self {
        Self { shown, every, missed: 0, so_far: None, lost_in_a_row: 0, metrics: HashMap::new() }
    }

    /// The next round has ended. It began at `at`, `since` after the first one.
    pub fn take(&mut self, result: CheckResult, at: Instant, since: Duration) {
        let round = self.so_far().map_or(0, |series| series.tally.rounds()) + 1;
        let moment = Moment { round, at, since, verdict: result.verdict(), sentence: sentence(&result) };
        let (verdict, is_lost) = (moment.verdict, moment.verdict.is_lost());
        let (kept, mut series) = match self.so_far.take() {
            Some((kept, series)) => (Some(kept), series),
            None => (None, self.first(moment.clone())),
        };

        series.tally.add(verdict);
        self.lost_in_a_row = if is_lost { self.lost_in_a_row + 1 } else { 0 };
        series.longest_lost = series.longest_lost.max(self.lost_in_a_row);
        if is_lost {
            series.first_lost.get_or_insert_with(|| moment.clone());
            series.last_lost = Some(moment.clone());
        }
        series.last = moment;
        series.took.add(result.took.as_nanos() as f64);
        for metric in &result.metrics {
            self.metric(&mut series, metric);
        }
        let result = match kept {
            Some(kept) if self.keeps(&kept, verdict) => kept,
            _ => {
                series.shown = round;
                result
            }
        };
        self.so_far = Some((result, series));
    }

    /// So many rounds were not begun.
    pub fn miss(&mut self, rounds: u64) {
        self.missed = self.missed.saturating_add(rounds);
    }

    /// What the rounds came to so far; none before the first.
    #[must_use]
    pub fn so_far(&self) -> Option<&Series> {
        self.so_far.as_ref().map(|(_, series)| series)
    }

    /// After the last round: the result that is shown, with its series; none when there was no round.
    #[must_use]
    pub fn finish(self) -> Option<CheckResult> {
        let (mut result, mut series) = self.so_far?;
        series.missed = self.missed;
        result.series = Some(Box::new(series));
        Some(result)
    }

    /// Whether the result that is kept goes on to be the one that is shown.
    fn keeps(&self, kept: &CheckResult, next: Verdict) -> bool {
        match self.shown {
            Shown::Last => false,
            Shown::Worst if next == Verdict::Pass => kept.verdict() > next,
            Shown::Worst => kept.verdict() >= next,
        }
    }

    fn first(&self, first: Moment) -> Series {
        Series {
            every: self.every,
            missed: 0,
            tally: Tally::default(),
            first_lost: None,
            last_lost: None,
            longest_lost: 0,
            shown: first.round,
            last: first,
            took: Distribution::default(),
            metrics: Vec::new(),
            dropped: 0,
        }
    }

    fn metric(&mut self, series: &mut Series, metric: &Metric) {
        let Metric { name, unit, value, labels } = metric;
        let key = (name.clone(), unit.clone(), labels.clone());
        let place = self.metrics.get(&key).copied();
        if let Some(known) = place.and_then(|place| series.metrics.get_mut(place)) {
            return known.values.add(*value);
        }
        if series.metrics.len() >= limits::SERIES_METRICS {
            series.dropped = series.dropped.saturating_add(1);
            return;
        }
        self.metrics.insert(key, series.metrics.len());
        let mut values = Distribution::default();
        values.add(*value);
        series.metrics.push(MetricSeries { name: name.clone(), unit: unit.clone(), labels: labels.clone(), values });
    }
}

/// What decided the verdict; bounded by the collector of the round.
fn sentence(result: &CheckResult) -> String {
    match (result.decisive(), &result.failure) {
        (Some(finding), _) => finding.sentence.clone(),
        (None, Some(failure)) => failure.text.clone(),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests;
