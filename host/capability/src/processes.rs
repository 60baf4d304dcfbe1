//! `dbg:processes`: the target's processes, and which sockets they hold. Source: man 5 proc.
//!
//! Command lines are masked where they are read: what looks like a secret never crosses this trait.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// The table of processes being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProcessScanId(pub u64);

/// The owners of sockets being looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OwnerScanId(pub u64);

/// One process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// As the target's pid namespace counts.
    pub pid: u32,
    /// 0 for none in this namespace.
    pub parent: u32,
    /// The effective user.
    pub uid: u32,
    /// What the kernel calls it, escaped as a path of `dbg:files` is.
    pub name: String,
    /// Its arguments, cut and masked. Empty for a thread of the kernel.
    pub command_line: String,
    /// The path of its cgroup, or empty.
    pub cgroup: String,
    /// 64 hexadecimal digits, or empty.
    pub container: String,
}

/// Some processes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessPage {
    /// By pid.
    pub processes: Vec<Process>,
    /// No more will come.
    pub last: bool,
}

/// A process holds a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SocketOwner {
    /// The socket.
    pub inode: u64,
    /// Who holds it.
    pub pid: u32,
}

/// Some pairs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerPage {
    /// A socket that several processes hold comes once for each.
    pub owners: Vec<SocketOwner>,
    /// Processes met so far, in all pages, whose files may not be seen.
    pub unreadable: u32,
    /// No more will come.
    pub last: bool,
}

/// The cause, as far as a program can act on it: the codes of the WIT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProcessesErrorCode {
    /// EACCES, EPERM.
    Denied,
    /// No procfs.
    Unsupported,
    /// The handles are spent.
    OverBudget,
    /// No such handle, or closed.
    Closed,
    /// Anything else.
    Other,
}

/// Why the processes could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{text}")]
pub struct ProcessesError {
    /// The cause.
    pub code: ProcessesErrorCode,
    /// One sentence, lower case, no full stop.
    pub text: String,
}

/// Answers `dbg:processes` at the target.
#[async_trait]
pub trait Processes: Send + Sync {
    /// Begins to read the table.
    async fn scan(&self) -> Result<ProcessScanId, ProcessesError>;

    /// The next processes, at most `max`.
    async fn next(&self, scan: ProcessScanId, max: u32) -> Result<ProcessPage, ProcessesError>;

    /// Frees a scan; one that is not open is no error.
    async fn close(&self, scan: ProcessScanId);

    /// Those of the processes that are there.
    async fn find(&self, pids: &[u32]) -> Result<Vec<Process>, ProcessesError>;

    /// Begins to look for the owners of sockets.
    async fn scan_owners(&self) -> Result<OwnerScanId, ProcessesError>;

    /// The next owners, at most `max`.
    async fn next_owners(&self, scan: OwnerScanId, max: u32) -> Result<OwnerPage, ProcessesError>;

    /// Frees a scan; one that is not open is no error.
    async fn close_owners(&self, scan: OwnerScanId);
}
