//! How an agent that is a child of the operator's process comes to its place. The operator's side decides, the child obeys: it joins,
//! pins and fences itself in before it has a second thread, and only then listens.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{EntryError, argument};

/// A descriptor that the child was started with, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Inherited(pub i32);

/// A namespace to join. Source: man 2 setns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Join {
    /// Joined first: what else is to be joined belongs to it.
    User(Inherited),
    /// The network.
    Network(Inherited),
}

/// A Linux capability that some check may need. Source: man 7 capabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LinuxCapability {
    /// `CAP_DAC_READ_SEARCH`: reads files of other users.
    DacReadSearch,
    /// `CAP_SYS_PTRACE`: reads which sockets other users' processes hold.
    SysPtrace,
    /// `CAP_NET_ADMIN`: reads what the network's state shows to administrators alone.
    NetAdmin,
}

/// What of the file system checks may read, and so what a fence around it leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileReach {
    /// Everything beneath the root, as a check was granted files.
    Root,
    /// `/etc`, `/proc`, `/run` and `/sys` beneath the root: what the probes of the other capabilities read.
    System,
}

/// Everything that the child needs to know before it listens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The process that starts the child and that the child ends with.
    pub operator: u32,
    /// In this order.
    pub joins: Vec<Join>,
    /// The directory that is the target's root; without one, the child's own `/`.
    pub root: Option<Inherited>,
    /// The directory beneath the root whose `hosts` and `resolv.conf` stand for those of `/etc`: `/etc/netns/NAME`, as `ip netns exec` has it.
    /// It need not be there.
    pub etc: Option<String>,
    /// What is kept of what the child was started with; everything else is dropped.
    pub keep: BTreeSet<LinuxCapability>,
    /// What of the file system stays in reach.
    pub files: FileReach,
    /// Whether other processes' sockets are looked at. Landlock would hide them, so it does not stand then.
    pub watches_processes: WatchesProcesses,
}

/// Whether other processes are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum WatchesProcesses {
    /// A check was granted `processes`.
    Yes,
    /// None was.
    No,
}

impl Entry {
    /// As one argument of `enter`.
    #[must_use]
    pub fn to_argument(&self) -> String {
        argument::write(self)
    }

    /// Reads what [`Entry::to_argument`] wrote.
    ///
    /// # Errors
    /// [`EntryError::TooLong`], [`EntryError::NotAnEntry`].
    pub fn from_argument(argument: &str) -> Result<Self, EntryError> {
        argument::read(argument)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_read_as_it_was_written_and_nothing_else_is_one() {
        let entry = Entry {
            operator: 7,
            joins: vec![Join::User(Inherited(3)), Join::Network(Inherited(4))],
            root: Some(Inherited(5)),
            etc: Some("/etc/netns/blue".to_owned()),
            keep: BTreeSet::from([LinuxCapability::NetAdmin]),
            files: FileReach::System,
            watches_processes: WatchesProcesses::No,
        };
        argument::is_read_as_it_was_written(&entry);
    }
}
