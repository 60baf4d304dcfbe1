//! A plan becomes the body of a create call. Pure: nothing is asked here.

use std::collections::BTreeMap;

use bollard::models::{
    ContainerCreateBody, HostConfig, HostConfigCgroupnsModeEnum, HostConfigLogConfig, Mount, MountBindOptions,
    MountType,
};
use dbg_agent::{Contained, ContainedRoot, LinuxCapability};
use dbg_session::AgentToken;

use super::image::AGENT;
use super::version::ApiVersion;
use crate::plan::{Because, ContainerPlan, HostNamespace, Limit, NetworkOf, PidsOf, Privilege, User};

/// The kernel's number of `nobody`, where there is no file of users.
const NOBODY: &str = "65534:65534";
/// The first version that knows namespaces of control groups, and the first that makes all mounts below a read-only one read-only.
const CGROUP_NAMESPACES: ApiVersion = ApiVersion { major: 1, minor: 41 };
const RECURSIVE_READ_ONLY: ApiVersion = ApiVersion { major: 1, minor: 44 };

/// The body for a container of this plan.
pub(crate) fn body(
    plan: &ContainerPlan,
    image: &str,
    token: &AgentToken,
    labels: &BTreeMap<String, String>,
    api: ApiVersion,
) -> ContainerCreateBody {
    ContainerCreateBody {
        image: Some(image.to_owned()),
        // Whatever an image would start: this is the agent.
        entrypoint: Some(vec![AGENT.to_owned()]),
        cmd: Some(vec!["serve".to_owned(), token.to_string(), contained(plan).to_argument()]),
        user: Some(user(plan.user.what).to_owned()),
        labels: Some(labels.iter().map(|(key, value)| (key.clone(), value.clone())).collect()),
        working_dir: Some("/".to_owned()),
        // The session runs over these; stdin is closed with the one who attached, and so ends the agent of an operator that is gone.
        attach_stdin: Some(true),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        open_stdin: Some(true),
        stdin_once: Some(true),
        tty: Some(false),
        // The agent is the first process, which no signal ends that it has no handler for.
        stop_signal: Some("SIGKILL".to_owned()),
        host_config: Some(host_config(plan, api)),
        ..ContainerCreateBody::default()
    }
}

/// What the agent is told of the container.
fn contained(plan: &ContainerPlan) -> Contained {
    Contained {
        root: ContainedRoot::Path(plan.root.what.clone()),
        keep: plan.keeps.iter().map(|kept| kept.what).collect(),
        files: plan.files.what,
        watches_processes: plan.watches_processes,
    }
}

fn host_config(plan: &ContainerPlan, api: ApiVersion) -> HostConfig {
    let has = |namespace| plan.host.iter().any(|host| host.what == namespace);
    let privileged = plan.privilege.what == Privilege::All;
    let adds: Vec<String> = rights(plan).map(|right| word(right.what).to_owned()).collect();
    let mut config = HostConfig {
        network_mode: match &plan.network.what {
            NetworkOf::Own => None,
            NetworkOf::Host => Some("host".to_owned()),
            NetworkOf::Container(id) => Some(format!("container:{id}")),
            NetworkOf::Network(id) => Some(id.clone()),
        },
        pid_mode: match &plan.pids.what {
            PidsOf::Own => None,
            PidsOf::Host => Some("host".to_owned()),
            PidsOf::Container(id) => Some(format!("container:{id}")),
        },
        ipc_mode: has(HostNamespace::Ipc).then(|| "host".to_owned()),
        userns_mode: has(HostNamespace::User).then(|| "host".to_owned()),
        cgroupns_mode: (has(HostNamespace::Cgroup) && api >= CGROUP_NAMESPACES)
            .then_some(HostConfigCgroupnsModeEnum::HOST),
        mounts: Some(plan.mounts.iter().map(|mount| bind(mount.what.source, mount.what.target, api)).collect()),
        cap_drop: (!privileged).then(|| vec!["ALL".to_owned()]),
        cap_add: (!privileged).then_some(adds),
        security_opt: Some(plan.options.iter().map(|option| option.what.to_owned()).collect()),
        readonly_rootfs: Some(true),
        privileged: Some(privileged),
        auto_remove: Some(true),
        // What is printed would go to the engine's log, and on to the site's store of logs.
        log_config: Some(HostConfigLogConfig { typ: Some("none".to_owned()), config: None }),
        ..HostConfig::default()
    };
    for limit in &plan.limits {
        match limit.what {
            Limit::Memory(bytes) => (config.memory, config.memory_swap) = (Some(bytes), Some(bytes)),
            Limit::Processes(count) => config.pids_limit = Some(count),
            Limit::Processor(billionths) => config.nano_cpus = Some(billionths),
        }
    }
    config
}

/// Each capability of the container once.
fn rights(plan: &ContainerPlan) -> impl Iterator<Item = &Because<LinuxCapability>> {
    plan.keeps.iter().chain(&plan.enters_with)
}

fn bind(source: &str, target: &str, api: ApiVersion) -> Mount {
    Mount {
        typ: Some(MountType::BIND),
        source: Some(source.to_owned()),
        target: Some(target.to_owned()),
        read_only: Some(true),
        // No propagation is asked for: an engine refuses what the machine's `/` does not have, and knows which it has. And no options at all
        // where there is nothing to say: Podman 4.3 takes them, whatever is in them, to mean this one mount without those beneath.
        bind_options: (api >= RECURSIVE_READ_ONLY)
            .then(|| MountBindOptions { read_only_force_recursive: Some(true), ..MountBindOptions::default() }),
        ..Mount::default()
    }
}

