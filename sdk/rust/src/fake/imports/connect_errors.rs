//! `dbg:connect/connect-errors`.

use crate::connect;

#[derive(Clone, Copy, Debug)]
pub enum ErrorCode {
    Denied,
    BadRequest,
    OverBudget,
    Closed,
    Other,
}

#[derive(Clone, Debug)]
pub struct Error {
    pub code: ErrorCode,
    pub text: String,
}

impl From<connect::Error> for Error {
    fn from(error: connect::Error) -> Self {
        let code = match error.code {
            connect::ErrorCode::Denied => ErrorCode::Denied,
            connect::ErrorCode::BadRequest => ErrorCode::BadRequest,
            connect::ErrorCode::OverBudget => ErrorCode::OverBudget,
            connect::ErrorCode::Closed => ErrorCode::Closed,
            connect::ErrorCode::Other => ErrorCode::Other,
        };
        Self { code, text: error.text }
    }
}
