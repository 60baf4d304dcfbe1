//! `dbg:processes/process-table`. The record is the author's own struct: it has the same fields.

use std::cell::RefCell;

use super::processes_errors::{Error, ErrorCode};
use crate::fake::network::Machine;
use crate::fake::state::with;
pub(crate) use crate::processes::Process;

#[derive(Debug)]
pub(crate) struct ProcessPage {
    pub processes: Vec<Process>,
    pub last: bool,
}

#[derive(Debug)]
pub(crate) struct Processes {
    /// In reverse order.
    left: RefCell<Vec<Process>>,
}

/// What the test set up.
pub(super) fn machine() -> Result<Machine, Error> {
    let outside = || Error { code: ErrorCode::Other, text: "no run is under way: use `fake::Host::run`".to_owned() };
    Ok(with(|state| state.host.machine.clone()).ok_or_else(outside)??)
}

pub(crate) fn start() -> Result<Processes, Error> {
    let mut left = machine()?.processes;
    left.reverse();
    Ok(Processes { left: RefCell::new(left) })
}

pub(crate) fn find(pids: &[u32]) -> Result<Vec<Process>, Error> {
    let processes = machine()?.processes;
    Ok(pids.iter().filter_map(|pid| processes.iter().find(|process| process.pid == *pid).cloned()).collect())
}

impl Processes {
    pub(crate) fn next(&self, max: u32, _: u32) -> Result<ProcessPage, Error> {
        let mut left = self.left.borrow_mut();
        let keep = left.len().saturating_sub(usize::try_from(max).unwrap_or(usize::MAX).min(1_000));
        let mut processes = left.split_off(keep);
        processes.reverse();
        Ok(ProcessPage { processes, last: left.is_empty() })
    }
}
