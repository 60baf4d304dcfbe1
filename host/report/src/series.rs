//! The rounds of a repeated check, added up in bounded memory however many there are.

mod collector;
mod distribution;

use std::time::Duration;

use dbg_model::Instant;

use crate::Verdict;

pub use collector::{SeriesCollector, Shown};
pub use distribution::{Distribution, Spread};

/// What the rounds of one check on one target came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// The time from the start of a round to the start of the next, as it was asked for.
    pub every: Duration,
    /// How many rounds were not begun, because the one before took too long.
    pub missed: u64,
    /// How many rounds came out how.
    pub tally: Tally,
    /// The first round that was lost.
    pub first_lost: Option<Moment>,
    /// The last round that was lost.
    pub last_lost: Option<Moment>,
    /// The most rounds in a row that were lost.
    pub longest_lost: u64,
    /// The newest round.
    pub last: Moment,
    /// The round whose findings, tables and artifacts the result holds.
    pub shown: u64,
    /// How long the rounds took from the start of the guest to its end, in nanoseconds.
    pub took: Distribution,
    /// The metrics of all rounds, in the order in which each came first.
    pub metrics: Vec<MetricSeries>,
    /// Values of metrics that are in no series, because there were too many metrics.
    pub dropped: u64,
}

/// How many rounds have which verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// All was well.
    pub pass: u64,
    /// It worked.
    pub warn: u64,
    /// It could not be looked at.
    pub unknown: u64,
    /// It did not work.
    pub fail: u64,
}

/// One round of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// Its number, counted from 1.
    pub round: u64,
    /// When it began, by the operator's clock.
    pub at: Instant,
    /// How long that was after the first round began.
    pub since: Duration,
    /// How it came out.
    pub verdict: Verdict,
    /// What decided that; empty when the check said nothing. Foreign: escape it before it is shown.
    pub sentence: String,
}

/// One metric over all rounds that told it.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricSeries {
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// What tells it from others of its name.
    pub labels: Vec<(String, String)>,
    /// Its values.
    pub values: Distribution,
}

impl Tally {
    /// How many rounds there were.
    #[must_use]
    pub fn rounds(&self) -> u64 {
        Verdict::WORST_FIRST.into_iter().map(|verdict| self.count(verdict)).sum()
    }

    /// How many rounds have this verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> u64 {
        match verdict {
            Verdict::Pass => self.pass,
            Verdict::Warn => self.warn,
            Verdict::Unknown => self.unknown,
            Verdict::Fail => self.fail,
        }
    }

    /// How many rounds were lost: it did not work, or could not be looked at.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.unknown + self.fail
    }

    /// The share of rounds that were lost, 0 to 1.
    #[must_use]
    pub fn loss(&self) -> f64 {
        match self.rounds() {
            0 => 0.0,
            rounds => self.lost() as f64 / rounds as f64,
        }
    }

    fn add(&mut self, verdict: Verdict) {
        let count = match verdict {
            Verdict::Pass => &mut self.pass,
            Verdict::Warn => &mut self.warn,
            Verdict::Unknown => &mut self.unknown,
            Verdict::Fail => &mut self.fail,
        };
        *count += 1;
    }
}

impl Verdict {
    /// Whether a round that came out so counts as lost: what warns works.
    #[must_use]
    pub fn is_lost(self) -> bool {
        matches!(self, Self::Unknown | Self::Fail)
    }
}
