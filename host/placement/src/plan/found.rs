//! The plan for a container that no engine was asked about: a child joins it by its first process.

use dbg_model::{Capability, JoinsProcesses, Target};

use super::{Because, Needs, Place, Plan, RootOf, child, notes, open};
use crate::Refusal;
use crate::facts::{FoundContainer, FoundFacts, Own};

pub(super) fn of(own: &Own, needs: &Needs, found: &FoundContainer) -> Result<Plan, Refusal> {
    let FoundContainer { name, joins, without, what } = found;
    let name = name.clone();
    let (first, process, container) = match what {
        FoundFacts::Open { first, process, container } => (*first, process, container),
        FoundFacts::Nobody { known } => {
            return Err(Refusal::NotFound { name, without: without.clone(), known: known.clone() });
        }
        FoundFacts::Several { candidates } => {
            return Err(Refusal::Ambiguous { name, candidates: candidates.clone() });
        }
        FoundFacts::Paused => return Err(Refusal::Paused { name }),
        FoundFacts::Replaced => return Err(Refusal::ContainerReplaced { name }),
        FoundFacts::Closed(first, process) => {
            let process = open(own, *first, process);
            return Err(process.err().unwrap_or(Refusal::ContainerReplaced { name }));
        }
    };
    if *joins == JoinsProcesses::No && needs.contains(&Capability::Files) {
        return Err(Refusal::FilesNeedProcesses { name });
    }
    let (needs, reason) = match joins {
        JoinsProcesses::Yes => (needs.clone(), "`--pid`: files and `/proc` are read as the container has them"),
        // What it would look into processes with is not kept.
        JoinsProcesses::No => (
            needs.iter().copied().filter(|need| *need != Capability::Processes).collect(),
            "the `hosts` and `resolv.conf` of the container count in its network",
        ),
    };
    let mut child = child(own, &needs, Some(&process.network), Because::new(RootOf::Target, reason))?;
    child.leaves.push(Because::new("mount", "its files are reached beneath its root, which takes no right to mount"));
    child.leaves.push(match joins {
        JoinsProcesses::Yes => {
            Because::new("pid", "its processes are read in its `/proc`, and the agent stays out of its sight")
        }
        JoinsProcesses::No => Because::new(
            "pid",
            "`--pid` was not given: no right to look into its processes is kept, its `/proc` tells their names at most",
        ),
    });
    let reason = format!(
        "{without}; its first process, {first}, was found by its control group, and a child of this process joins it"
    );
    let mut notes =
        vec![format!("container/{name} was found without an engine: {}, by its process {first}", container.words())];
    if process.only_loopback {
        notes.push("its network has no interface but loopback".to_owned());
    }
    notes.extend(notes::of(first, own, process));
    child.container = Some(container.clone());
    let place = Because::new(Place::Child(Box::new(child)), reason);
    Ok(Plan { target: Target::Container(name, *joins), stands_for: None, place, notes })
}

#[cfg(test)]
mod tests {
    use dbg_agent::WatchesProcesses;
    use dbg_model::{ContainerRuntime, ProcessId};
    use rustix::thread::CapabilitySet;

    use super::*;
    use crate::facts::{NamespaceId, Network, OpenProcess, ProcessFacts, Standing};
    use crate::plan::{ChildPlan, Joined};
    use crate::runtimes::Behind;

    const fn namespace(inode: u64) -> NamespaceId {
        NamespaceId { device: 4, inode }
    }

    fn web() -> FoundFacts {
        let network = Network { id: namespace(7), standing: Standing::Own };
        let process =
            OpenProcess { uid: 0, start: 1, network, pids: namespace(8), only_loopback: true, container: None };
        let container = Behind { id: "0f".repeat(32), name: Some("web".into()), runtime: ContainerRuntime::Containerd };
        FoundFacts::Open { first: ProcessId::new(1234).unwrap(), process, container }
    }

    fn plan_of(joins: JoinsProcesses, what: FoundFacts, needs: &[Capability]) -> Result<Plan, Refusal> {
        let own = Own { euid: 0, capabilities: CapabilitySet::all(), network: namespace(1), pids: namespace(2) };
        let name = "web".parse().unwrap();
        let found = FoundContainer { name, joins, without: "no engine answered".into(), what };
        of(&own, &needs.iter().copied().collect(), &found)
    }

    fn child_of(plan: Plan) -> ChildPlan {
        match plan.place.what {
            Place::Child(child) => *child,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn its_network_is_joined_and_nothing_of_its_processes_without_pid() {
        let plan = plan_of(JoinsProcesses::No, web(), &[Capability::Resolver, Capability::Processes]).unwrap();
        assert!(plan.place.reason.starts_with("no engine answered; its first process, 1234,"), "{}", plan.place.reason);
        assert!(plan.notes[1].contains("no interface but loopback"), "{:?}", plan.notes);
        let child = child_of(plan);
        assert_eq!(child.container.as_ref().and_then(|container| container.name.as_deref()), Some("web"));
        assert_eq!(child.joins.iter().map(|join| join.what).collect::<Vec<_>>(), [Joined::Network]);
        assert_eq!((child.root.what, child.watches_processes), (RootOf::Target, WatchesProcesses::No));
        assert!(child.keeps.is_empty());
        let files = plan_of(JoinsProcesses::No, web(), &[Capability::Files]);
        assert!(matches!(files, Err(Refusal::FilesNeedProcesses { .. })));
    }

    #[test]
    fn with_pid_its_processes_and_files_are_looked_at() {
        let plan = plan_of(JoinsProcesses::Yes, web(), &[Capability::Files, Capability::Processes]).unwrap();
        assert!(plan.notes[0].contains("container `web`, containerd, 0f0f0f0f0f0f"), "{:?}", plan.notes);
        let child = child_of(plan);
        assert_eq!((child.keeps.len(), child.watches_processes), (2, WatchesProcesses::Yes));
    }

    #[test]
    fn what_cannot_be_joined_is_refused_by_its_reason() {
        let refused = |what| plan_of(JoinsProcesses::No, what, &[]).unwrap_err();
        let nobody = refused(FoundFacts::Nobody { known: vec!["wed".into()] });
        assert!(nobody.to_string().starts_with("no engine answered, and no process"), "{nobody}");
        assert_eq!(nobody.hint().as_deref(), Some("did you mean `--target container/wed`?"));
        let several = refused(FoundFacts::Several { candidates: vec!["aa (\u{1b}[2Jx)".into(), "ab (y)".into()] });
        assert!(several.to_string().starts_with("`web` means 2 containers: aa ("), "{several}");
        assert!(!several.to_string().contains('\u{1b}'));
        assert!(matches!(refused(FoundFacts::Paused), Refusal::Paused { .. }));
        assert!(matches!(refused(FoundFacts::Replaced), Refusal::ContainerReplaced { .. }));
        let closed = FoundFacts::Closed(ProcessId::new(7).unwrap(), ProcessFacts::Closed { uid: 9 });
        assert!(matches!(refused(closed), Refusal::Closed { uid: 9, .. }));
    }
}
