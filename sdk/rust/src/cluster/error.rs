//! Why the cluster could not be read.

use crate::host::cluster_errors;

/// The cause, as far as a program can act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// Not granted, or refused by the API.
    Denied,
    /// No such object, or no such kind.
    NotFound,
    /// The request makes no sense.
    BadRequest,
    /// More than the grant allows.
    OverBudget,
    /// No cluster is configured, or it does not answer.
    Unavailable,
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
                "the check needs `grant(capability = \"cluster\", …)` that covers it, the operator's consent, and the right in the cluster"
                    .to_owned(),
            ),
            ErrorCode::OverBudget => Some("ask for less, or declare `at-most:<objects>:<size>`".to_owned()),
            ErrorCode::NotFound
            | ErrorCode::BadRequest
            | ErrorCode::Unavailable
            | ErrorCode::Closed
            | ErrorCode::Other => None,
        }
    }
}

impl From<cluster_errors::Error> for Error {
    fn from(error: cluster_errors::Error) -> Self {
        let code = match error.code {
            cluster_errors::ErrorCode::Denied => ErrorCode::Denied,
            cluster_errors::ErrorCode::NotFound => ErrorCode::NotFound,
            cluster_errors::ErrorCode::BadRequest => ErrorCode::BadRequest,
            cluster_errors::ErrorCode::OverBudget => ErrorCode::OverBudget,
            cluster_errors::ErrorCode::Unavailable => ErrorCode::Unavailable,
            cluster_errors::ErrorCode::Closed => ErrorCode::Closed,
            cluster_errors::ErrorCode::Other => ErrorCode::Other,
        };
        Self { code, text: error.text }
    }
}
