//! What a shell's container is made with, by target, image and profile.

use dbg_model::{Architecture, EngineName, JoinsProcesses};

use super::*;
use crate::docker::{
    Asked, ContainerFacts, ContainerNetwork, ContainerPids, EngineFacts, EngineKind, EngineTarget, EngineTargetFacts,
    LimitsHold, RunningContainer, Words,
};
use crate::plan::of_engine;

fn shell(target: &str, image: Option<&str>, profile: Profile) -> ShellContainer {
    let wish = ShellWish { target: target.parse().unwrap(), image: image.map(|image| image.parse().unwrap()), profile };
    let (target, needs) = planned_for(&wish);
    let what = match target {
        Target::Host => EngineTargetFacts::Host,
        Target::Container(name, joins) => EngineTargetFacts::Container(name, joins, running()),
        _ => EngineTargetFacts::Isolated,
    };
    let engine = EngineFacts {
        kind: EngineKind::Docker,
        version: Words::of("20.10"),
        address: "/var/run/docker.sock".into(),
        uid: Some(0),
        architecture: Architecture::X86_64,
        limits: LimitsHold::All,
    };
    let plan = of_engine(&needs, &EngineTarget { engine, what, asked: Asked::default() }).unwrap();
    let Place::Container(plan) = plan.place.what else { panic!() };
    of_container(&wish, &plan)
}

fn running() -> ContainerFacts {
    let (network, pids) = (ContainerNetwork::Some, ContainerPids::Own);
    ContainerFacts::Running(RunningContainer { id: "0f".repeat(32), network, pids })
}

#[test]
fn an_images_program_has_the_rights_of_its_profile_and_no_other() {
    let rights = |profile| shell("isolated", Some("shop"), profile).rights;
    assert_eq!(rights(Profile::Restricted), [""; 0]);
    assert!(rights(Profile::General).contains(&"SYS_PTRACE") && !rights(Profile::Baseline).contains(&"SYS_PTRACE"));
    assert!(rights(Profile::Netadmin).contains(&"NET_ADMIN"));
    assert_eq!(shell("isolated", Some("shop"), Profile::Restricted).user, User::Nobody);
}

#[test]
fn getting_into_another_root_takes_rights_that_the_program_does_not_keep() {
    let shell = shell("container/web", None, Profile::Restricted);
    assert_eq!(shell.place.root, ShellRoot::Path("/proc/1/root".to_owned()));
    assert_eq!((shell.place.keep, shell.place.user), (0, ShellUser::Nobody));
    assert_eq!(shell.rights, ENTERING);
    assert_eq!(shell.place.environment, Environment::Process(1));
    assert!(shell.options.contains(&"apparmor=unconfined"));
}

#[test]
fn only_sysadmin_is_privileged_and_may_gain_rights() {
    for profile in Profile::ALL {
        for target in ["isolated", "host", "container/web"] {
            let shell = shell(target, None, profile);
            let is_wide = profile == Profile::Sysadmin;
            assert_eq!(shell.power == Privilege::All, is_wide, "{target} {profile}");
            assert_eq!(shell.place.gains == Gains::Rights, is_wide, "{target} {profile}");
            assert!(shell.options.contains(&"no-new-privileges"), "{target} {profile}");
        }
    }
}

#[test]
fn the_machines_own_shell_is_beneath_host_and_an_image_sees_it_there() {
    let own = shell("host", None, Profile::General);
    assert_eq!(own.place.root, ShellRoot::Path("/host".to_owned()));
    let image = shell("host", Some("shop"), Profile::General);
    assert_eq!((image.place.root, image.variables), (ShellRoot::Own, vec!["HOST=/host".to_owned()]));
}

#[test]
fn an_image_in_a_containers_network_joins_its_processes_only_when_asked() {
    let wish = |pid| ShellWish {
        target: Target::Container("web".parse::<EngineName>().unwrap(), pid),
        image: Some("shop".parse().unwrap()),
        profile: Profile::General,
    };
    assert_eq!(planned_for(&wish(JoinsProcesses::No)).0, wish(JoinsProcesses::No).target);
    assert_eq!(planned_for(&wish(JoinsProcesses::Yes)).0, wish(JoinsProcesses::Yes).target);
    let without = ShellWish { image: None, ..wish(JoinsProcesses::No) };
    assert_eq!(planned_for(&without).0, wish(JoinsProcesses::Yes).target);
}

#[test]
fn a_root_of_a_process_names_it() {
    assert_eq!(first_of("/proc/77/root"), Some(77));
    assert_eq!(first_of("/host"), None);
}
