//! Why a check could not be done.

use std::fmt;
use std::io;

#[cfg(target_arch = "wasm32")]
use crate::host::check_types;
use crate::{cluster, connect, files, network_state, processes, resolver};

/// The cause, as far as the host can act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureCode {
    /// The plugin has no check of that name.
    NoSuchCheck,
    /// Arguments that are valid one by one contradict each other.
    BadArguments,
    /// A grant that the check cannot do without was not given.
    Denied,
    /// The target lacks what the check looks at.
    Unsupported,
    /// The time was up before anything could be said.
    TimedOut,
    /// The operator asked to stop, and the check did.
    Cancelled,
    /// Anything else; the text says what.
    Other,
}

/// Ends a check without a verdict: it becomes `unknown`, and the findings made so far are kept. It is no finding: a finding says
/// something about the target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Failure {
    /// The cause.
    pub code: FailureCode,
    /// One sentence for the operator, lower case, no full stop.
    pub text: String,
}

impl Failure {
    /// A failure of any cause.
    pub fn new(code: FailureCode, text: impl fmt::Display) -> Self {
        Self { code, text: text.to_string() }
    }

    /// Arguments that are valid one by one contradict each other.
    pub fn bad_arguments(text: impl fmt::Display) -> Self {
        Self::new(FailureCode::BadArguments, text)
    }

    /// A grant that the check cannot do without was not given.
    pub fn denied(text: impl fmt::Display) -> Self {
        Self::new(FailureCode::Denied, text)
    }

    /// The target lacks what the check looks at.
    pub fn unsupported(text: impl fmt::Display) -> Self {
        Self::new(FailureCode::Unsupported, text)
    }

    /// The time was up before anything could be said.
    pub fn timed_out(text: impl fmt::Display) -> Self {
        Self::new(FailureCode::TimedOut, text)
    }

    /// The operator asked to stop.
    pub fn cancelled(text: impl fmt::Display) -> Self {
        Self::new(FailureCode::Cancelled, text)
    }

    /// Anything else.
    pub fn other(text: impl fmt::Display) -> Self {
        Self::new(FailureCode::Other, text)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let code = match error.kind() {
            io::ErrorKind::PermissionDenied => FailureCode::Denied,
            io::ErrorKind::TimedOut => FailureCode::TimedOut,
            io::ErrorKind::Unsupported => FailureCode::Unsupported,
            _ => FailureCode::Other,
        };
        Self::new(code, error)
    }
}

impl From<resolver::Error> for Failure {
    fn from(error: resolver::Error) -> Self {
        let code = match error.code {
            resolver::ErrorCode::Denied => FailureCode::Denied,
            resolver::ErrorCode::NotFound => FailureCode::Unsupported,
            resolver::ErrorCode::Malformed | resolver::ErrorCode::Other => FailureCode::Other,
        };
        Self { code, text: error.text }
    }
}

impl From<cluster::Error> for Failure {
    fn from(error: cluster::Error) -> Self {
        let code = match error.code {
            cluster::ErrorCode::Denied => FailureCode::Denied,
            cluster::ErrorCode::BadRequest => FailureCode::BadArguments,
            cluster::ErrorCode::NotFound | cluster::ErrorCode::Unavailable => FailureCode::Unsupported,
            cluster::ErrorCode::OverBudget | cluster::ErrorCode::Closed | cluster::ErrorCode::Other => {
                FailureCode::Other
            }
        };
        Self { code, text: error.text }
    }
}

impl From<connect::Error> for Failure {
    fn from(error: connect::Error) -> Self {
        let code = match error.code {
            connect::ErrorCode::Denied => FailureCode::Denied,
            connect::ErrorCode::BadRequest => FailureCode::BadArguments,
            connect::ErrorCode::OverBudget => FailureCode::Unsupported,
            connect::ErrorCode::Closed | connect::ErrorCode::Other => FailureCode::Other,
        };
        Self { code, text: error.text }
    }
}

impl From<files::Error> for Failure {
    fn from(error: files::Error) -> Self {
        let code = match error.code {
            files::ErrorCode::Denied => FailureCode::Denied,
            files::ErrorCode::NotFound => FailureCode::Unsupported,
            _ => FailureCode::Other,
        };
        Self { code, text: error.text }
    }
}

impl From<network_state::Error> for Failure {
    fn from(error: network_state::Error) -> Self {
        let code = match error.code {
            network_state::ErrorCode::Denied => FailureCode::Denied,
            network_state::ErrorCode::Unsupported => FailureCode::Unsupported,
            _ => FailureCode::Other,
        };
        Self { code, text: error.text }
    }
}

impl From<processes::Error> for Failure {
    fn from(error: processes::Error) -> Self {
        let code = match error.code {
            processes::ErrorCode::Denied => FailureCode::Denied,
            processes::ErrorCode::Unsupported => FailureCode::Unsupported,
            _ => FailureCode::Other,
        };
        Self { code, text: error.text }
    }
}

#[cfg(target_arch = "wasm32")]
impl From<Failure> for check_types::Failure {
    fn from(failure: Failure) -> Self {
        let code = match failure.code {
            FailureCode::NoSuchCheck => check_types::FailureCode::NoSuchCheck,
            FailureCode::BadArguments => check_types::FailureCode::BadArguments,
            FailureCode::Denied => check_types::FailureCode::Denied,
            FailureCode::Unsupported => check_types::FailureCode::Unsupported,
            FailureCode::TimedOut => check_types::FailureCode::TimedOut,
            FailureCode::Cancelled => check_types::FailureCode::Cancelled,
            FailureCode::Other => check_types::FailureCode::Other,
        };
        Self { code, text: failure.text }
    }
}
