//! What a check found, with its evidence.

use std::fmt::Display;

use crate::host::report;
use crate::table::{Columns, Table};

/// The weight of a finding. The verdict of a check is the worst of its findings: fail, unknown, warn, pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Severity {
    /// It was looked at and it is well.
    Pass,
    /// Worth reading, without weight in the verdict.
    Info,
    /// It works and should be looked after.
    Warn,
    /// It does not work.
    Fail,
    /// It could not be looked at. Never use `Pass` for that.
    Unknown,
}

impl From<Severity> for report::Severity {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Pass => Self::Pass,
            Severity::Info => Self::Info,
            Severity::Warn => Self::Warn,
            Severity::Fail => Self::Fail,
            Severity::Unknown => Self::Unknown,
        }
    }
}

/// One finding, in the report since it was made; the functions add to it, and its end of scope lets the host send it.
///
/// ```
/// # use dbg_sdk::prelude::*;
/// # fn look(run: &Run) {
/// run.fail("dns-timeout", "no name server answered")
///     .about("10.0.0.10:53")
///     .evidence("asked", 3)
///     .next_step("look whether port 53 is open between here and the server");
/// # }
/// ```
#[derive(Debug)]
pub struct Finding {
    handle: report::Finding,
}

impl Finding {
    pub(crate) fn new(id: &str, severity: Severity, sentence: &dyn Display) -> Self {
        Self { handle: report::add_finding(id, severity.into(), &sentence.to_string()) }
    }

    /// A fact that carries the sentence: `("answer", "SERVFAIL after 2.0 s")`. Shown in order, a label may repeat. Label at most
    /// 128 bytes, text at most 16 KiB, 64 facts a finding.
    pub fn evidence(self, label: &str, text: impl Display) -> Self {
        self.handle.evidence(label, &text.to_string());
        self
    }

    /// The same for bytes of the target that need not be text. At most 16 KiB; kept exactly, but for
    /// what looks like a secret in a text.
    pub fn evidence_bytes(self, label: &str, bytes: &[u8]) -> Self {
        self.handle.evidence_bytes(label, bytes);
        self
    }

    /// A table of this report as evidence. It may still be filled afterwards.
    pub fn evidence_table<C: Columns>(self, label: &str, table: &Table<C>) -> Self {
        self.handle.evidence_table(label, table.handle());
        self
    }

    /// What the operator should do next: an imperative sentence, or a command in backticks. 8 a finding.
    pub fn next_step(self, text: impl Display) -> Self {
        self.handle.next_step(&text.to_string());
        self
    }

    /// The fragment that follows a count when many targets have this finding: "cannot resolve names". Without it the sentence is
    /// repeated. The last call wins.
    pub fn many(self, fragment: impl Display) -> Self {
        self.handle.many(&fragment.to_string());
        self
    }

    /// What the finding is about, when one check looks at several things: "10.0.0.10:53". The last call wins.
    pub fn about(self, subject: impl Display) -> Self {
        self.handle.about(&subject.to_string());
        self
    }
}
