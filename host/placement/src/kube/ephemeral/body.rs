//! What is added to a pod. Pure: nothing is asked here.

use std::time::Duration;

use dbg_agent::{Contained, ContainedRoot, Sought, SoughtNetwork};
use dbg_session::AgentToken;
use k8s_openapi::api::core::v1::{Capabilities, EphemeralContainer, SeccompProfile, SecurityContext};
use serde_json::{Value, json};

use super::shell;
use crate::docker::AGENT;
use crate::kube::spec::{NOBODY, privileged, word};
use crate::plan::{InsideImage, InsidePlan, InsideUser, Privilege};

/// The patch that adds the container of a plan; lists are merged by name.
pub(super) fn patch(plan: &InsidePlan, name: &str, shell: &str, lasting: Duration) -> Value {
    json!({ "spec": { "ephemeralContainers": [container(plan, name, shell, lasting)] } })
}

fn container(plan: &InsidePlan, name: &str, shell: &str, lasting: Duration) -> EphemeralContainer {
    EphemeralContainer {
        name: name.to_owned(),
        image: Some(image(plan).to_owned()),
        image_pull_policy: Some("IfNotPresent".to_owned()),
        command: Some(command(plan, shell, lasting)),
        working_dir: Some("/".to_owned()),
        security_context: Some(security(plan)),
        target_container_name: target(plan).map(str::to_owned),
        ..EphemeralContainer::default()
    }
}

pub(super) fn image(plan: &InsidePlan) -> &str {
    match &plan.image.what {
        InsideImage::Agent(reference) | InsideImage::Own(reference) | InsideImage::Tools(reference) => reference,
    }
}

/// The container whose processes it shares.
pub(super) fn target(plan: &InsidePlan) -> Option<&str> {
    plan.shares.as_ref().map(|_| plan.container.what.as_str())
}

/// What waits; how long is the last word.
pub(super) fn command(plan: &InsidePlan, shell: &str, lasting: Duration) -> Vec<String> {
    let mut words = match &plan.image.what {
        InsideImage::Agent(_) => vec![AGENT.to_owned(), "park".to_owned()],
        InsideImage::Own(_) | InsideImage::Tools(_) => shell::park(shell),
    };
    words.push(lasting.as_secs().max(1).to_string());
    words
}

pub(super) fn security(plan: &InsidePlan) -> SecurityContext {
    if plan.shell.as_ref().is_some_and(|shell| shell.power == Privilege::All) {
        return privileged();
    }
    let kept = plan.keeps.iter().map(|right| word(right.what));
    let adds: Vec<String> = kept.chain(plan.enters_with.iter().map(|right| right.what)).map(str::to_owned).collect();
    let (user, group, non_root) = match &plan.user.what {
        InsideUser::Nobody => (Some(NOBODY), Some(NOBODY), Some(true)),
        InsideUser::Root => (Some(0), Some(0), Some(false)),
        InsideUser::Same(runs_as) => (runs_as.user, runs_as.group, runs_as.non_root),
    };
    // An image that is not ours is written to: the agent has to lie somewhere.
    let is_written = !matches!(plan.image.what, InsideImage::Agent(_));
    SecurityContext {
        allow_privilege_escalation: Some(false),
        privileged: Some(false),
        read_only_root_filesystem: Some(!is_written),
        run_as_non_root: non_root,
        run_as_user: user,
        run_as_group: group,
        capabilities: Some(Capabilities {
            drop: Some(vec!["ALL".to_owned()]),
            add: Some(adds).filter(|adds| !adds.is_empty()),
        }),
        seccomp_profile: Some(SeccompProfile { type_: "RuntimeDefault".to_owned(), ..SeccompProfile::default() }),
        ..SecurityContext::default()
    }
}

/// The command that a session's agent is started by where it is in the image.
pub(super) fn serve(plan: &InsidePlan, token: &AgentToken) -> Vec<String> {
    [AGENT.to_owned()].into_iter().chain(words(plan, token)).collect()
}

