//! Round after round in one session, at fixed times.

use std::time::Duration;

use dbg_model::Event;
use dbg_session::{Operator, Order, RunIndex, SessionError};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use super::follow::Said;
use crate::settings::Repetition;
use crate::signal::Cancelled;

/// What a session may last beyond its last round: the way there and back.
const SPARE: Duration = Duration::from_secs(5);

/// What whoever follows a target says to whoever orders its rounds.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Heard {
    /// So many rounds have ended and are counted.
    pub(super) ended: u64,
    /// No more are wanted.
    pub(super) enough: bool,
}

/// The rounds of one target that are to come.
pub(super) struct Rounds {
    pub(super) target: usize,
    pub(super) repetition: Repetition,
    pub(super) heard: watch::Receiver<Heard>,
}

/// The place of a run among the rounds of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Counted from 0.
    pub(super) round: u64,
    /// Which check.
    pub(super) check: usize,
}

impl Place {
    /// The place of a run; with one round the run is the check.
    pub(super) fn of(run: RunIndex, checks: usize) -> Option<Self> {
        let run = usize::try_from(run.0).ok()?;
        let round = run.checked_div(checks)?;
        Some(Self { round: u64::try_from(round).ok()?, check: run.checked_rem(checks)? })
    }
}

impl Rounds {
    /// Runs round after round of these orders, one a check, in one session to its end.
    pub(super) async fn follow(
        self,
        mut operator: Operator,
        checks: Vec<Order>,
        events: mpsc::Sender<(RunIndex, Event)>,
        told: &mpsc::Sender<Said>,
        cancelled: Cancelled,
    ) -> Result<(), SessionError> {
        if let Some(lasting) = self.repetition.lasting {
            // The last round may begin just before the end, and has as long as its checks have.
            let longest = checks.iter().map(|order| order.limits.time).max().unwrap_or_default();
            operator.set_deadline(lasting.saturating_add(longest).saturating_add(SPARE));
        }
        let (orders, more) = mpsc::channel(1);
        let (ended, ()) =
            tokio::join!(operator.follow_more(events, more, cancelled), self.order(&checks, orders, told));
        ended
    }

    /// Orders until no more rounds are wanted, time or count or numbers are used up, or the session takes none any more.
    async fn order(mut self, checks: &[Order], orders: mpsc::Sender<(RunIndex, Order)>, told: &mpsc::Sender<Said>) {
        let start = Instant::now();
        let mut times = Times::new(&self.repetition);
        let mut numbers = (0..=u32::MAX).map(RunIndex);
        for round in 1_u64.. {
            let runs: Vec<_> = numbers.by_ref().take(checks.len()).zip(checks.iter().cloned()).collect();
            if runs.len() < checks.len() {
                return;
            }
            for run in runs {
                if orders.send(run).await.is_err() {
                    return;
                }
            }
            if !self.hears(&orders, |heard| heard.enough || heard.ended >= round).await || self.heard.borrow().enough {
                return;
            }
            if self.repetition.count.is_some_and(|count| round >= count) {
                return;
            }
            let Some(next) = times.next(start.elapsed()) else { return };
            if next.missed > 0 {
                // Whoever no longer listens has given up on all targets.
                let _ = told.send(Said::Missed { target: self.target, rounds: next.missed }).await;
            }
            let Some(at) = start.checked_add(next.at) else { return };
            tokio::select! {
                () = sleep_until(at) => {}
                _ = self.hears(&orders, |heard| heard.enough) => return,
            }
        }
    }

    /// Waits for a word; false when the session takes no more orders or nobody follows any more.
    async fn hears(&mut self, orders: &mpsc::Sender<(RunIndex, Order)>, word: impl FnMut(&Heard) -> bool) -> bool {
        tokio::select! {
            heard = async { self.heard.wait_for(word).await.is_ok() } => heard,
            () = orders.closed() => false,
        }
    }
}

/// When rounds begin, counted from the first. They do not drift: what one took does not move those after it.
struct Times {
    every: Duration,
    lasting: Option<Duration>,
    /// The last one that was begun or given up.
    last: Duration,
}

#[derive(Debug, PartialEq, Eq)]
struct Next {
    at: Duration,
    missed: u64,
}

impl Times {
    fn new(repetition: &Repetition) -> Self {
        Self { every: repetition.every, lasting: repetition.lasting, last: Duration::ZERO }
    }

    /// The next round, when the one before has ended by `now`: at its time, or at once when that has passed. Of several times that
    /// have passed all but the last are missed. None when it would begin after the end.
    fn next(&mut self, now: Duration) -> Option<Next> {
        let passed = now.saturating_sub(self.last).as_nanos().checked_div(self.every.as_nanos())?;
        let steps = u32::try_from(passed.max(1)).ok()?;
        self.last = self.last.checked_add(self.every.checked_mul(steps)?)?;
        let at = self.last.max(now);
        let is_over = self.lasting.is_some_and(|lasting| at >= lasting);
        (!is_over).then_some(Next { at, missed: u64::from(steps - 1) })
    }
}

#[cfg(test)]
mod tests;
