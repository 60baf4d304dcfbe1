//! Plans of containers without an engine.

use dbg_model::Architecture;

use super::*;
use crate::docker::{EngineKind, Words};

fn engine(uid: u32, limits: LimitsHold) -> EngineFacts {
    EngineFacts {
        kind: EngineKind::Docker,
        version: Words::of("20.10"),
        address: "/var/run/docker.sock".into(),
        uid: Some(uid),
        architecture: Architecture::X86_64,
        limits,
    }
}

fn name() -> EngineName {
    "web".parse().unwrap()
}

fn plan_of(what: EngineTargetFacts, needs: &[Capability]) -> Result<ContainerPlan, Refusal> {
    let target = EngineTarget { engine: engine(0, LimitsHold::All), what, asked: Asked::default() };
    let plan = of(&needs.iter().copied().collect(), &target)?;
    match plan.place.what {
        Place::Container(plan) => Ok(*plan),
        other => panic!("{other:?}"),
    }
}

fn web(joins: JoinsProcesses, network: ContainerNetwork, pids: ContainerPids) -> EngineTargetFacts {
    let running = RunningContainer { id: "0f".repeat(32), network, pids };
    EngineTargetFacts::Container(name(), joins, ContainerFacts::Running(running))
}

#[test]
fn a_containers_network_alone_takes_no_right() {
    let plan = plan_of(
        web(JoinsProcesses::No, ContainerNetwork::Some, ContainerPids::Own),
        &[Capability::Resolver, Capability::Processes],
    )
    .unwrap();
    assert_eq!(plan.network.what, NetworkOf::Container("0f".repeat(32)));
    assert_eq!((plan.pids.what, plan.user.what), (PidsOf::Own, User::Nobody));
    assert!(plan.keeps.is_empty() && plan.enters_with.is_empty() && plan.mounts.is_empty());
}

#[test]
fn its_files_are_reached_by_its_first_process_and_the_right_for_that_is_dropped() {
    let files = &[Capability::Files];
    let of = |pids| plan_of(web(JoinsProcesses::Yes, ContainerNetwork::Some, pids), files);
    let plan = of(ContainerPids::Own).unwrap();
    assert_eq!((plan.root.what.as_str(), plan.user.what), ("/proc/1/root", User::Root));
    assert_eq!(plan.enters_with[0].what, LinuxCapability::SysPtrace);
    assert_eq!(plan.keeps.iter().map(|kept| kept.what).collect::<Vec<_>>(), [LinuxCapability::DacReadSearch]);
    assert_eq!(of(ContainerPids::Host { first: 77 }).unwrap().root.what, "/proc/77/root");
    assert_eq!(of(ContainerPids::Shared), Err(Refusal::SharedProcesses { name: name() }));
    let without = plan_of(web(JoinsProcesses::No, ContainerNetwork::Some, ContainerPids::Own), files);
    assert_eq!(without, Err(Refusal::FilesNeedProcesses { name: name() }));
}

#[test]
fn a_right_that_is_kept_is_not_named_twice() {
    let needs = &[Capability::Files, Capability::Processes];
    let plan = plan_of(web(JoinsProcesses::Yes, ContainerNetwork::Some, ContainerPids::Own), needs).unwrap();
    assert!(plan.enters_with.is_empty());
    assert!(plan.options.iter().any(|option| option.what == "apparmor=unconfined"));
}

#[test]
fn a_container_that_cannot_be_looked_at_is_refused_by_its_state() {
    let refusal = |facts| plan_of(EngineTargetFacts::Container(name(), JoinsProcesses::No, facts), &[]).unwrap_err();
    let status = Words::of("exited");
    assert_eq!(refusal(ContainerFacts::Paused), Refusal::Paused { name: name() });
    assert_eq!(refusal(ContainerFacts::Restarting), Refusal::Restarting { name: name() });
    let stopped = refusal(ContainerFacts::NotRunning { status: status.clone() });
    assert_eq!(stopped, Refusal::NotRunning { name: name(), status });
    let missing = refusal(ContainerFacts::Missing { known: vec!["wob".into()] });
    assert_eq!(missing.hint().as_deref(), Some("did you mean `--target container/wob`?"));
    let alone = plan_of(web(JoinsProcesses::No, ContainerNetwork::None, ContainerPids::Own), &[]);
    assert_eq!(alone, Err(Refusal::NoNetworkInContainer { name: name() }));
}

#[test]
fn the_machine_is_seen_whole_and_a_right_follows_a_grant_alone() {
    let plan = plan_of(EngineTargetFacts::Host, &[Capability::NetworkState]).unwrap();
    assert_eq!((plan.network.what, plan.pids.what), (NetworkOf::Host, PidsOf::Host));
    assert_eq!((plan.root.what.as_str(), plan.user.what), (HOST, User::Nobody));
    assert!(plan.keeps.is_empty());
    let plan = plan_of(EngineTargetFacts::Host, &[Capability::Files]).unwrap();
    assert_eq!(plan.user.what, User::Root);
}

#[test]
fn an_engine_without_root_is_not_asked_for_limits_that_it_cannot_hold() {
    for (limits, count) in [(LimitsHold::All, 3), (LimitsHold::NoProcessor, 2), (LimitsHold::None, 0)] {
        let target =
            EngineTarget { engine: engine(1000, limits), what: EngineTargetFacts::Host, asked: Asked::default() };
        let plan = of(&Needs::new(), &target).unwrap();
        let Place::Container(container) = plan.place.what else { panic!() };
        assert_eq!(container.limits.len(), count);
        assert!(plan.notes.iter().any(|note| note.contains("without root")));
    }
}

#[test]
fn privileged_is_nothing_but_what_the_operator_asked_for() {
    let asked = Asked { image: Some("tools".parse().unwrap()), privilege: Privilege::All };
    let target = EngineTarget { engine: engine(0, LimitsHold::All), what: EngineTargetFacts::Isolated, asked };
    let plan = of(&Needs::new(), &target).unwrap();
    assert!(plan.notes.iter().any(|note| note.starts_with("privileged")), "{:?}", plan.notes);
    let Place::Container(plan) = plan.place.what else { panic!() };
    assert_eq!((plan.privilege.what, plan.user.what), (Privilege::All, User::Root));
    assert!(plan.privilege.reason.contains("--privileged") && plan.keeps.is_empty());
    assert_eq!(plan.image.what, AgentImage::Named("tools".parse().unwrap()));
    let plan = plan_of(EngineTargetFacts::Host, &[Capability::Files, Capability::Processes]).unwrap();
    assert_eq!((plan.privilege.what, plan.image.what), (Privilege::Least, AgentImage::Own));
}
