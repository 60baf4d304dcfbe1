//! A container that is found by what its runtime left, and its first process, held open.

use dbg_model::{EngineName, JoinsProcesses, ProcessId};
use rustix::thread::CapabilitySet;

use super::{OpenProcess, Own, Pins, ProcessFacts, process};
use crate::runtimes::{self, Behind, Named, Running};

/// A container that no engine was asked about, or none has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundContainer {
    /// As it was asked for.
    pub name: EngineName,
    /// Whether its processes are joined.
    pub joins: JoinsProcesses,
    /// Why no engine is asked to reach it; it may be shown.
    pub without: String,
    /// What was found.
    pub what: FoundFacts,
}

/// What was found by a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FoundFacts {
    /// No container.
    Nobody {
        /// The names that there are; raw.
        known: Vec<String>,
    },
    /// More than one.
    Several {
        /// An id and a name of each; raw.
        candidates: Vec<String>,
    },
    /// All its processes are held.
    Paused,
    /// It ended while it was looked at.
    Replaced,
    /// It runs, and its first process cannot be looked into.
    Closed(ProcessId, ProcessFacts),
    /// It runs.
    Open {
        /// Its first process.
        first: ProcessId,
        /// That process.
        process: OpenProcess,
        /// The container.
        container: Behind,
    },
}

/// What the machine's runtimes left is root's alone, and so is the way into their containers.
pub(super) fn sees_all(own: &Own) -> bool {
    own.capabilities.contains(CapabilitySet::SYS_ADMIN | CapabilitySet::SYS_PTRACE | CapabilitySet::DAC_READ_SEARCH)
}

/// Looks for it, and holds its first process.
pub(super) async fn look(name: &EngineName, joins: JoinsProcesses, without: String) -> (FoundContainer, Pins) {
    let wanted = name.clone();
    // Thousands of small files are read.
    let looked = tokio::task::spawn_blocking(move || hold(runtimes::named(&wanted))).await;
    let (what, pins) = looked.unwrap_or((FoundFacts::Replaced, Pins::default()));
    (FoundContainer { name: name.clone(), joins, without, what }, pins)
}

fn hold(named: Named) -> (FoundFacts, Pins) {
    let running = match named {
        Named::One(running) => running,
        Named::Nobody(known) => return (FoundFacts::Nobody { known }, Pins::default()),
        Named::Several(candidates) => return (FoundFacts::Several { candidates }, Pins::default()),
    };
    if running.is_paused() {
        return (FoundFacts::Paused, Pins::default());
    }
    let Some(first) = ProcessId::new(running.first) else { return (FoundFacts::Replaced, Pins::default()) };
    match process::look(first) {
        (ProcessFacts::Open(process), pins) if is_still(&running, &process) => {
            (FoundFacts::Open { first, process, container: running.behind() }, pins)
        }
        (ProcessFacts::Open(_) | ProcessFacts::Gone | ProcessFacts::Replaced | ProcessFacts::Zombie, _) => {
            (FoundFacts::Replaced, Pins::default())
        }
        (closed, _) => (FoundFacts::Closed(first, closed), Pins::default()),
    }
}

/// Between finding it and holding it, its number may have become another process's, or it may have gone elsewhere.
fn is_still(running: &Running, process: &OpenProcess) -> bool {
    process.start == running.start && process.container.as_ref() == Some(&running.behind())
}

#[cfg(test)]
mod tests {
    use dbg_model::ContainerRuntime;

    use super::*;
    use crate::facts::{NamespaceId, Network, Standing};
    use crate::runtimes::Behind;

    #[test]
    fn another_process_under_its_number_or_one_that_left_it_is_not_its_first() {
        let running = Running::known("web", ContainerRuntime::Containerd, 7, 100);
        let id = NamespaceId { device: 4, inode: 1 };
        let network = Network { id, standing: Standing::Own };
        let container = Some(running.behind());
        let process = OpenProcess { uid: 0, start: 100, network, pids: id, only_loopback: false, container };
        assert!(is_still(&running, &process));
        assert!(!is_still(&running, &OpenProcess { start: 101, ..process.clone() }));
        assert!(!is_still(&running, &OpenProcess { container: None, ..process.clone() }));
        let other = Behind { id: "db".to_owned(), ..running.behind() };
        assert!(!is_still(&running, &OpenProcess { container: Some(other), ..process }));
    }
}
