//! The run that this thread is in. Imports are plain functions, so it has to be found from anywhere.

use std::cell::RefCell;

use super::{Host, Report};

/// What the host gives and what it got.
#[derive(Debug)]
pub(super) struct State {
    pub(super) host: Host,
    pub(super) report: Report,
}

impl State {
    pub(super) fn new(host: Host) -> Self {
        Self { host, report: Report::default() }
    }
}

thread_local! {
    static CURRENT: RefCell<Option<State>> = const { RefCell::new(None) };
}

/// The run around this one, usually none. It is put back also when a test panics.
#[derive(Debug)]
pub(super) struct Outer(Option<State>);

/// Begins a run.
pub(super) fn enter(state: State) -> Outer {
    Outer(CURRENT.replace(Some(state)))
}

impl Outer {
    /// Ends the run.
    pub(super) fn leave(self) -> Report {
        // Dropping it puts the outer run back.
        with(|state| std::mem::take(&mut state.report)).unwrap_or_default()
    }
}

impl Drop for Outer {
    fn drop(&mut self) {
        CURRENT.replace(self.0.take());
    }
}

/// Looks at the current run; none outside of one.
pub(super) fn with<T>(look: impl FnOnce(&mut State) -> T) -> Option<T> {
    CURRENT.with_borrow_mut(|state| state.as_mut().map(look))
}
