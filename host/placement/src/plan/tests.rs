//! Plans without a place.

use dbg_model::ProcessId;
use rustix::io::Errno;
use rustix::thread::CapabilitySet;

use super::*;
use crate::facts::{NamespaceId, OpenNetns, OpenProcess, Standing};

const fn namespace(inode: u64) -> NamespaceId {
    NamespaceId { device: 4, inode }
}

const OUR_NETWORK: NamespaceId = namespace(1);
const OUR_PIDS: NamespaceId = namespace(2);

fn own(euid: u32, capabilities: CapabilitySet) -> Own {
    Own { euid, capabilities, network: OUR_NETWORK, pids: OUR_PIDS }
}

fn root() -> Own {
    own(0, CapabilitySet::all())
}

fn nobody() -> Own {
    own(65_534, CapabilitySet::empty())
}

fn pid() -> ProcessId {
    ProcessId::new(1234).unwrap()
}

fn process(uid: u32, network: NamespaceId, standing: Standing, pids: NamespaceId) -> ProcessFacts {
    ProcessFacts::Open(OpenProcess {
        uid,
        start: 1,
        network: Network { id: network, standing },
        pids,
        only_loopback: false,
        container: None,
    })
}

fn plan_of(own: Own, process: ProcessFacts, needs: &[Capability]) -> Result<Plan, Refusal> {
    let facts = Facts { own, target: TargetFacts::Process(pid(), process) };
    plan(&needs.iter().copied().collect(), &facts)
}

fn netns(own: Own, netns: NetnsFacts) -> Result<Plan, Refusal> {
    let facts = Facts { own, target: TargetFacts::Netns("blue".parse().unwrap(), netns) };
    plan(&Needs::new(), &facts)
}

fn child_of(plan: Plan) -> ChildPlan {
    match plan.place.what {
        Place::Child(child) => *child,
        other => panic!("it runs elsewhere: {other:?}"),
    }
}

fn whats<T: Clone>(items: &[Because<T>]) -> Vec<T> {
    items.iter().map(|item| item.what.clone()).collect()
}

const ELSEWHERE: NamespaceId = namespace(9);

#[test]
fn the_local_target_of_an_ordinary_user_creates_nothing() {
    let facts = Facts { own: nobody(), target: TargetFacts::Local };
    let plan = plan(&Needs::from(Capability::ALL), &facts).unwrap();
    assert_eq!(plan.place.what, Place::InProcess);
}

#[test]
fn root_and_anybody_with_a_capability_run_checks_in_a_child_that_drops_the_rest() {
    for own in [root(), own(0, CapabilitySet::empty()), own(1000, CapabilitySet::NET_RAW)] {
        let facts = Facts { own, target: TargetFacts::Local };
        let child = child_of(plan(&Needs::new(), &facts).unwrap());
        assert_eq!(child.joins, []);
        assert_eq!(child.keeps, []);
        assert_eq!(child.enters_with, []);
        assert_eq!(child.root.what, RootOf::Own);
    }
}

#[test]
fn only_what_granted_checks_need_is_kept() {
    use Capability::{Connect, Files, NetworkState, Processes, Resolver, Sockets};
    use LinuxCapability::{DacReadSearch, SysPtrace};
    let keeps = |needs: &[Capability]| {
        let facts = Facts { own: root(), target: TargetFacts::Local };
        whats(&child_of(plan(&needs.iter().copied().collect(), &facts).unwrap()).keeps)
    };
    assert_eq!(keeps(&[Connect, NetworkState, Resolver, Sockets]), []);
    assert_eq!(keeps(&[Files]), [DacReadSearch]);
    assert_eq!(keeps(&[Processes]), [DacReadSearch, SysPtrace]);
}

#[test]
fn what_is_needed_and_not_there_is_told_and_not_kept() {
    let facts = Facts { own: own(1000, CapabilitySet::DAC_READ_SEARCH), target: TargetFacts::Local };
    let child = child_of(plan(&Needs::from([Capability::Processes]), &facts).unwrap());
    assert_eq!(whats(&child.keeps), [LinuxCapability::DacReadSearch]);
    assert_eq!(whats(&child.lacks), [LinuxCapability::SysPtrace]);
}

#[test]
fn files_beyond_the_systems_are_in_reach_for_a_check_that_was_granted_files_alone() {
    for (needs, reach) in [(Needs::from([Capability::Files]), FileReach::Root), (Needs::new(), FileReach::System)] {
        let facts = Facts { own: root(), target: TargetFacts::Local };
        assert_eq!(child_of(plan(&needs, &facts).unwrap()).files.what, reach);
    }
}

#[test]
fn landlock_does_not_stand_where_processes_are_looked_into() {
    for (needs, stands) in [(Needs::from([Capability::Processes]), false), (Needs::new(), true)] {
        let facts = Facts { own: root(), target: TargetFacts::Local };
        let fences = whats(&child_of(plan(&needs, &facts).unwrap()).fences);
        assert_eq!(fences.contains(&Fence::Landlock), stands);
        assert!(fences.contains(&Fence::Seccomp) && fences.contains(&Fence::EndsWithOperator));
    }
}

#[test]
fn root_enters_another_network_by_one_capability() {
    for standing in [Standing::Own, Standing::Beneath { owner: 1000 }, Standing::Unknown] {
        let child = child_of(plan_of(root(), process(1000, ELSEWHERE, standing, OUR_PIDS), &[]).unwrap());
        assert_eq!(whats(&child.joins), [Joined::Network]);
        assert_eq!(whats(&child.enters_with), ["CAP_SYS_ADMIN"]);
        assert_eq!(child.root.what, RootOf::Target);
    }
}

