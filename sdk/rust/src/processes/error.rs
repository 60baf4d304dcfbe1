//! Why the processes could not be read.

use crate::host::processes_errors;

/// The cause, as far as a program can act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// Not granted, or refused by the kernel.
    Denied,
    /// The target does not have it.
    Unsupported,
    /// The run's handles are spent, or one call asks for too much.
    OverBudget,
    /// The handle was closed.
    Closed,
    /// Anything else; the text says what.
    Other,
}

/// What every function of this module answers when it cannot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Error {
    /// The cause.
    pub code: ErrorCode,
    /// One sentence, lower case, no full stop.
    pub text: String,
}

impl Error {
    /// What to do about it, where there is something.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self.code {
            ErrorCode::Denied => Some(
                "the check needs `grant(capability = \"processes\", …)`, and the operator's consent to it".to_owned(),
            ),
            ErrorCode::Unsupported | ErrorCode::OverBudget | ErrorCode::Closed | ErrorCode::Other => None,
        }
    }
}

impl From<processes_errors::Error> for Error {
    fn from(error: processes_errors::Error) -> Self {
        let code = match error.code {
            processes_errors::ErrorCode::Denied => ErrorCode::Denied,
            processes_errors::ErrorCode::Unsupported => ErrorCode::Unsupported,
            processes_errors::ErrorCode::OverBudget => ErrorCode::OverBudget,
            processes_errors::ErrorCode::Closed => ErrorCode::Closed,
            processes_errors::ErrorCode::Other => ErrorCode::Other,
        };
        Self { code, text: error.text }
    }
}
