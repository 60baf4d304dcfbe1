//! Why a file could not be looked at.

use std::io;

use crate::host::files_types;

/// The cause, as far as a program can act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// Not granted, on the deny list, or refused by the kernel.
    Denied,
    /// It does not exist.
    NotFound,
    /// Not what the function works on: a directory, a device, a socket, a magic link.
    WrongKind,
    /// The path is no path in the contract's form.
    BadPath,
    /// The run's budget of bytes or handles is spent.
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
            ErrorCode::Denied => {
                Some("the check needs `grant(capability = \"files\", …)` with bounds that cover the path, and the operator's consent to it".to_owned())
            }
            ErrorCode::BadPath => Some("a path is absolute; `files::escape` makes one from bytes".to_owned()),
            _ => None,
        }
    }
}

impl From<files_types::Error> for Error {
    fn from(error: files_types::Error) -> Self {
        let code = match error.code {
            files_types::ErrorCode::Denied => ErrorCode::Denied,
            files_types::ErrorCode::NotFound => ErrorCode::NotFound,
            files_types::ErrorCode::WrongKind => ErrorCode::WrongKind,
            files_types::ErrorCode::BadPath => ErrorCode::BadPath,
            files_types::ErrorCode::OverBudget => ErrorCode::OverBudget,
            files_types::ErrorCode::Closed => ErrorCode::Closed,
            files_types::ErrorCode::Other => ErrorCode::Other,
        };
        Self { code, text: error.text }
    }
}

impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        let kind = match error.code {
            ErrorCode::Denied => io::ErrorKind::PermissionDenied,
            ErrorCode::NotFound => io::ErrorKind::NotFound,
            ErrorCode::BadPath => io::ErrorKind::InvalidInput,
            _ => io::ErrorKind::Other,
        };
        Self::new(kind, error)
    }
}
