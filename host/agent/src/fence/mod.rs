//! What keeps the agent's process in. Each file raises one fence; here is their order.
//!
//! All of this happens before there is a second thread. What the kernel lacks does not stand and is no error; the hello says what stood.

pub(crate) mod capabilities;
mod denied;
mod landlock;
pub(crate) mod process;
mod seccomp;

use std::collections::BTreeSet;

use dbg_model::Fence;
use dbg_probe::Root;

pub(crate) use self::landlock::Held;
use crate::{EntryError, FileReach, LinuxCapability, WatchesProcesses};

/// What stood, and what has to be held for it.
pub(crate) struct Fences {
    pub(crate) stood: BTreeSet<Fence>,
    pub(crate) held: Option<Held>,
}

/// What a fence is raised around.
pub(crate) struct Around<'place> {
    /// Capabilities that are kept.
    pub(crate) keep: &'place BTreeSet<LinuxCapability>,
    /// Files that stay in reach.
    pub(crate) files: FileReach,
    /// Whether other processes are looked into.
    pub(crate) watches_processes: WatchesProcesses,
}

/// Raises what is left once the process is where it belongs, and hardened.
pub(crate) fn raise(around: &Around<'_>, root: &Root) -> Result<Fences, EntryError> {
    let mut stood = BTreeSet::new();
    let fence = Fence::Capabilities;
    capabilities::keep_only(around.keep).map_err(|source| EntryError::Fence { fence, source })?;
    stood.insert(fence);
    let held = match around.watches_processes {
        WatchesProcesses::No => landlock::raise(root, around.files),
        // Whoever is fenced in by Landlock may not look into a process that is not.
        WatchesProcesses::Yes => None,
    };
    stood.extend(held.is_some().then_some(Fence::Landlock));
    // Last: the others are raised by calls that it refuses.
    stood.extend(seccomp::raise().then_some(Fence::Seccomp));
    Ok(Fences { stood, held })
}
