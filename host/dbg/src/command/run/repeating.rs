//! Rounds as they come out: added up for each check, and told to those who order them.

use std::time::{Duration, Instant as Clock, SystemTime, UNIX_EPOCH};

use dbg_model::Instant;
use dbg_report::{CheckResult, Series, SeriesCollector, Verdict};
use tokio::sync::watch;

use super::rounds::{Heard, Rounds};
use crate::args::Until;
use crate::settings::Repetition;

/// The rounds of one check on one target.
pub(super) struct Repeated {
    series: SeriesCollector,
    /// When the first one began.
    first: Option<Clock>,
}

/// Whether a round came out otherwise than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// It did, or it is the first.
    Changed,
    /// It came out alike.
    Same,
}

impl Repeated {
    pub(super) fn new(repetition: &Repetition) -> Self {
        Self { series: SeriesCollector::new(repetition.every, repetition.shown()), first: None }
    }

    /// A round has ended just now.
    pub(super) fn take(&mut self, result: CheckResult) -> Change {
        let (took, verdict) = (result.took, result.verdict());
        let before = self.series.so_far().map(|series| series.last.verdict);
        let now = Clock::now();
        let began = now.checked_sub(took).unwrap_or(now);
        let since = began.saturating_duration_since(*self.first.get_or_insert(began));
        self.series.take(result, ago(took), since);
        if before == Some(verdict) { Change::Same } else { Change::Changed }
    }

    pub(super) fn miss(&mut self, rounds: u64) {
        self.series.miss(rounds);
    }

    pub(super) fn so_far(&self) -> Option<&Series> {
        self.series.so_far()
    }

    /// None when no round has ended.
    pub(super) fn finish(self) -> Option<CheckResult> {
        self.series.finish()
    }
}

/// The wall clock so long ago.
fn ago(took: Duration) -> Instant {
    // A clock before 1970 is told as 1970.
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().saturating_sub(took);
    Instant { seconds: i64::try_from(since.as_secs()).unwrap_or(i64::MAX), nanoseconds: since.subsec_nanos() }
}

/// The rounds of all targets: each at its own pace, all of them until what is waited for has come.
pub(super) struct Repeating {
    repetition: Repetition,
    checks: usize,
    targets: Vec<OfTarget>,
}

struct OfTarget {
    heard: watch::Sender<Heard>,
    /// Checks of the round that goes on which have ended, and the worst of them.
    ended: usize,
    worst: Option<Verdict>,
    /// How the newest whole round came out.
    newest: Option<Verdict>,
}

impl Repeating {
    pub(super) fn new(repetition: Repetition, targets: usize, checks: usize) -> Self {
        let target = || OfTarget { heard: watch::Sender::default(), ended: 0, worst: None, newest: None };
        Self { repetition, checks, targets: std::iter::repeat_with(target).take(targets).collect() }
    }

    /// For whoever orders the rounds of a target.
    pub(super) fn rounds_of(&self, target: usize) -> Option<Rounds> {
        let heard = self.targets.get(target)?.heard.subscribe();
        Some(Rounds { target, repetition: self.repetition, heard })
    }

    /// A check of a round has ended. With the last one the round is over: true.
    pub(super) fn ended(&mut self, target: usize, verdict: Verdict) -> bool {
        let checks = self.checks;
        let Some(of_target) = self.targets.get_mut(target) else { return false };
        of_target.ended += 1;
        of_target.worst = of_target.worst.max(Some(verdict));
        if of_target.ended < checks {
            return false;
        }
        of_target.ended = 0;
        of_target.newest = of_target.worst.take();
        let newest = self.targets.iter().map(|target| target.newest);
        if self.repetition.until.is_some_and(|until| until.has_come(newest)) {
            self.stop();
        }
        // Only now: who orders must not begin another round that nobody wants.
        if let Some(of_target) = self.targets.get(target) {
            of_target.heard.send_modify(|heard| heard.ended += 1);
        }
        true
    }

    /// A target has broken off. What has to be so on all of them can never be.
    pub(super) fn broke(&self) {
        if self.repetition.until == Some(Until::Pass) {
            self.stop();
        }
    }

    fn stop(&self) {
        for target in &self.targets {
            target.heard.send_modify(|heard| heard.enough = true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repeating(until: Until) -> (Repeating, Vec<watch::Receiver<Heard>>) {
        let repetition = Repetition { every: Duration::from_secs(1), lasting: None, count: None, until: Some(until) };
        let repeating = Repeating::new(repetition, 2, 2);
        let heard = (0..2).map(|target| repeating.rounds_of(target).unwrap().heard).collect();
        (repeating, heard)
    }

    fn heard(receivers: &[watch::Receiver<Heard>]) -> Vec<(u64, bool)> {
        receivers.iter().map(|heard| (heard.borrow().ended, heard.borrow().enough)).collect()
    }

    #[test]
    fn a_round_is_over_with_its_last_check_and_counts_by_its_worst() {
        let (mut repeating, receivers) = repeating(Until::Fail);
        assert!(!repeating.ended(0, Verdict::Fail));
        assert_eq!(heard(&receivers), [(0, false), (0, false)]);
        assert!(repeating.ended(0, Verdict::Pass));
        assert_eq!(heard(&receivers), [(1, true), (0, true)]);
    }

    #[test]
    fn a_pass_is_waited_for_on_all_targets_and_not_once_one_broke() {
        let (mut repeating, receivers) = repeating(Until::Pass);
        for _ in 0..2 {
            repeating.ended(0, Verdict::Pass);
        }
        assert_eq!(heard(&receivers), [(1, false), (0, false)]);
        for verdict in [Verdict::Pass, Verdict::Warn, Verdict::Pass, Verdict::Pass] {
            repeating.ended(1, verdict);
        }
        assert_eq!(heard(&receivers), [(1, true), (2, true)]);
        let (repeating, receivers) = self::repeating(Until::Pass);
        repeating.broke();
        assert_eq!(heard(&receivers), [(0, true), (0, true)]);
    }
}
