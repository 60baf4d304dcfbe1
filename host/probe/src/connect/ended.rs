//! What a batch has ended and nobody has taken yet.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dbg_capability::{Attempt, AttemptPage};
use tokio::sync::Notify;
use tokio::time::Instant;

/// How long the first attempt of a page waits for more: a page each would cost a check more than the connects cost the target.
const GATHER: Duration = Duration::from_millis(50);

/// Between the batch and whoever asks for its attempts. Holds at most as many as the batch has destinations.
#[derive(Debug, Default)]
pub(super) struct Ended {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    attempts: VecDeque<Attempt>,
    finished: bool,
}

impl Ended {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes all of `attempts`.
    pub(super) fn add(&self, attempts: &mut Vec<Attempt>) {
        if !attempts.is_empty() {
            self.lock().attempts.extend(attempts.drain(..));
            self.changed.notify_one();
        }
    }

    /// No more will come.
    pub(super) fn finish(&self) {
        self.lock().finished = true;
        self.changed.notify_one();
    }

    /// At most `max`; waits at most `timeout` for the first, and a moment for more.
    pub(super) async fn next(&self, max: usize, timeout: Duration) -> AttemptPage {
        let mut until = Instant::now() + timeout;
        let mut gathering = false;
        loop {
            let (some, enough) = {
                let state = self.lock();
                (!state.attempts.is_empty(), state.finished || state.attempts.len() >= max)
            };
            if some && !gathering {
                gathering = true;
                until = until.min(Instant::now() + GATHER);
            }
            if enough || tokio::time::timeout_at(until, self.changed.notified()).await.is_err() {
                break;
            }
        }
        let mut state = self.lock();
        let count = state.attempts.len().min(max);
        let attempts = state.attempts.drain(..count).collect();
        AttemptPage { attempts, last: state.finished && state.attempts.is_empty() }
    }
}
