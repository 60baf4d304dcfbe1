//! The weight of a finding.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The weight of one finding, in the words of `dbg:check/report`. The verdict's order is `report`'s business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// It was looked at and it is well.
    Pass,
    /// Worth reading, without weight in the verdict.
    Info,
    /// It works and should be looked after.
    Warn,
    /// It does not work.
    Fail,
    /// It could not be looked at.
    Unknown,
}

impl Severity {
    /// The word of the WIT, as shown.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
