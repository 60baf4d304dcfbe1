//! `dbg:network-state/network-state-errors`.

use crate::network_state;

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

impl From<network_state::Error> for Error {
    fn from(error: network_state::Error) -> Self {
        let code = match error.code {
            network_state::ErrorCode::Denied => ErrorCode::Denied,
            network_state::ErrorCode::Unsupported => ErrorCode::Unsupported,
            network_state::ErrorCode::OverBudget => ErrorCode::OverBudget,
            network_state::ErrorCode::Closed => ErrorCode::Closed,
            network_state::ErrorCode::Other => ErrorCode::Other,
        };
        Self { code, text: error.text }
    }
}
