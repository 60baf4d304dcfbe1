//! What a connect came to, in the operator's words.

use dbg_sdk::connect::{Attempt, Ending, Outcome};
use dbg_sdk::prelude::*;

/// A server that ends a connection later than this may only be tired of waiting.
const AT_ONCE: Duration = Duration::from_secs(1);

/// What a connect came to; the order is that of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    Open,
    /// Accepted, and broken at once without a word.
    Reset,
    /// Accepted, and ended at once without a word.
    Closed,
    Refused,
    Filtered,
    Unreachable,
    Unresolved,
    Denied,
    Unknown,
}

impl State {
    pub(crate) fn of(attempt: &Attempt) -> Self {
        match attempt.outcome {
            Outcome::Connected => match &attempt.heard {
                Some(heard) if heard.said.is_empty() && heard.after < AT_ONCE => match heard.ending {
                    Ending::Reset => Self::Reset,
                    Ending::Closed => Self::Closed,
                    Ending::Open | Ending::Other => Self::Open,
                },
                _ => Self::Open,
            },
            Outcome::Refused => Self::Refused,
            Outcome::TimedOut => Self::Filtered,
            Outcome::Unreachable => Self::Unreachable,
            Outcome::Unresolved => Self::Unresolved,
            Outcome::Denied => Self::Denied,
            Outcome::Other => Self::Unknown,
        }
    }

    /// What the operator reads.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Reset => "reset at once",
            Self::Closed => "closed at once",
            Self::Refused => "refused",
            Self::Filtered => "filtered",
            Self::Unreachable => "unreachable",
            Self::Unresolved => "unresolved",
            Self::Denied => "not granted",
            Self::Unknown => "not known",
        }
    }

    /// Whether the host completed the connect.
    pub(crate) fn was_made(self) -> bool {
        matches!(self, Self::Open | Self::Reset | Self::Closed)
    }

    /// Whether somebody answered, so that the time says something.
    pub(crate) fn is_measured(self) -> bool {
        self.was_made() || matches!(self, Self::Refused | Self::Unreachable)
    }
}