pub(super) fn user(user: User) -> &'static str {
    match user {
        User::Nobody => NOBODY,
        User::Root => "0:0",
    }
}

/// Engines take the names of man 7 capabilities without their beginning.
fn word(capability: LinuxCapability) -> &'static str {
    match capability {
        LinuxCapability::DacReadSearch => "DAC_READ_SEARCH",
        LinuxCapability::SysPtrace => "SYS_PTRACE",
        LinuxCapability::NetAdmin => "NET_ADMIN",
    }
}

#[cfg(test)]
mod tests {
    use dbg_model::{Architecture, Capability, RunId};
    use dbg_session::RunKey;

    use super::*;
    use crate::docker::{Asked, EngineFacts, EngineKind, EngineTarget, EngineTargetFacts, LimitsHold, Words};
    use crate::plan::{Needs, Place, of_engine};

    fn facts() -> EngineFacts {
        EngineFacts {
            kind: EngineKind::Docker,
            version: Words::of("20.10"),
            address: "/var/run/docker.sock".into(),
            uid: Some(0),
            architecture: Architecture::X86_64,
            limits: LimitsHold::All,
        }
    }

    fn body_of(what: EngineTargetFacts, needs: &[Capability], api: ApiVersion) -> ContainerCreateBody {
        let target = EngineTarget { engine: facts(), what, asked: Asked::default() };
        let plan = of_engine(&needs.iter().copied().collect::<Needs>(), &target).unwrap();
        let Place::Container(plan) = plan.place.what else { panic!() };
        let token = RunKey::generate(RunId::from_random([1; 8])).unwrap().public();
        body(&plan, "sha256:1", &token, &BTreeMap::from([("dbg.run/id".into(), "x".into())]), api)
    }

    fn host_of(what: EngineTargetFacts, needs: &[Capability]) -> HostConfig {
        body_of(what, needs, ApiVersion::NEWEST).host_config.unwrap()
    }

    #[test]
    fn every_container_is_read_only_without_rights_logs_or_a_life_of_its_own() {
        for (what, needs) in [
            (EngineTargetFacts::Isolated, &[][..]),
            (EngineTargetFacts::Host, &[Capability::Files, Capability::Processes]),
        ] {
            let host = host_of(what, needs);
            assert_eq!(host.cap_drop, Some(vec!["ALL".to_owned()]));
            assert_eq!(
                (host.readonly_rootfs, host.privileged, host.auto_remove),
                (Some(true), Some(false), Some(true))
            );
            assert_eq!(host.log_config.unwrap().typ.as_deref(), Some("none"));
            assert!(host.security_opt.unwrap().contains(&"no-new-privileges".to_owned()));
            assert!(host.memory.is_some() && host.memory == host.memory_swap && host.pids_limit.is_some());
        }
    }

    #[test]
    fn an_isolated_container_is_nobodys_and_has_no_right_and_no_file() {
        let body = body_of(EngineTargetFacts::Isolated, &[Capability::Processes], ApiVersion::NEWEST);
        let host = body.host_config.unwrap();
        assert_eq!(body.user.as_deref(), Some(NOBODY));
        assert_eq!((host.cap_add, host.mounts), (Some(Vec::new()), Some(Vec::new())));
        assert_eq!((host.network_mode, host.pid_mode, host.ipc_mode), (None, None, None));
    }

    #[test]
    fn the_machines_files_are_mounted_read_only_and_never_given_another_label() {
        let host = host_of(EngineTargetFacts::Host, &[Capability::Files]);
        let [mount] = &host.mounts.unwrap()[..] else { panic!() };
        assert_eq!((mount.source.as_deref(), mount.target.as_deref()), (Some("/"), Some("/host")));
        assert_eq!(mount.read_only, Some(true));
        assert_eq!(mount.bind_options.as_ref().unwrap().read_only_force_recursive, Some(true));
        // A bind in the short form could carry `:z` or `:Z`, which changes the label of every file of the machine.
        assert_eq!((host.binds, host.volumes_from), (None, None));
        assert!(host.security_opt.unwrap().contains(&"label=disable".to_owned()));
    }

    #[test]
    fn rights_follow_the_grants() {
        let adds = |needs: &[Capability]| host_of(EngineTargetFacts::Host, needs).cap_add.unwrap();
        assert_eq!(adds(&[Capability::Resolver, Capability::Sockets]), [""; 0]);
        assert_eq!(adds(&[Capability::Files]), ["DAC_READ_SEARCH"]);
        assert_eq!(adds(&[Capability::Processes]), ["DAC_READ_SEARCH", "SYS_PTRACE"]);
    }

    #[test]
    fn an_older_engine_is_asked_for_nothing_that_it_does_not_know() {
        let old = body_of(EngineTargetFacts::Host, &[], ApiVersion::OLDEST).host_config.unwrap();
        assert_eq!(old.cgroupns_mode, None);
        assert_eq!(old.mounts.unwrap()[0].bind_options, None);
    }
    #[test]
    fn a_privileged_container_is_one_in_every_word_and_still_read_only_without_logs() {
        let asked = Asked { image: None, privilege: Privilege::All };
        let target = EngineTarget { engine: facts(), what: EngineTargetFacts::Isolated, asked };
        let plan = of_engine(&Needs::new(), &target).unwrap();
        let Place::Container(plan) = plan.place.what else { panic!() };
        let host = host_config(&plan, ApiVersion::NEWEST);
        assert_eq!((host.privileged, host.cap_drop, host.cap_add), (Some(true), None, None));
        assert_eq!((host.readonly_rootfs, host.auto_remove), (Some(true), Some(true)));
        assert_eq!(host.log_config.unwrap().typ.as_deref(), Some("none"));
    }
}
