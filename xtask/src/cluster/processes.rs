//! The processes of a cluster, found by what is in their environment: no list of theirs can be out of date, and no number is taken twice.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use super::wait::Wait;
use crate::{files, shell};

/// The variable that every process of a cluster has; its value is the name of its machine.
pub(super) const MARK: &str = "DBG_CLUSTER_MACHINE";

/// One process of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) id: u32,
    /// The machine that it belongs to.
    pub(super) machine: String,
    /// With its arguments.
    pub(super) command: Vec<String>,
}

impl Process {
    /// The program's name, without its folder.
    pub(super) fn name(&self) -> &str {
        self.command.first().map_or("", |path| path.rsplit('/').next().unwrap_or(path))
    }
}

/// Every process of a cluster that this one can see.
pub(super) fn all() -> Result<Vec<Process>> {
    let numbers = files::entries(Path::new("/proc"))?;
    Ok(numbers.iter().filter_map(|folder| read(folder)).collect())
}

/// None for what is no process, is none of ours, or has ended meanwhile.
fn read(folder: &Path) -> Option<Process> {
    let id = folder.file_name()?.to_str()?.parse().ok()?;
    let machine = machine_of(&std::fs::read(folder.join("environ")).ok()?)?;
    let command = words(&std::fs::read(folder.join("cmdline")).ok()?);
    (!command.is_empty()).then_some(Process { id, machine, command })
}

fn machine_of(environment: &[u8]) -> Option<String> {
    let prefix = format!("{MARK}=");
    words(environment).iter().find_map(|word| word.strip_prefix(&prefix).map(str::to_owned))
}

fn words(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    text.split_terminator('\0').map(str::to_owned).collect()
}

/// Ends every process of a cluster and waits until the last is gone.
pub(super) fn end_all() -> Result<()> {
    let wait = Wait::new(Duration::from_secs(20));
    let mut ending: BTreeMap<u32, Process> = BTreeMap::new();
    loop {
        let running = all()?;
        let numbers: Vec<String> = running.iter().map(|process| process.id.to_string()).collect();
        ending.extend(running.into_iter().map(|process| (process.id, process)));
        // While it dies a process has no environment any more, but its namespaces still.
        ending.retain(|id, _| lives(*id));
        if ending.is_empty() {
            return Ok(());
        }
        if wait.is_over() {
            let names: Vec<String> = ending.values().map(|it| format!("{} ({})", it.name(), it.id)).collect();
            bail!("processes that do not end: {}", names.join(", "));
        }
        if !numbers.is_empty() {
            // One that ended between the two is no fault: the next look decides.
            let _ended = shell::output(Command::new("kill").arg("-KILL").args(numbers));
        }
        wait.pause();
    }
}

/// Whether the process is more than an entry that its parent has not read yet.
fn lives(id: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{id}/stat")).is_ok_and(|stat| !is_dead(&stat))
}

/// The state stands behind the name, which may hold anything, also brackets. A dead leader may have threads that still end.
fn is_dead(stat: &str) -> bool {
    let Some((_, rest)) = stat.rsplit_once(") ") else { return false };
    let threads = rest.split(' ').nth(17);
    rest.starts_with(['Z', 'X']) && matches!(threads, Some("0" | "1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_belongs_to_the_machine_that_its_environment_names_and_to_no_other() {
        assert_eq!(machine_of(b"A=b\0DBG_CLUSTER_MACHINE=n1\0").as_deref(), Some("n1"));
        assert_eq!(machine_of(b"XDBG_CLUSTER_MACHINE=n1\0A=DBG_CLUSTER_MACHINE=n2\0"), None);
    }

    #[test]
    fn a_process_is_dead_by_its_state_whatever_its_name_holds() {
        let stat =
            |name: &str, state: &str, threads: u8| format!("7 ({name}) {state} 1{} {threads} 0", " 0".repeat(15));
        assert!(is_dead(&stat("pause", "Z", 1)));
        assert!(!is_dead(&stat("pause", "Z", 4)));
        assert!(!is_dead(&stat("a) Z (b", "S", 1)));
    }

    #[test]
    fn a_process_is_named_by_its_program() {
        let command = words(b"/a/b/kubelet\0--flag\0");
        assert_eq!(Process { id: 1, machine: "n1".into(), command }.name(), "kubelet");
    }
}