#[test]
fn the_owner_of_a_user_namespace_enters_without_a_right_and_has_every_right_there() {
    let standing = Standing::Beneath { owner: 65_534 };
    let plan = plan_of(nobody(), process(65_534, ELSEWHERE, standing, OUR_PIDS), &[Capability::Processes]);
    let child = child_of(plan.unwrap());
    assert_eq!(whats(&child.joins), [Joined::User, Joined::Network]);
    assert_eq!(child.enters_with, []);
    assert_eq!(whats(&child.keeps), [LinuxCapability::DacReadSearch, LinuxCapability::SysPtrace]);
    assert_eq!(child.lacks, []);
}

#[test]
fn a_process_in_our_own_network_takes_no_right_to_enter() {
    let child = child_of(plan_of(nobody(), process(65_534, OUR_NETWORK, Standing::Own, OUR_PIDS), &[]).unwrap());
    assert_eq!(child.joins, []);
    assert_eq!(child.enters_with, []);
    assert!(whats(&child.leaves).contains(&"network"));
}

#[test]
fn without_a_right_a_network_of_somebody_else_is_refused() {
    for standing in [Standing::Own, Standing::Beneath { owner: 1 }, Standing::Unknown] {
        let refused = plan_of(nobody(), process(65_534, ELSEWHERE, standing, OUR_PIDS), &[]);
        assert_eq!(refused, Err(Refusal::MayNotEnter { euid: 65_534 }));
    }
}

#[test]
fn the_root_of_a_user_namespace_does_not_enter_what_is_outside_of_it() {
    let refused = plan_of(root(), process(0, ELSEWHERE, Standing::Beyond, OUR_PIDS), &[]);
    assert_eq!(refused, Err(Refusal::OutsideUserNamespace));
}

#[test]
fn a_process_that_can_stop_or_read_the_agent_is_noted() {
    let notes = |uid, pids| plan_of(root(), process(uid, ELSEWHERE, Standing::Own, pids), &[]).unwrap().notes;
    assert!(notes(0, OUR_PIDS)[0].contains("could interfere"));
    assert!(notes(1000, OUR_PIDS)[0].contains("can see the agent"));
    assert_eq!(notes(0, namespace(77)), [""; 0]);
    let same = process(65_534, OUR_NETWORK, Standing::Own, OUR_PIDS);
    assert!(plan_of(nobody(), same, &[]).unwrap().notes[0].contains("the same user"));
}

#[test]
fn what_is_no_process_that_can_be_entered_is_refused_by_name() {
    let refused = |process| plan_of(nobody(), process, &[]).unwrap_err();
    let pid = pid();
    assert_eq!(refused(ProcessFacts::Gone), Refusal::NoProcess { pid });
    assert_eq!(refused(ProcessFacts::Replaced), Refusal::Replaced { pid });
    assert_eq!(refused(ProcessFacts::Zombie), Refusal::Zombie { pid });
    assert_eq!(refused(ProcessFacts::KernelThread), Refusal::KernelThread { pid });
    assert_eq!(refused(ProcessFacts::Thread { of: 7 }), Refusal::Thread { pid, of: 7 });
    assert_eq!(refused(ProcessFacts::Closed { uid: 0 }), Refusal::Closed { pid, uid: 0, euid: 65_534 });
    assert_eq!(refused(ProcessFacts::Unreadable(Errno::IO)), Refusal::Unreadable { pid, errno: Errno::IO });
}

#[test]
fn a_named_network_brings_its_own_etc() {
    let etc = PathBuf::from("/etc/netns/blue");
    let open = |etc| NetnsFacts::Open(OpenNetns { network: Network { id: ELSEWHERE, standing: Standing::Own }, etc });
    let child = child_of(netns(root(), open(Some(etc.clone()))).unwrap());
    assert_eq!(child.etc.unwrap().what, etc);
    assert_eq!(child.root.what, RootOf::Own);
    assert_eq!(child_of(netns(root(), open(None)).unwrap()).etc, None);
}

#[test]
fn a_name_without_a_network_is_refused() {
    let known: Vec<dbg_model::NetnsName> = vec!["blue2".parse().unwrap()];
    let refused = netns(root(), NetnsFacts::Missing { known: known.clone() });
    assert_eq!(refused, Err(Refusal::NoNetns { name: "blue".parse().unwrap(), known }));
    assert_eq!(netns(root(), NetnsFacts::SomethingElse), Err(Refusal::NotANetns { path: "/run/netns/blue".into() }));
    let refused = netns(nobody(), NetnsFacts::Unreadable(Errno::ACCESS));
    assert!(matches!(refused, Err(Refusal::UnreadableNetns { errno: Errno::ACCESS, .. })));
}

#[test]
fn checks_that_ask_the_cluster_alone_run_here_and_create_nothing() {
    assert!(asks_the_cluster_alone(&Needs::from([Capability::Cluster])));
    assert!(!asks_the_cluster_alone(&Needs::from([Capability::Cluster, Capability::Resolver])));
    assert!(!asks_the_cluster_alone(&Needs::new()));
    let target: Target = "ns/shop".parse().unwrap();
    let needs = Needs::from([Capability::Cluster]);
    let plan = at_operator(&target, None, &nobody(), &needs).unwrap();
    assert_eq!((&plan.target, &plan.place.what), (&target, &Place::InProcess));
    assert!(plan.notes[0].contains("nothing is created"));
    // Root's rights are dropped first, as for `local`.
    let child = child_of(at_operator(&target, None, &root(), &needs).unwrap());
    assert!(child.keeps.is_empty(), "{:?}", child.keeps);
}
