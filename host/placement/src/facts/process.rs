//! A process: whether it is there, whose it is, and its namespaces and root, held open.

use std::os::fd::OwnedFd;

use dbg_model::ProcessId;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags, open, openat};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use super::stat::{Seen, owner, read, see};
use super::{NamespaceId, Network, Pins, namespace};
use crate::runtimes::{self, Behind};

/// What a process is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProcessFacts {
    /// There is none of this number, or `/proc` hides it.
    Gone,
    /// While it was looked at, it ended and another one got its number.
    Replaced,
    /// It has ended, and its parent has not asked how.
    Zombie,
    /// It is a part of the kernel.
    KernelThread,
    /// The number is that of a thread.
    Thread {
        /// Of this process.
        of: u32,
    },
    /// It is there, and we may not look into it.
    Closed {
        /// Its user.
        uid: u32,
    },
    /// `/proc` fails in another way.
    Unreadable(Errno),
    /// It is there and open to us.
    Open(OpenProcess),
}

/// A process that is open to us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenProcess {
    /// Its effective user.
    pub uid: u32,
    /// When it started, in clock ticks after the machine.
    pub start: u64,
    /// Its network namespace.
    pub network: Network,
    /// Its pid namespace.
    pub pids: NamespaceId,
    /// Whether there is nothing but loopback in its network.
    pub only_loopback: bool,
    /// The container that it is in, where its control groups say so.
    pub container: Option<Behind>,
}

/// The hold on a process: it can tell whether it is still the one that was looked at.
#[derive(Debug)]
pub struct Hold {
    directory: OwnedFd,
    /// None where the kernel has none.
    pidfd: Option<OwnedFd>,
    seen: Seen,
}

impl Hold {
    /// Whether the process that was looked at is still there.
    pub(crate) fn is_there(&self) -> bool {
        self.pidfd.as_ref().is_none_or(is_alive) && is_same(self.seen, see(&self.directory))
    }
}

pub(super) fn look(pid: ProcessId) -> (ProcessFacts, Pins) {
    match try_look(pid) {
        Ok((facts, pins)) => (facts, pins),
        Err(facts) => (facts, Pins::default()),
    }
}

fn try_look(pid: ProcessId) -> Result<(ProcessFacts, Pins), ProcessFacts> {
    let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
    // From here on everything is asked of this directory: it stays with its process, whoever gets the number.
    let directory = open(format!("/proc/{pid}"), flags, Mode::empty()).map_err(of)?;
    let before = see(&directory).map_err(of)?;
    if before.is_zombie {
        return Err(ProcessFacts::Zombie);
    }
    if before.is_kernel_thread {
        return Err(ProcessFacts::KernelThread);
    }
    let owner = owner(&directory).map_err(of)?;
    if owner.process != pid.get() {
        return Err(ProcessFacts::Thread { of: owner.process });
    }
    let pidfd = hold(pid)?;
    let closed = |errno| match errno {
        Errno::ACCESS | Errno::PERM => ProcessFacts::Closed { uid: owner.euid },
        errno => of(errno),
    };
    let namespace = |name: &str| openat(&directory, name, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty());
    let network = namespace("ns/net").map_err(closed)?;
    let pids = namespace("ns/pid").map_err(closed)?;
    let path = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let root = openat(&directory, "root", path, Mode::empty()).map_err(closed)?;
    let (user, standing) = namespace::owner(&network);
    let facts = OpenProcess {
        uid: owner.euid,
        start: before.start,
        network: Network { id: NamespaceId::of(&network).map_err(of)?, standing },
        pids: NamespaceId::of(&pids).map_err(of)?,
        only_loopback: read(&directory, "net/dev").is_ok_and(|text| has_only_loopback(&text)),
        container: container(&directory),
    };
    let hold = Hold { directory, pidfd, seen: before };
    if !hold.is_there() {
        return Err(ProcessFacts::Replaced);
    }
    let pins = Pins { process: Some(hold), user, network: Some(network), root: Some(root) };
    Ok((ProcessFacts::Open(facts), pins))
}

