//! What a child keeps while checks run. Each line is what the probe of that capability needs of the kernel.

use dbg_agent::{FileReach, LinuxCapability, WatchesProcesses};
use dbg_model::{Capability, Fence};
use rustix::thread::CapabilitySet;

use super::network::Way;
use super::{Because, Needs};
use crate::facts::Own;

/// What is kept, and what would be.
pub(super) struct Rights {
    pub(super) keeps: Vec<Because<LinuxCapability>>,
    pub(super) lacks: Vec<Because<LinuxCapability>>,
}

/// What the granted capabilities need. `network-state`, `connect`, `sockets` and `resolver` need nothing: the kernel shows sockets, routes
/// and neighbours to everybody, and connects are ordinary ones. `cluster` is the operator's to read.
pub(super) fn wanted(needs: &Needs) -> Vec<Because<LinuxCapability>> {
    let mut wanted = Vec::new();
    let (files, processes) = (needs.contains(&Capability::Files), needs.contains(&Capability::Processes));
    let reads = match (files, processes) {
        (true, true) => Some("`files` reads other users' files, and `processes` the folders of their open files"),
        (true, false) => Some("`files` reads the files of other users"),
        (false, true) => Some("`processes` reads the folders of other users' open files"),
        (false, false) => None,
    };
    wanted.extend(reads.map(|reason| Because::new(LinuxCapability::DacReadSearch, reason)));
    if processes {
        let reason = "`processes` reads which sockets other users' processes hold";
        wanted.push(Because::new(LinuxCapability::SysPtrace, reason));
    }
    wanted
}

pub(super) fn rights(own: &Own, needs: &Needs, way: Way) -> Rights {
    let is_there = |right: &Because<LinuxCapability>| way == Way::ByUser || own.capabilities.contains(bit(right.what));
    let (keeps, lacks) = wanted(needs).into_iter().partition(is_there);
    Rights { keeps, lacks }
}

pub(crate) fn bit(capability: LinuxCapability) -> CapabilitySet {
    match capability {
        LinuxCapability::DacReadSearch => CapabilitySet::DAC_READ_SEARCH,
        LinuxCapability::SysPtrace => CapabilitySet::SYS_PTRACE,
        LinuxCapability::NetAdmin => CapabilitySet::NET_ADMIN,
    }
}

pub(super) fn files(needs: &Needs) -> Because<FileReach> {
    if needs.contains(&Capability::Files) {
        Because::new(FileReach::Root, "a check was granted `files`; which ones is its grant's to say")
    } else {
        Because::new(FileReach::System, "no check was granted `files`; the probes themselves read no more")
    }
}

pub(super) fn fences(watches_processes: WatchesProcesses) -> Vec<Because<Fence>> {
    let mut fences = vec![
        Because::new(Fence::NoNewPrivileges, "no program that it could start would gain a right"),
        Because::new(Fence::NotDumpable, "its memory is open to root alone, and it leaves no core"),
        Because::new(Fence::EndsWithOperator, "the kernel ends it when this process ends, however that happens"),
        Because::new(Fence::Capabilities, "every capability that is not kept is dropped for good"),
        Because::new(Fence::Seccomp, "system calls that no check needs are refused"),
    ];
    match watches_processes {
        WatchesProcesses::No => {
            fences.push(Because::new(Fence::Landlock, "files out of reach cannot be opened, and none can be written"));
        }
        // It would forbid to look into processes that it does not hold itself.
        WatchesProcesses::Yes => {}
    }
    fences
}
