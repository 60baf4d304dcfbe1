//! Which container is meant by a name, and which one a process is in. Pure: nothing is looked up here.

use std::collections::BTreeMap;

use dbg_model::{CgroupContainer, ContainerRuntime, containers_in};

use super::Behind;
use super::processes::Process;
use super::record::Record;

/// A container that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// What is known of it.
    pub record: Record,
    /// Its first process: the oldest one.
    pub first: u32,
}

/// What a name stands for. Texts are raw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// One container.
    One(Box<Running>),
    /// None; these are the names that there are.
    Nobody(Vec<String>),
    /// Several: an id and a name of each.
    Several(Vec<String>),
}

/// The container that a process is in.
pub(super) fn behind(cgroup: &[u8], known: &BTreeMap<String, Record>) -> Option<Behind> {
    of(cgroup, known).map(|record| Behind { name: record.name(), runtime: record.runtime, id: record.id })
}

/// Whoever may make control groups beneath its own may claim there to be in any container; so the outermost that a runtime of this machine
/// knows counts. Where none is known, the runtimes are elsewhere, and the innermost is the nearest.
fn of(cgroup: &[u8], known: &BTreeMap<String, Record>) -> Option<Record> {
    let mut named: Vec<CgroupContainer> = containers_in(cgroup);
    let outermost = named.iter().find_map(|one| known.get(one.id.as_str()).cloned());
    outermost.or_else(|| known.values().find(|record| record.has(cgroup)).cloned()).or_else(|| {
        let innermost = named.pop()?;
        Record::bare(innermost.id.as_str(), innermost.runtime)
    })
}

/// The containers that have processes.
pub(super) fn running(known: &BTreeMap<String, Record>, processes: &[Process]) -> Vec<Running> {
    let mut found: BTreeMap<String, (u64, Running)> = BTreeMap::new();
    for process in processes {
        let Some(record) = of(&process.cgroup, known) else { continue };
        let age = (process.start, process.pid);
        let one = Running { record, first: process.pid };
        let oldest = found.entry(one.record.id.clone()).or_insert_with(|| (process.start, one.clone()));
        if age < (oldest.0, oldest.1.first) {
            *oldest = (process.start, one);
        }
    }
    found.into_values().map(|(_, running)| running).collect()
}

/// The container of this name, id, or beginning of an id; a whole name or id comes before a beginning.
pub(super) fn named(name: &str, all: Vec<Running>) -> Named {
    let whole = |one: &&Running| one.record.id == name || one.record.names.iter().any(|known| known == name);
    let begins = |one: &&Running| one.record.id.starts_with(name);
    let mut found: Vec<&Running> = all.iter().filter(whole).collect();
    if found.is_empty() {
        found = all.iter().filter(begins).collect();
    }
    match found[..] {
        [] => Named::Nobody(all.iter().map(shortest).collect()),
        [one] => Named::One(Box::new(one.clone())),
        _ => Named::Several(found.into_iter().map(told).collect()),
    }
}

/// What it can be named by.
fn shortest(running: &Running) -> String {
    let id = &running.record.id;
    running.record.names.first().cloned().unwrap_or_else(|| id.get(..12).unwrap_or(id).to_owned())
}

fn told(running: &Running) -> String {
    let Record { id, runtime, .. } = &running.record;
    let short = id.get(..12).unwrap_or(id);
    match running.record.name() {
        Some(name) => format!("{short} ({name}, {runtime})"),
        None => format!("{short} ({runtime})"),
    }
}

impl Running {
    /// In a few words; raw.
    #[must_use]
    pub fn behind(&self) -> Behind {
        Behind { id: self.record.id.clone(), name: self.record.name(), runtime: self.record.runtime }
    }

    /// What it can be named by; raw.
    #[must_use]
    pub fn shortest(&self) -> String {
        shortest(self)
    }

    /// Who runs it.
    #[must_use]
    pub fn runtime(&self) -> ContainerRuntime {
        self.record.runtime
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "aa23456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    const B: &str = "ab23456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn record(id: &str, names: &[&str]) -> Record {
        let mut record = Record::bare(id, ContainerRuntime::Docker).unwrap();
        record.add_names(&names.iter().map(ToString::to_string).collect::<Vec<_>>());
        record
    }

    fn known(records: impl IntoIterator<Item = Record>) -> BTreeMap<String, Record> {
        records.into_iter().map(|record| (record.id.clone(), record)).collect()
    }

    fn process(pid: u32, start: u64, cgroup: &str) -> Process {
        Process { pid, start, cgroup: cgroup.as_bytes().to_vec() }
    }

    #[test]
    fn the_first_process_of_a_container_is_its_oldest() {
        let known = known([record(A, &["web"])]);
        let inside = format!("0::/docker/{A}");
        let all = [process(9, 70, &inside), process(8, 50, &inside), process(7, 60, &inside), process(1, 1, "0::/x")];
        let running = running(&known, &all);
        assert_eq!(running.iter().map(|one| one.first).collect::<Vec<_>>(), [8]);
    }

    #[test]
    fn nobody_is_taken_for_a_container_by_a_control_group_that_it_made_itself() {
        let known = known([record(A, &["web"]), record(B, &["db"])]);
        let claims = format!("0::/docker/{A}/docker/{B}");
        assert_eq!(behind(claims.as_bytes(), &known).unwrap().name.as_deref(), Some("web"));
        assert_eq!(running(&known, &[process(5, 1, &claims)])[0].record.id, A);
        // On a machine that is a container itself, its own runtime's containers are the inner ones.
        let inner = BTreeMap::from([(B.to_owned(), record(B, &["db"]))]);
        assert_eq!(behind(claims.as_bytes(), &inner).unwrap().name.as_deref(), Some("db"));
        // Where nothing is known, the nearest.
        let unknown = behind(claims.as_bytes(), &BTreeMap::new()).unwrap();
        assert_eq!((unknown.id.as_str(), unknown.name), (B, None));
    }

    #[test]
    fn a_container_is_found_by_name_id_and_the_beginning_of_its_id() {
        let all = || {
            vec![Running { record: record(A, &["web"]), first: 1 }, Running { record: record(B, &["aa"]), first: 2 }]
        };
        let first = |name: &str| match named(name, all()) {
            Named::One(one) => one.first,
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!((first("web"), first(A), first("aa2"), first("ab")), (1, 1, 1, 2));
        // A whole name comes before the beginning of an id.
        assert_eq!(first("aa"), 2);
        assert_eq!(named("x", all()), Named::Nobody(vec!["web".to_owned(), "aa".to_owned()]));
        let Named::Several(told) = named("a", all()) else { panic!() };
        assert_eq!(told, ["aa23456789ab (web, Docker)", "ab23456789ab (aa, Docker)"]);
    }

    #[test]
    fn two_containers_of_one_name_are_told_by_their_pods() {
        let of_pod = |id: &str, pod: &str| {
            let record = record(id, &[&format!("k8s_web_{pod}_shop_1-2_0")]);
            Running { record, first: 1 }
        };
        let Named::Several(told) = named("web", vec![of_pod(A, "web-1"), of_pod(B, "web-2")]) else { panic!() };
        assert_eq!(told, ["aa23456789ab (shop/web-1/web, Docker)", "ab23456789ab (shop/web-2/web, Docker)"]);
    }
}
