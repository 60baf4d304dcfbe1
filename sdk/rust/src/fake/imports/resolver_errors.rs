//! `dbg:resolver/resolver-errors`.

use crate::resolver;

#[derive(Clone, Copy, Debug)]
pub enum ErrorCode {
    Denied,
    NotFound,
    Malformed,
    Other,
}

#[derive(Clone, Debug)]
pub struct Error {
    pub code: ErrorCode,
    pub text: String,
}

impl From<resolver::Error> for Error {
    fn from(error: resolver::Error) -> Self {
        let code = match error.code {
            resolver::ErrorCode::Denied => ErrorCode::Denied,
            resolver::ErrorCode::NotFound => ErrorCode::NotFound,
            resolver::ErrorCode::Malformed => ErrorCode::Malformed,
            resolver::ErrorCode::Other => ErrorCode::Other,
        };
        Self { code, text: error.text }
    }
}
