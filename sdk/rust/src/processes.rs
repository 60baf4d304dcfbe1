//! The target's processes, and which sockets they hold. Needs a grant of `processes`. Command lines come without what looks like a
//! secret; environments are never read.

mod error;

use std::vec;

use crate::host::{process_table, socket_owners as owners};

pub use error::{Error, ErrorCode};

/// What one call may bring.
const PROCESSES_A_CALL: u32 = 1_000;
const OWNERS_A_CALL: u32 = 10_000;
/// The host cuts it to what is left of the run.
const PATIENCE_MS: u32 = 10_000;

/// One process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// As the target's pid namespace counts.
    pub pid: u32,
    /// Whose child it is; 0 for none in this namespace.
    pub parent: u32,
    /// Its effective user.
    pub uid: u32,
    /// What the kernel calls it.
    pub name: String,
    /// Its arguments with blanks between them, cut, `***` in the place of secrets. Empty for a thread of the kernel.
    pub command_line: String,
    /// The path of its cgroup, or empty.
    pub cgroup: String,
    /// The 64 digits of its container, or empty.
    pub container: String,
}

impl Process {
    fn of(process: process_table::Process) -> Self {
        Self {
            pid: process.pid,
            parent: process.parent,
            uid: process.uid,
            name: process.name,
            command_line: process.command_line,
            cgroup: process.cgroup,
            container: process.container,
        }
    }
}

/// A process holds a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketOwner {
    /// The socket, as [`crate::network_state::Socket::inode`] has it.
    pub inode: u64,
    /// Who holds it.
    pub pid: u32,
}

/// Who holds which sockets, and how much of it could not be seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SocketOwners {
    /// A socket that several processes hold is here once for each.
    pub owners: Vec<SocketOwner>,
    /// How many processes are there whose files this user may not see.
    pub unreadable: u32,
}

/// All processes, fetched as they are asked for.
///
/// # Errors
/// [`ErrorCode::Denied`], [`ErrorCode::Unsupported`], [`ErrorCode::OverBudget`] (8 tables at once), [`ErrorCode::Other`].
pub fn all() -> Result<Processes, Error> {
    Ok(Processes { handle: process_table::start()?, page: Vec::new().into_iter(), ended: false })
}

/// Just these; one that is gone is left out.
///
/// # Errors
/// [`ErrorCode::Denied`], [`ErrorCode::Unsupported`], [`ErrorCode::Other`].
pub fn find(pids: &[u32]) -> Result<Vec<Process>, Error> {
    let mut found = Vec::new();
    for pids in pids.chunks(PROCESSES_A_CALL as usize) {
        found.extend(process_table::find(pids)?.into_iter().map(Process::of));
    }
    Ok(found)
}

/// The host begins to look at once, while the check does something else; [`OwnerSearch::finish`] waits for it.
///
/// # Errors
/// As [`all`].
pub fn socket_owners() -> Result<OwnerSearch, Error> {
    Ok(OwnerSearch { handle: owners::start()? })
}

/// The processes being read. Ends after an error.
#[derive(Debug)]
pub struct Processes {
    handle: process_table::Processes,
    page: vec::IntoIter<process_table::Process>,
    ended: bool,
}

impl Iterator for Processes {
    type Item = Result<Process, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(process) = self.page.next() {
                return Some(Ok(Process::of(process)));
            }
            if self.ended {
                return None;
            }
            match self.handle.next(PROCESSES_A_CALL, PATIENCE_MS) {
                // A page of processes that are all gone by now is empty, and more may follow.
                Ok(page) => {
                    self.ended = page.last;
                    self.page = page.processes.into_iter();
                }
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error.into()));
                }
            }
        }
    }
}

/// A search under way at the host.
#[derive(Debug)]
pub struct OwnerSearch {
    handle: owners::Owners,
}

impl OwnerSearch {
    /// Waits for the rest. The run's deadline bounds it.
    ///
    /// # Errors
    /// [`ErrorCode::Other`].
    pub fn finish(self) -> Result<SocketOwners, Error> {
        let mut found = SocketOwners::default();
        loop {
            let page = self.handle.next(OWNERS_A_CALL, PATIENCE_MS)?;
            let pairs = page.inode.iter().zip(&page.pid);
            found.owners.extend(
                pairs.filter_map(|(inode, pid)| inode.parse().ok().map(|inode| SocketOwner { inode, pid: *pid })),
            );
            if page.last {
                found.unreadable = self.handle.unreadable();
                return Ok(found);
            }
        }
    }
}
