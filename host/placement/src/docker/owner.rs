//! Whose a container is: what its labels say, and whether the process that made it is still there.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dbg_model::RunId;

/// The run.
pub(crate) const RUN: &str = "dbg.run/id";
/// User and machine.
pub(crate) const OWNER: &str = "dbg.run/owner";
/// The operator's process.
pub(crate) const PROCESS: &str = "dbg.run/process";
/// When the run is over at the latest, in seconds since 1970.
pub(crate) const DEADLINE: &str = "dbg.run/deadline";

/// Who we are, as labels have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Owner {
    /// `UID@HOST`.
    owner: String,
    process: Process,
}

/// A process, so that no other one is taken for it: boot, pid namespace, number and start.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Process {
    boot: String,
    namespace: u64,
    pid: u32,
    start: u64,
}

/// What is to become of a container that is labelled as one of dbg's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// Another user's or another machine's, or of no form that dbg writes.
    NotOurs,
    /// Its process is there, or may be: its deadline is ahead.
    Live,
    /// Its process is gone.
    OwnerGone,
    /// Whether its process is there cannot be told from here, and its deadline is past.
    Overdue,
}

impl Owner {
    /// This process.
    pub(crate) fn this() -> Self {
        let boot = fs_err::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        let pid = std::process::id();
        let process = Process {
            boot: boot.trim().to_owned(),
            namespace: pid_namespace().unwrap_or_default(),
            pid,
            start: start_of(pid).unwrap_or_default(),
        };
        Self { owner: format!("{}@{host}", rustix::process::geteuid().as_raw()), process }
    }

    /// The labels of a container of a run that is over at `deadline`.
    pub(crate) fn labels(&self, run: &RunId, deadline: SystemTime) -> BTreeMap<String, String> {
        let Process { boot, namespace, pid, start } = &self.process;
        BTreeMap::from([
            (RUN.to_owned(), run.as_str().to_owned()),
            (OWNER.to_owned(), self.owner.clone()),
            (PROCESS.to_owned(), format!("{boot}:{namespace}:{pid}:{start}")),
            (DEADLINE.to_owned(), seconds(deadline).to_string()),
        ])
    }

    /// What is to become of a container with these labels.
    pub(crate) fn claim<'a>(&self, label: impl Fn(&str) -> Option<&'a str>, now: SystemTime) -> Claim {
        let process = label(PROCESS).and_then(Process::parse);
        let deadline = label(DEADLINE).and_then(|text| text.parse::<u64>().ok());
        let (Some(owner), Some(_), Some(process), Some(deadline)) = (label(OWNER), label(RUN), process, deadline)
        else {
            return Claim::NotOurs;
        };
        if owner != self.owner {
            return Claim::NotOurs;
        }
        // After a boot no process of before is there.
        if process.boot != self.process.boot {
            return Claim::OwnerGone;
        }
        if process.namespace == self.process.namespace && process.namespace != 0 {
            return if start_of(process.pid) == Some(process.start) { Claim::Live } else { Claim::OwnerGone };
        }
        if seconds(now) > deadline { Claim::Overdue } else { Claim::Live }
    }
}

impl Process {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let mut next = || parts.next();
        let process = Self {
            boot: next()?.to_owned(),
            namespace: next()?.parse().ok()?,
            pid: next()?.parse().ok()?,
            start: next()?.parse().ok()?,
        };
        (parts.next().is_none() && !process.boot.is_empty()).then_some(process)
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs()
}

fn pid_namespace() -> Option<u64> {
    rustix::fs::stat("/proc/self/ns/pid").ok().map(|stat| stat.st_ino)
}

/// When a process started, in ticks since the boot: the 22nd field, behind a name that may hold anything. Source: man 5 proc_pid_stat.
fn start_of(pid: u32) -> Option<u64> {
    let stat = fs_err::read(format!("/proc/{pid}/stat")).ok()?;
    let stat = String::from_utf8_lossy(&stat);
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(19)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn labels() -> (Owner, BTreeMap<String, String>) {
        let owner = Owner::this();
        let labels = owner.labels(&RunId::from_random([7; 8]), SystemTime::now() + HOUR);
        (owner, labels)
    }

    fn claim(change: impl FnOnce(&mut BTreeMap<String, String>), now: SystemTime) -> Claim {
        let (owner, mut labels) = labels();
        change(&mut labels);
        owner.claim(|key| labels.get(key).map(String::as_str), now)
    }

    fn process(labels: &BTreeMap<String, String>, part: usize, value: &str) -> String {
        let mut parts: Vec<&str> = labels[PROCESS].split(':').collect();
        parts[part] = value;
        parts.join(":")
    }

    #[test]
    fn a_container_of_a_living_process_is_never_touched_however_late_it_is() {
        assert_eq!(claim(|_| {}, SystemTime::now() + 1000 * HOUR), Claim::Live);
    }

    #[test]
    fn a_process_that_is_gone_or_whose_number_is_anothers_leaves_its_containers() {
        for (part, value) in [(3, "1"), (2, "4194304"), (0, "another-boot")] {
            let change = |labels: &mut BTreeMap<String, String>| {
                labels.insert(PROCESS.to_owned(), process(labels, part, value));
            };
            assert_eq!(claim(change, SystemTime::now()), Claim::OwnerGone, "{part}");
        }
    }

    #[test]
    fn where_nobody_can_tell_the_deadline_decides() {
        let change = |labels: &mut BTreeMap<String, String>| {
            labels.insert(PROCESS.to_owned(), process(labels, 1, "1"));
        };
        assert_eq!(claim(change, SystemTime::now()), Claim::Live);
        assert_eq!(claim(change, SystemTime::now() + 2 * HOUR), Claim::Overdue);
    }

    #[test]
    fn what_others_made_or_what_is_half_labelled_is_not_ours() {
        let later = SystemTime::now() + 1000 * HOUR;
        assert_eq!(
            claim(|labels| drop(labels.insert(OWNER.to_owned(), "1@elsewhere".to_owned())), later),
            Claim::NotOurs
        );
        for key in [RUN, OWNER, PROCESS, DEADLINE] {
            assert_eq!(claim(|labels| drop(labels.remove(key)), later), Claim::NotOurs, "{key}");
        }
        assert_eq!(claim(|labels| drop(labels.insert(PROCESS.to_owned(), "x".to_owned())), later), Claim::NotOurs);
    }
}