/// What the agent is started with.
pub(super) fn words(plan: &InsidePlan, token: &AgentToken) -> Vec<String> {
    if let Some(shell) = &plan.shell {
        return vec!["shell".to_owned(), token.to_string(), shell.place.to_argument()];
    }
    let root = match &plan.shares {
        Some(shared) => ContainedRoot::Container(Sought { id: shared.what.to_string(), network: SoughtNetwork::Own }),
        None => ContainedRoot::Path("/".to_owned()),
    };
    let place = Contained {
        root,
        keep: plan.keeps.iter().map(|kept| kept.what).collect(),
        files: plan.files.what,
        watches_processes: plan.watches_processes,
    };
    vec!["serve".to_owned(), token.to_string(), place.to_argument()]
}

#[cfg(test)]
pub(super) mod tests {
    use dbg_agent::{FileReach, LinuxCapability, WatchesProcesses};
    use dbg_model::{Architecture, ContainerId};

    use super::*;
    use crate::docker::Words;
    use crate::kube::{ClusterFacts, Parked, RunsAs};
    use crate::plan::Because;

    pub(in super::super) fn plan(image: InsideImage, user: InsideUser) -> InsidePlan {
        let because = |what| Because::new(what, "a test");
        InsidePlan {
            cluster: ClusterFacts {
                context: Words::of("shop"),
                server: Words::of("https://10.0.0.1"),
                namespace: "shop".into(),
                namespace_reason: "a test",
                notes: Vec::new(),
            },
            pod: "shop/cart".parse().unwrap(),
            namespace: "shop".into(),
            node: None,
            architecture: Architecture::X86_64,
            container: because("app".to_owned()),
            shares: None,
            image: Because::new(image, "a test"),
            user: Because::new(user, "a test"),
            keeps: Vec::new(),
            enters_with: Vec::new(),
            files: Because::new(FileReach::System, "a test"),
            watches_processes: WatchesProcesses::No,
            fences: Vec::new(),
            keep: Duration::from_secs(600),
            parked: Parked::default(),
            shell: None,
        }
    }

    fn body(plan: &InsidePlan) -> Value {
        patch(plan, "dbg-1-0", "/bin/sh", Duration::from_secs(70))["spec"]["ephemeralContainers"][0].clone()
    }

    #[test]
    fn a_container_that_is_added_has_nothing_that_no_check_was_granted() {
        let body = body(&plan(InsideImage::Agent("dbg:1".into()), InsideUser::Nobody));
        assert_eq!(body["command"], json!(["/dbg-agent", "park", "70"]));
        for absent in ["targetContainerName", "stdin", "tty", "volumeMounts", "env", "resources"] {
            assert!(body.get(absent).is_none(), "{absent}: {body}");
        }
        let security = &body["securityContext"];
        assert_eq!(security["capabilities"], json!({ "drop": ["ALL"] }));
        assert_eq!(
            (&security["runAsNonRoot"], &security["readOnlyRootFilesystem"], &security["allowPrivilegeEscalation"]),
            (&json!(true), &json!(true), &json!(false))
        );
    }

    #[test]
    fn who_shares_processes_names_the_container_and_has_the_rights_of_the_plan() {
        let mut plan = plan(InsideImage::Agent("dbg:1".into()), InsideUser::Root);
        plan.shares = Some(Because::new(ContainerId::new(&"0f".repeat(32)).unwrap(), "a test"));
        plan.keeps = vec![Because::new(LinuxCapability::DacReadSearch, "a test")];
        plan.enters_with = vec![Because::new("SYS_PTRACE", "a test")];
        let body = body(&plan);
        assert_eq!(body["targetContainerName"], "app");
        assert_eq!(body["securityContext"]["capabilities"]["add"], json!(["DAC_READ_SEARCH", "SYS_PTRACE"]));
    }

    #[test]
    fn the_containers_own_image_runs_as_its_own_user_and_its_shell_waits() {
        let runs_as = RunsAs { user: Some(1000), non_root: Some(true), ..RunsAs::default() };
        let body = body(&plan(InsideImage::Own("cart:1".into()), InsideUser::Same(runs_as)));
        assert_eq!((&body["image"], &body["command"][0]), (&json!("cart:1"), &json!("/bin/sh")));
        let security = &body["securityContext"];
        assert_eq!((&security["runAsUser"], &security["runAsNonRoot"]), (&json!(1000), &json!(true)));
        assert!(security.get("runAsGroup").is_none() && security["readOnlyRootFilesystem"] == false);
    }
}
