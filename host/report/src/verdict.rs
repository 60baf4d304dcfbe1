//! The answer in one word.

use std::fmt;

use dbg_model::Severity;

/// The answer of a check, or of a whole run. Ordered by weight: the larger one wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// All is well.
    Pass,
    /// It works and should be looked after.
    Warn,
    /// It could not be looked at, or not all of it.
    Unknown,
    /// It does not work.
    Fail,
}

impl Verdict {
    /// All of them, from the worst.
    pub const WORST_FIRST: [Self; 4] = [Self::Fail, Self::Unknown, Self::Warn, Self::Pass];

    /// The word, as shown and as in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Unknown => "unknown",
            Self::Fail => "fail",
        }
    }

    /// What a finding of this severity says of the whole; `info` does not lower what would be a pass.
    #[must_use]
    pub fn of(severity: Severity) -> Self {
        match severity {
            Severity::Pass | Severity::Info => Self::Pass,
            Severity::Warn => Self::Warn,
            Severity::Unknown => Self::Unknown,
            Severity::Fail => Self::Fail,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// The place of a severity when the worst is shown first: 0 for `fail`.
#[must_use]
pub fn severity_rank(severity: Severity) -> u8 {
    match severity {
        Severity::Fail => 0,
        Severity::Unknown => 1,
        Severity::Warn => 2,
        Severity::Info => 3,
        Severity::Pass => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_outweighs_not_knowing_which_outweighs_a_warning() {
        assert!(Verdict::Fail > Verdict::Unknown && Verdict::Unknown > Verdict::Warn && Verdict::Warn > Verdict::Pass);
        assert!(Verdict::WORST_FIRST.is_sorted_by(|a, b| a > b));
    }
}
