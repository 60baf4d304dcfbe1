//! The run that a check is in, and what the check says of it.

use std::fmt::Display;
use std::time::{Duration, Instant};

use crate::host::{report, run_context};
use crate::table::{Columns, Table};
use crate::{Artifact, Finding, Severity, Unit};

/// One run of a check: given to it, made by the host alone.
///
/// Nothing here fails. What is above a limit is dropped and counted, and the report says so beside the verdict.
#[derive(Debug)]
pub struct Run {
    _made_by_the_host: (),
}

impl Run {
    pub(crate) const fn new() -> Self {
        Self { _made_by_the_host: () }
    }

    /// Adds a finding. `id` names this kind of finding across runs, targets and versions: kebab-case, at most 64 bytes. `sentence` is
    /// what the operator reads first: at most 1 KiB, no full stop. 1,000 a run.
    pub fn finding(&self, id: &str, severity: Severity, sentence: impl Display) -> Finding {
        Finding::new(id, severity, &sentence)
    }

    /// It was looked at and it is well.
    pub fn pass(&self, id: &str, sentence: impl Display) -> Finding {
        self.finding(id, Severity::Pass, sentence)
    }

    /// Worth reading, without weight in the verdict.
    pub fn info(&self, id: &str, sentence: impl Display) -> Finding {
        self.finding(id, Severity::Info, sentence)
    }

    /// It works and should be looked after.
    pub fn warn(&self, id: &str, sentence: impl Display) -> Finding {
        self.finding(id, Severity::Warn, sentence)
    }

    /// It does not work.
    pub fn fail(&self, id: &str, sentence: impl Display) -> Finding {
        self.finding(id, Severity::Fail, sentence)
    }

    /// It could not be looked at.
    pub fn unknown(&self, id: &str, sentence: impl Display) -> Finding {
        self.finding(id, Severity::Unknown, sentence)
    }

    /// Adds a table. `name` as a finding's id: tables of one name merge over targets. 16 a run, 32 columns, 100,000 rows and 16 MiB in
    /// all, 4 KiB a cell. The columns are a tuple of [`crate::table::column`]s; each [`Table::row`] is a tuple of cells that fit them.
    pub fn table<C: Columns>(&self, name: &str, title: &str, columns: C) -> Table<C> {
        Table::new(name, title, columns)
    }

    /// One number. `name` is kebab-case, at most 64 bytes; labels are (name, value) pairs, 8 at most. NaN and infinities are dropped.
    /// The same name with the same labels: the last call wins. 1,000 a run.
    pub fn metric(&self, name: &str, unit: Unit, value: f64, labels: &[(&str, &str)]) {
        let labels: Vec<(String, String)> =
            labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        report::metric(name, unit.name(), value, &labels);
    }

    /// Adds bytes worth keeping. `name` is a plain file name, at most 128 bytes; `media` a media type, as `text/plain`. 16 a run.
    pub fn artifact(&self, name: &str, media: &str) -> Artifact {
        Artifact::new(name, media)
    }

    /// How far the check is: `done` of `total`, 0 for an unknown total, and what is being done now, at most 256 bytes. Calling it often
    /// is cheap.
    pub fn progress(&self, done: u32, total: u32, text: impl Display) {
        report::progress(done, total, &text.to_string());
    }

    /// The target as the operator wrote it, as `node/n1`. For texts alone: never parse it.
    #[must_use]
    pub fn target(&self) -> String {
        run_context::target()
    }

    /// The time until the host ends the run; zero once it is over.
    #[must_use]
    pub fn remaining(&self) -> Duration {
        Duration::from_millis(run_context::remaining_ms().into())
    }

    /// The moment `timeout` from now, or the end of the run when that is earlier: a deadline for [`crate::net`].
    #[must_use]
    pub fn until(&self, timeout: Duration) -> Instant {
        Instant::now() + timeout.min(self.remaining())
    }

    /// Whether the operator asked to stop. The check should then say what it knows and return within 1 s.
    #[must_use]
    pub fn cancelled(&self) -> bool {
        run_context::cancelled()
    }

    /// How many calls of the report were dropped or cut so far. 0 for most.
    #[must_use]
    pub fn dropped(&self) -> u32 {
        report::dropped()
    }
}
