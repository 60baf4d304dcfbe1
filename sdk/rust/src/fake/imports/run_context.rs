//! `dbg:check/run-context`.

use crate::fake::state::with;

pub(crate) fn target() -> String {
    with(|state| state.host.target.clone()).unwrap_or_default()
}

pub(crate) fn remaining_ms() -> u32 {
    with(|state| u32::try_from(state.host.remaining.as_millis()).unwrap_or(u32::MAX)).unwrap_or_default()
}

pub(crate) fn cancelled() -> bool {
    with(|state| state.host.cancelled).unwrap_or_default()
}
