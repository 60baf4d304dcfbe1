//! All that one run found.

use std::path::PathBuf;
use std::time::Duration;

use dbg_model::{Digest, Instant};

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
    /// Where the run stands in an audit log, when it was recorded.
    pub audit: Option<AuditMark>,
}

/// The last line of a run in an audit log. Kept apart from the log it shows whether the log's end was cut off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditMark {
    /// The file; none where the lines went to the machine's syslog alone.
    pub log: Option<PathBuf>,
    /// The line's number, counted from 1.
    pub line: u64,
    /// The line's digest, which covers all lines before it.
    pub head: Digest,
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