fn container(directory: &OwnedFd) -> Option<Behind> {
    let cgroup = read(directory, "cgroup").ok()?;
    runtimes::behind(cgroup.as_bytes(), directory.try_clone().ok()?)
}

/// Two lines of titles, then one an interface. Source: man 5 proc_pid_net.
fn has_only_loopback(text: &str) -> bool {
    let mut names = text.lines().skip(2).filter_map(|line| line.split(':').next()).map(str::trim).peekable();
    names.peek().is_some() && names.all(|name| name == "lo")
}

fn of(errno: Errno) -> ProcessFacts {
    match errno {
        Errno::NOENT | Errno::SRCH => ProcessFacts::Gone,
        errno => ProcessFacts::Unreadable(errno),
    }
}

/// Kernels before 5.3 and some filters of system calls have no handles of processes; the start time must do then.
fn hold(pid: ProcessId) -> Result<Option<OwnedFd>, ProcessFacts> {
    let raw = i32::try_from(pid.get()).ok().and_then(Pid::from_raw).ok_or(ProcessFacts::Gone)?;
    match pidfd_open(raw, PidfdFlags::empty()) {
        Ok(pidfd) => Ok(Some(pidfd)),
        Err(Errno::NOSYS | Errno::PERM) => Ok(None),
        Err(errno) => Err(of(errno)),
    }
}

/// A handle can be read once its process has ended.
fn is_alive(pidfd: &OwnedFd) -> bool {
    let mut handles = [PollFd::new(pidfd, PollFlags::IN)];
    poll(&mut handles, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })) == Ok(0)
}

/// Whether what is seen now is what was seen before.
fn is_same(before: Seen, now: Result<Seen, Errno>) -> bool {
    now.is_ok_and(|now| now.start == before.start && !now.is_zombie)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEEN: Seen = Seen { start: 1000, is_zombie: false, is_kernel_thread: false };

    #[test]
    fn a_number_that_another_process_got_meanwhile_is_noticed_by_its_start() {
        assert!(is_same(SEEN, Ok(SEEN)));
        assert!(!is_same(SEEN, Ok(Seen { start: 1001, ..SEEN })));
    }

    #[test]
    fn a_process_that_ended_meanwhile_is_noticed() {
        assert!(!is_same(SEEN, Ok(Seen { is_zombie: true, ..SEEN })));
        assert!(!is_same(SEEN, Err(Errno::SRCH)));
    }

    #[test]
    fn a_network_with_nothing_but_loopback_is_known() {
        let titles = "Inter-|   Receive\n face |bytes\n";
        assert!(has_only_loopback(&format!("{titles}    lo:   0    0\n")));
        assert!(!has_only_loopback(&format!("{titles}    lo:   0    0\n  eth0: 1 1\n")));
        assert!(!has_only_loopback(titles), "one that is not even loopback's");
    }

    #[test]
    fn we_can_look_at_ourselves() {
        let (facts, pins) = look(ProcessId::new(std::process::id()).unwrap());
        let ProcessFacts::Open(facts) = facts else { panic!("{facts:?}") };
        assert_eq!(facts.network.standing, namespace::Standing::Own);
        assert_eq!(facts.uid, rustix::process::geteuid().as_raw());
        assert!(pins.process.unwrap().is_there());
    }

    #[test]
    fn a_number_that_no_process_has_is_gone() {
        assert_eq!(look(ProcessId::new(1 << 22).unwrap()).0, ProcessFacts::Gone);
    }

    #[test]
    fn a_thread_is_told_from_its_process() {
        let thread = std::thread::spawn(|| {
            let tid = u32::try_from(rustix::thread::gettid().as_raw_nonzero().get()).unwrap();
            look(ProcessId::new(tid).unwrap()).0
        });
        assert_eq!(thread.join().unwrap(), ProcessFacts::Thread { of: std::process::id() });
    }
}
