//! All that one run found.

use std::time::Duration;

use dbg_model::Instant;

use crate::{CheckResult, RunId, Verdict};

/// All that one run found.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The run.
    pub run: RunId,
    /// When it began.
    pub started: Instant,
    /// How long it took in all.
    pub took: Duration,
    /// One item a check and target, in the order in which they were asked for; a target that could not be reached has its item too.
    pub results: Vec<CheckResult>,
}

impl Report {
    /// The worst verdict of all results; `unknown` when there is none.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.results.iter().map(CheckResult::verdict).max().unwrap_or(Verdict::Unknown)
    }

    /// How many results have this verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.results.iter().filter(|result| result.verdict() == verdict).count()
    }
}
