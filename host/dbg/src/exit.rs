//! The exit codes: a promise to scripts, documented in `docs/reference.md`.

use std::process::ExitCode;

use dbg_report::Verdict;

/// How dbg ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: every check passed, or the command did what it was asked.
    Pass,
    /// 1: a fault of dbg or of the machine it runs on: a disk that is full, a store that is damaged.
    Own,
    /// 2: what was typed or given makes no sense.
    Usage,
    /// 3: a check failed.
    Fail,
    /// 4: a check warned.
    Warn,
    /// 5: something could not be checked.
    Unknown,
    /// 130: interrupted.
    Interrupted,
    /// What the program of a shell ended with, or why it was not started as shells have it.
    Program(u8),
}

/// From which verdict on `dbg run` ends with a code other than 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum FailOn {
    /// A warning ends with 4, a failure with 3, what could not be checked with 5.
    Warn,
    /// A failure ends with 3, what could not be checked with 5.
    Fail,
    /// A verdict never changes the exit code.
    Never,
}

impl Exit {
    /// The code of a verdict.
    pub(crate) fn of(verdict: Verdict, fail_on: FailOn) -> Self {
        match (verdict, fail_on) {
            (_, FailOn::Never) | (Verdict::Pass, _) | (Verdict::Warn, FailOn::Fail) => Self::Pass,
            (Verdict::Warn, FailOn::Warn) => Self::Warn,
            (Verdict::Fail, _) => Self::Fail,
            (Verdict::Unknown, _) => Self::Unknown,
        }
    }

    /// The number.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::Own => 1,
            Self::Usage => 2,
            Self::Fail => 3,
            Self::Warn => 4,
            Self::Unknown => 5,
            Self::Interrupted => 130,
            Self::Program(code) => code,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_counts_only_where_it_was_asked_for() {
        assert_eq!(Exit::of(Verdict::Warn, FailOn::Warn).code(), 4);
        assert_eq!(Exit::of(Verdict::Warn, FailOn::Fail).code(), 0);
        assert_eq!(Exit::of(Verdict::Fail, FailOn::Never).code(), 0);
    }

    #[test]
    fn what_could_not_be_checked_is_never_a_pass_by_default() {
        assert_eq!(Exit::of(Verdict::Unknown, FailOn::Warn).code(), 5);
        assert_eq!(Exit::of(Verdict::Unknown, FailOn::Fail).code(), 5);
    }
}
