//! Every process of this machine that stands in a control group of its own kind, and when it began. Source: man 5 proc.

use rustix::fs::{Dir, Mode, OFlags, openat};

use super::disk::start;

/// The text is longer in no machine that we know.
const CGROUP: usize = 64 << 10;
const STAT: usize = 16 << 10;
/// More than the kernel can number. Source: `PID_MAX_LIMIT`, include/linux/threads.h
const MOST: usize = 1 << 22;

/// A process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) pid: u32,
    pub(super) start: u64,
    /// The text of its `/proc/PID/cgroup`.
    pub(super) cgroup: Vec<u8>,
}

/// All that are not in the root of every hierarchy; one that ends meanwhile may be missing.
pub(super) fn all() -> Vec<Process> {
    let Ok(proc) = rustix::fs::open("/proc", OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
    else {
        return Vec::new();
    };
    let Ok(entries) = Dir::read_from(&proc) else { return Vec::new() };
    let pids =
        entries.map_while(Result::ok).take(MOST).filter_map(|entry| entry.file_name().to_str().ok()?.parse().ok());
    let pids: Vec<u32> = pids.collect();
    pids.into_iter().filter_map(|pid| look(&proc, pid)).collect()
}

fn look(proc: &std::os::fd::OwnedFd, pid: u32) -> Option<Process> {
    let read = |name: &str, limit| {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        start(&openat(proc, format!("{pid}/{name}"), flags, Mode::empty()).ok()?, limit)
    };
    let cgroup = read("cgroup", CGROUP)?;
    // Most processes are in none: their time is not asked for.
    dbg_model::cgroup_paths(&cgroup).any(|path| path != b"/").then_some(())?;
    let stat = read("stat", STAT)?;
    let stat = String::from_utf8_lossy(&stat);
    let (_, rest) = stat.rsplit_once(')')?;
    let start = rest.split_ascii_whitespace().nth(19)?.parse().ok()?;
    Some(Process { pid, start, cgroup })
}
