//! Why a check could not be done.

use serde::{Deserialize, Serialize};

/// The code of a [`Failure`]: those of the WIT, and those only the host can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureCode {
    /// The plugin has no check of that name.
    NoSuchCheck,
    /// Arguments that are valid one by one contradict each other.
    BadArguments,
    /// A grant that the check cannot do without was not given.
    Denied,
    /// The target lacks what the check looks at.
    Unsupported,
    /// The time was up.
    TimedOut,
    /// The operator asked to stop.
    Cancelled,
    /// Anything else the guest says.
    Other,
    /// The guest trapped: it stopped itself by a fault of its own.
    Trapped,
    /// The guest went over its memory limit.
    OutOfMemory,
    /// The guest could not be loaded or started.
    NotLoadable,
    /// The agent refused to run it: nobody whom the operator named vouches for it so.
    Refused,
    /// The session to the agent broke.
    Disconnected,
    /// The target is not there, or may not be entered.
    Unreachable,
}

/// Why a check could not be done; the verdict is `unknown`, and what it said before is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The cause as far as a program can act on it.
    pub code: FailureCode,
    /// One sentence for the operator, lower case, no full stop. Foreign text: escape before showing.
    pub text: String,
}
