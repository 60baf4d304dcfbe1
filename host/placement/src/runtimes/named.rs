//! Which container is meant by a name, and which one a process is in. Pure: nothing is looked up here.

use std::collections::BTreeMap;

use dbg_model::{ContainerId, ContainerRuntime};

use super::Behind;
use super::group::Hierarchies;
use super::processes::{Owner, Process};
use super::record::Record;

/// Digits of an id that are enough: engines show as many.
const ENOUGH: usize = 12;

/// A container that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Running {
    /// What is known of it.
    pub(super) record: Record,
    /// Its first process: the oldest one.
    pub(crate) first: u32,
    /// When that began, in clock ticks after the machine.
    pub(crate) start: u64,
}

/// What a name stands for. Texts are raw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Named {
    /// One container.
    One(Box<Running>),
    /// None; these are the names that there are.
    Nobody(Vec<String>),
    /// Several: an id and a name of each.
    Several(Vec<String>),
}

/// What is known of the containers of this machine, and where this process is itself.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// By [`Record::key`].
    pub(super) records: BTreeMap<String, Record>,
    /// The text of our own `/proc/self/cgroup`.
    pub(super) own: Vec<u8>,
}

impl Known {
    /// The container that a process is in: the outermost that it names, since whoever may make control groups beneath its own may claim any
    /// id there. What is known of it counts where it says itself which control group it has, and the process is in that one.
    pub(super) fn behind(&self, cgroup: &[u8], owner: &Owner) -> Option<Record> {
        let hierarchies = Hierarchies::of(cgroup, &self.own);
        let claimant = hierarchies.left_to();
        // What stands in a user's own control groups is that user's alone, and a container there has a user namespace of that user's.
        if claimant.is_some_and(|user| owner.get() != Some(user)) {
            return None;
        }
        let is_in = |record: &Record| match record.owner {
            Some(user) => owner.get() == Some(user),
            None => claimant.is_none() && record.has(&hierarchies).unwrap_or(true),
        };
        let Some(outermost) = hierarchies.containers().into_iter().next() else {
            let has = |record: &&Record| record.has(&hierarchies) == Some(true) && is_in(record);
            return self.records.values().find(has).cloned();
        };
        match self.records.get(outermost.id.as_str()) {
            Some(record) => is_in(record).then(|| record.clone()),
            None => Record::bare(outermost.id.as_str(), outermost.runtime),
        }
    }

    /// The containers that have processes.
    pub(super) fn running(&self, processes: impl Iterator<Item = Process>) -> Vec<Running> {
        let mut found: BTreeMap<String, Running> = BTreeMap::new();
        for Process { pid, start, cgroup, owner } in processes {
            let Some(record) = self.behind(&cgroup, &owner) else { continue };
            let key = record.key();
            let is_older = |known: &Running| (start, pid) < (known.start, known.first);
            if found.get(&key).is_none_or(is_older) {
                found.insert(key, Running { record, first: pid, start });
            }
        }
        found.into_values().collect()
    }
}

/// The container of this name or id, or else of this beginning of an id, or else of the pod of this name.
pub(super) fn named(name: &str, all: &[Running]) -> Named {
    let is_whole = |one: &&Running| one.record.id == name || one.record.names.iter().any(|known| known == name);
    let begins = |one: &&Running| {
        name.len() >= ENOUGH && ContainerId::new(&one.record.id).is_some() && one.record.id.starts_with(name)
    };
    let is_of_pod =
        |one: &&Running| !one.record.is_sandbox && one.record.pod.as_ref().is_some_and(|pod| pod.name == name);
    let tries: [&dyn Fn(&&Running) -> bool; 3] = [&is_whole, &begins, &is_of_pod];
    let found = tries.into_iter().map(|is| all.iter().filter(is).collect::<Vec<_>>()).find(|found| !found.is_empty());
    match found.as_deref() {
        None | Some([]) => Named::Nobody(all.iter().filter(|one| !one.record.is_sandbox).map(shortest).collect()),
        Some([one]) => Named::One(Box::new((*one).clone())),
        Some(several) => Named::Several(several.iter().map(|one| told(one)).collect()),
    }
}

/// What it can be named by.
fn shortest(running: &Running) -> String {
    running.record.names.first().cloned().unwrap_or_else(|| running.behind().short().to_owned())
}

fn told(running: &Running) -> String {
    let Behind { name, runtime, .. } = running.behind();
    let name = name.map(|name| format!("{name}, ")).unwrap_or_default();
    format!("{} ({name}{runtime}, process {})", running.behind().short(), running.first)
}

impl Running {
    /// One of which nothing but this is known.
    #[cfg(test)]
    pub(crate) fn known(id: &str, runtime: ContainerRuntime, first: u32, start: u64) -> Self {
        let record = Record::bare(id, runtime).expect("an id");
        Self { record, first, start }
    }

    /// Who it is.
    pub(crate) fn behind(&self) -> Behind {
        Behind::of(&self.record)
    }

    /// Whether all its processes are held.
    pub(crate) fn is_paused(&self) -> bool {
        self.record.is_paused
    }

    /// Whether it only holds the network of a pod.
    pub(super) fn is_sandbox(&self) -> bool {
        self.record.is_sandbox
    }

    /// What it may be named by, the best first; others may have the same names.
    pub(super) fn names(&self) -> &[String] {
        &self.record.names
    }
}

impl Behind {
    pub(super) fn of(record: &Record) -> Self {
        let runtime: ContainerRuntime = record.runtime;
        Self { id: record.id.clone(), name: record.name(), runtime }
    }
}

#[cfg(test)]
#[path = "named/tests.rs"]
mod tests;
