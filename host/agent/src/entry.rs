//! How an agent that is a child of the operator's process comes to its place. The operator's side decides, the child obeys: it joins,
//! pins and fences itself in before it has a second thread, and only then listens.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// A descriptor that the child was started with, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
pub struct Entry {
    /// In this order.
    pub joins: Vec<Join>,
    /// The directory that is the target's root; without one, the child's own `/`.
    pub root: Option<Inherited>,
    /// The directory whose files stand for those of `/etc`, as `ip netns exec` lays `/etc/netns/NAME` over it.
    pub etc: Option<Inherited>,
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
