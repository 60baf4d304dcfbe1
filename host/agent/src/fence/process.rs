//! Fences that every kernel has: of the process as a whole. Source: man 2 prctl.

use dbg_model::Fence;
use rustix::io::Errno;
use rustix::process::{
    DumpableBehavior, Resource, Rlimit, Signal, getppid, set_dumpable_behavior, set_parent_process_death_signal,
    setrlimit,
};
use rustix::thread::set_no_new_privs;

use crate::EntryError;

/// Fences stand around the thread that raises them and those that it starts.
pub(crate) fn only_thread() -> Result<(), EntryError> {
    match rustix::fs::stat("/proc/self/task") {
        // `.`, `..` and one thread; the type of this field differs between architectures.
        Ok(threads) if threads.st_nlink > 3 => Err(EntryError::Threads),
        // Where there is no /proc nobody can tell, and nothing in this program starts a thread before.
        _ => Ok(()),
    }
}

/// What only makes sense before anything else, and what joining a user namespace undoes: so it is called again after it.
pub(crate) fn raise(operator: u32) -> Result<[Fence; 3], EntryError> {
    let of = |fence| move |source| EntryError::Fence { fence, source };
    set_parent_process_death_signal(Some(Signal::KILL)).map_err(of(Fence::EndsWithOperator))?;
    // It may have ended just before.
    let parent = getppid().and_then(|pid| u32::try_from(pid.as_raw_nonzero().get()).ok());
    if parent != Some(operator) {
        return Err(EntryError::OperatorGone);
    }
    let [no_new_privileges, not_dumpable] = harden()?;
    Ok([Fence::EndsWithOperator, no_new_privileges, not_dumpable])
}

/// What makes sense without an operator's process, too.
pub(crate) fn harden() -> Result<[Fence; 2], EntryError> {
    let of = |fence| move |source| EntryError::Fence { fence, source };
    set_no_new_privs(true).map_err(of(Fence::NoNewPrivileges))?;
    not_dumpable().map_err(of(Fence::NotDumpable))?;
    Ok([Fence::NoNewPrivileges, Fence::NotDumpable])
}

/// Its memory is open to root alone, and it leaves no core.
pub(crate) fn not_dumpable() -> Result<(), Errno> {
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })
}
