//! One process after the other.

use std::vec;

use dbg_capability::{Process, ProcessPage};
use dbg_model::containers_in;

use super::cgroup;
use super::proc::Proc;
use super::redact::command_line;
use super::status::Status;
use crate::refusal::Refusal;

/// One page.
const LARGEST_PAGE: u32 = 1_000;
/// The largest seen has 1.6 KiB.
const STATUS: usize = 8 << 10;
/// Longer ones are cut anyway.
const COMMAND_LINE: usize = 4 << 10;
/// Twelve hierarchies with paths of a nested container have about 3 KiB.
const CGROUP: usize = 16 << 10;

/// The processes that were there at the start.
pub(super) struct ProcessScan {
    proc: Proc,
    left: vec::IntoIter<u32>,
}

impl ProcessScan {
    pub(super) fn start(proc: Proc) -> Result<Self, Refusal> {
        let left = proc.pids()?.into_iter();
        Ok(Self { proc, left })
    }

    /// The next processes, at most `max`. Those that are gone by now are left out.
    pub(super) fn next(&mut self, max: u32) -> ProcessPage {
        let max = usize::try_from(max.min(LARGEST_PAGE)).unwrap_or(0);
        let proc = &self.proc;
        let processes = self.left.by_ref().take(max).filter_map(|pid| process(proc, pid)).collect();
        ProcessPage { processes, last: self.left.as_slice().is_empty() }
    }
}

/// What is known of one; none when it is gone.
pub(super) fn process(proc: &Proc, pid: u32) -> Option<Process> {
    let status = Status::parse(&proc.read(pid, "status", STATUS)?)?;
    let arguments = proc.read(pid, "cmdline", COMMAND_LINE).unwrap_or_default();
    let cgroups = proc.read(pid, "cgroup", CGROUP).unwrap_or_default();
    // Of containers within containers, the process is in the innermost.
    let container = containers_in(&cgroups).pop().map(|one| one.id.to_string()).unwrap_or_default();
    let cgroups = String::from_utf8_lossy(&cgroups);
    Some(Process {
        pid,
        parent: status.parent,
        uid: status.uid,
        name: status.name,
        command_line: command_line(&arguments),
        cgroup: cgroup::path(&cgroups).to_owned(),
        container,
    })
}
