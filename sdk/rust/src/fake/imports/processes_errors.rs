//! `dbg:processes/processes-errors`.

use crate::processes;

#[derive(Clone, Copy, Debug)]
pub enum ErrorCode {
    Denied,
    Unsupported,
    OverBudget,
    Closed,
    Other,
}

#[derive(Clone, Debug)]
pub struct Error {
    pub code: ErrorCode,
    pub text: String,
}

impl From<processes::Error> for Error {
    fn from(error: processes::Error) -> Self {
        let code = match error.code {
            processes::ErrorCode::Denied => ErrorCode::Denied,
            processes::ErrorCode::Unsupported => ErrorCode::Unsupported,
            processes::ErrorCode::OverBudget => ErrorCode::OverBudget,
            processes::ErrorCode::Closed => ErrorCode::Closed,
            processes::ErrorCode::Other => ErrorCode::Other,
        };
        Self { code, text: error.text }
    }
}
