//! Every process of this machine that stands in a control group of its own kind, and when it began. Source: man 5 proc.

use std::os::fd::OwnedFd;
use std::rc::Rc;

use rustix::fs::{Dir, Mode, OFlags, openat};

use super::disk::start;
use crate::facts;

/// The text is longer in no machine that we know.
const CGROUP: usize = 64 << 10;
const STAT: usize = 16 << 10;
/// More than the kernel can number. Source: `PID_MAX_LIMIT`, include/linux/threads.h
const MOST: usize = 1 << 22;
const FLAGS: OFlags = OFlags::RDONLY.union(OFlags::CLOEXEC);

/// A process.
pub(super) struct Process {
    pub(super) pid: u32,
    /// In clock ticks after the machine.
    pub(super) start: u64,
    /// The text of its `/proc/PID/cgroup`.
    pub(super) cgroup: Vec<u8>,
    pub(super) owner: Owner,
}

/// Whose user namespace a process is in.
pub(super) enum Owner {
    /// The one who made it; none where it is ours.
    #[cfg(test)]
    Known(Option<u32>),
    /// Not asked for yet: of the process of this number in this `/proc`.
    Asked(Rc<OwnedFd>, u32),
    /// Of the process whose directory in `/proc` this is.
    Of(OwnedFd),
}

impl Owner {
    /// Whoever made the user namespace right beneath ours that the process is in; none where it is in ours, or nobody says.
    pub(super) fn get(&self) -> Option<u32> {
        let user = match self {
            #[cfg(test)]
            Self::Known(owner) => return *owner,
            Self::Asked(proc, pid) => openat(proc, format!("{pid}/ns/user"), FLAGS, Mode::empty()),
            Self::Of(directory) => openat(directory, "ns/user", FLAGS, Mode::empty()),
        };
        facts::made_by(&user.ok()?)
    }
}

/// All that are not in the root of every hierarchy; one that ends meanwhile may be missing.
pub(super) fn all() -> impl Iterator<Item = Process> {
    let proc = rustix::fs::open("/proc", FLAGS | OFlags::DIRECTORY, Mode::empty()).ok().map(Rc::new);
    let pids: Vec<u32> = proc.as_ref().map(pids).unwrap_or_default();
    proc.into_iter().flat_map(move |proc| pids.clone().into_iter().filter_map(move |pid| look(&proc, pid)))
}

fn pids(proc: &Rc<OwnedFd>) -> Vec<u32> {
    let Ok(entries) = Dir::read_from(proc) else { return Vec::new() };
    let numbers = entries.map_while(Result::ok).take(MOST);
    numbers.filter_map(|entry| entry.file_name().to_str().ok()?.parse().ok()).collect()
}

fn look(proc: &Rc<OwnedFd>, pid: u32) -> Option<Process> {
    let read = |name: &str, limit| {
        start(&openat(proc, format!("{pid}/{name}"), FLAGS | OFlags::NOFOLLOW, Mode::empty()).ok()?, limit)
    };
    let cgroup = read("cgroup", CGROUP)?;
    // Most processes are in none: their time is not asked for.
    dbg_model::cgroup_paths(&cgroup).any(|path| path != b"/").then_some(())?;
    let stat = read("stat", STAT)?;
    let stat = String::from_utf8_lossy(&stat);
    let (_, rest) = stat.rsplit_once(')')?;
    let start = rest.split_ascii_whitespace().nth(19)?.parse().ok()?;
    Some(Process { pid, start, cgroup, owner: Owner::Asked(Rc::clone(proc), pid) })
}
