//! `dbg:cluster/cluster-errors`.

use crate::cluster;

#[derive(Clone, Copy, Debug)]
pub enum ErrorCode {
    Denied,
    NotFound,
    BadRequest,
    OverBudget,
    Unavailable,
    Closed,
    Other,
}

#[derive(Clone, Debug)]
pub struct Error {
    pub code: ErrorCode,
    pub text: String,
}

impl From<cluster::Error> for Error {
    fn from(error: cluster::Error) -> Self {
        let code = match error.code {
            cluster::ErrorCode::Denied => ErrorCode::Denied,
            cluster::ErrorCode::NotFound => ErrorCode::NotFound,
            cluster::ErrorCode::BadRequest => ErrorCode::BadRequest,
            cluster::ErrorCode::OverBudget => ErrorCode::OverBudget,
            cluster::ErrorCode::Unavailable => ErrorCode::Unavailable,
            cluster::ErrorCode::Closed => ErrorCode::Closed,
            cluster::ErrorCode::Other => ErrorCode::Other,
        };
        Self { code, text: error.text }
    }
}
