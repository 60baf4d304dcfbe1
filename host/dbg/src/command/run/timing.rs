//! How long the steps took, for those who ask with `--timings`.

use std::time::{Duration, Instant};

use crate::printer;
use crate::settings::Timings;

/// Tells how long steps took, or says nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timing(Timings);

impl Timing {
    pub(super) fn new(timings: Timings) -> Self {
        Self(timings)
    }

    /// Does a step and tells how long it took.
    pub(super) fn of<T>(self, step: &str, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        self.say(step, start.elapsed());
        result
    }

    /// Tells how long a step took.
    pub(super) fn say(self, step: &str, took: Duration) {
        if self.0 == Timings::Shown {
            printer::note(&format!("timing: {step} {:.3}ms", took.as_secs_f64() * 1e3));
        }
    }
}
