//! A plan becomes the bodies of create calls. Pure: nothing is asked here.

use std::collections::BTreeMap;
use std::time::Duration;

use dbg_agent::{Contained, ContainedRoot, LinuxCapability, Sought, SoughtNetwork};
use dbg_session::AgentToken;
use k8s_openapi::ByteString;
use k8s_openapi::api::batch::v1::{Job, JobSpec};
use k8s_openapi::api::core::v1::{
    Affinity, AppArmorProfile, Capabilities, ConfigMap, ConfigMapProjection, Container, EmptyDirVolumeSource,
    HostPathVolumeSource, KeyToPath, Namespace, NodeAffinity, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm,
    Pod, PodSpec, PodTemplateSpec, ProjectedVolumeSource, ResourceRequirements, SELinuxOptions, SeccompProfile,
    SecurityContext, Toleration, Volume, VolumeMount, VolumeProjection,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};

use crate::docker::{AGENT, DEADLINE, RUN};
use crate::plan::{Because, EnteredContainer, Limit, NodeNamespace, PodOption, PodPlan, Privilege, User};

/// The one container.
pub(super) const CONTAINER: &str = "agent";
/// Nobody's number, where there is no file of users; above those that images use.
pub(super) const NOBODY: i64 = 65532;
/// Where the loader is in a borrowed image, and its name there and in the object that holds it.
const LOADER_FOLDER: &str = "/dbg-loader";
const LOADER: &str = "loader";
/// Where the agent comes to be there.
const AGENT_FOLDER: &str = "/dbg-agent";
/// Room for the agent, packed and unpacked.
const ROOM: &str = "48Mi";
/// Volumes.
const MEMORY: &str = "memory";

/// Who an object is, and whose.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    pub(super) name: String,
    /// What `Owner::labels` says: some of it fits no label.
    pub(super) owner: BTreeMap<String, String>,
}

/// The object that holds the loader, which a pod belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LoaderObject {
    pub(super) name: String,
    pub(super) uid: String,
}

/// Labels that are looked for; an owner's name and process have letters that no label may have.
fn metadata(identity: &Identity, namespace: &str) -> ObjectMeta {
    let (labels, annotations) =
        identity.owner.clone().into_iter().partition(|(key, _)| [RUN, DEADLINE].contains(&key.as_str()));
    ObjectMeta {
        name: Some(identity.name.clone()),
        namespace: Some(namespace.to_owned()),
        labels: Some(labels),
        annotations: Some(annotations),
        ..ObjectMeta::default()
    }
}

/// The object that holds the loader.
pub(super) fn loader(identity: &Identity, namespace: &str, program: &[u8]) -> ConfigMap {
    ConfigMap {
        metadata: metadata(identity, namespace),
        binary_data: Some(BTreeMap::from([(LOADER.to_owned(), ByteString(program.to_vec()))])),
        immutable: Some(true),
        ..ConfigMap::default()
    }
}

/// The pod of a plan, of this image.
pub(super) fn pod(
    plan: &PodPlan,
    identity: &Identity,
    image: &str,
    loader: Option<&LoaderObject>,
    lasting: Duration,
) -> Pod {
    let mut metadata = metadata(identity, &plan.namespace.what);
    // Meshes put a proxy beside every container; the agent has to see the network as it is.
    for (key, value) in [("sidecar.istio.io/inject", "false"), ("linkerd.io/inject", "disabled")] {
        metadata.labels.get_or_insert_default().insert(key.to_owned(), value.to_owned());
        metadata.annotations.get_or_insert_default().insert(key.to_owned(), value.to_owned());
    }
    metadata.owner_references = loader.map(|loader| {
        vec![OwnerReference {
            api_version: "v1".to_owned(),
            kind: "ConfigMap".to_owned(),
            name: loader.name.clone(),
            uid: loader.uid.clone(),
            ..OwnerReference::default()
        }]
    });
    let joins = |namespace| plan.joins.iter().any(|join| join.what == namespace);
    let on_network = joins(NodeNamespace::Network);
    let tolerates = plan.options.iter().any(|option| option.what == PodOption::ToleratesAll);
    let spec = PodSpec {
        containers: vec![container(plan, image, loader.is_some(), lasting)],
        restart_policy: Some("Never".to_owned()),
        active_deadline_seconds: Some(seconds(lasting)),
        termination_grace_period_seconds: Some(1),
        automount_service_account_token: Some(false),
        enable_service_links: Some(false),
        host_network: on_network.then_some(true),
        host_pid: joins(NodeNamespace::Processes).then_some(true),
        // The node's own resolver, not the cluster's.
        dns_policy: Some(if on_network { "Default" } else { "ClusterFirst" }.to_owned()),
        affinity: plan.node.as_ref().map(|node| on_node(&node.what)),
        tolerations: tolerates
            .then(|| vec![Toleration { operator: Some("Exists".to_owned()), ..Toleration::default() }]),
        volumes: Some(volumes(plan, loader)),
        ..PodSpec::default()
    };
    Pod { metadata, spec: Some(spec), status: None }
}

/// How long a Job that has ended stays, in seconds: whoever killed dbg may want to look at it.
const STAYS: i32 = 60;

/// A Job that makes this pod, once.
pub(super) fn job(pod: Pod) -> Job {
    let Pod { mut metadata, spec, .. } = pod;
    let deadline = spec.as_ref().and_then(|spec| spec.active_deadline_seconds);
    // It belongs to what its pod would belong to.
    let owners = metadata.owner_references.take();
    let template = ObjectMeta {
        labels: metadata.labels.clone(),
        annotations: metadata.annotations.clone(),
        ..ObjectMeta::default()
    };
    Job {
        metadata: ObjectMeta { owner_references: owners, ..metadata },
        spec: Some(JobSpec {
            template: PodTemplateSpec { metadata: Some(template), spec },
            backoff_limit: Some(0),
            completions: Some(1),
            parallelism: Some(1),
            active_deadline_seconds: deadline,
            ttl_seconds_after_finished: Some(STAYS),
            ..JobSpec::default()
        }),
        status: None,
    }
}

/// A namespace that takes such a pod, and no more than that.
pub(super) fn namespace(plan: &PodPlan) -> Namespace {
    let is_ordinary = plan.joins.is_empty() && plan.mounts.is_empty() && plan.keeps.is_empty();
    let level = if is_ordinary { "restricted" } else { "privileged" };
    let label = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let labels = BTreeMap::from([
        label("app.kubernetes.io/managed-by", "dbg"),
        label("pod-security.kubernetes.io/enforce", level),
    ]);
    let metadata =
        ObjectMeta { name: Some(plan.namespace.what.clone()), labels: Some(labels), ..ObjectMeta::default() };
    Namespace { metadata, ..Namespace::default() }
}

fn seconds(lasting: Duration) -> i64 {
    i64::try_from(lasting.as_secs()).unwrap_or(i64::MAX).max(1)
}

/// By name and not by a label, which anybody may change. The scheduler is asked, so that what the node lacks is told.
fn on_node(name: &str) -> Affinity {
    let is = NodeSelectorRequirement {
        key: "metadata.name".to_owned(),
        operator: "In".to_owned(),
        values: Some(vec![name.to_owned()]),
    };
    let term = NodeSelectorTerm { match_fields: Some(vec![is]), ..NodeSelectorTerm::default() };
    let required = Some(NodeSelector { node_selector_terms: vec![term] });
    let node =
        NodeAffinity { required_during_scheduling_ignored_during_execution: required, ..NodeAffinity::default() };
    Affinity { node_affinity: Some(node), ..Affinity::default() }
}

fn container(plan: &PodPlan, image: &str, is_borrowed: bool, lasting: Duration) -> Container {
    let program = if is_borrowed { format!("{LOADER_FOLDER}/{LOADER}") } else { AGENT.to_owned() };
    Container {
        name: CONTAINER.to_owned(),
        image: Some(image.to_owned()),
        // What was found there is there; pulling it would be another one, later.
        image_pull_policy: Some(
            if is_borrowed || !plan.otherwise.is_empty() { "Never" } else { "IfNotPresent" }.to_owned(),
        ),
        command: Some(vec![program, "park".to_owned(), seconds(lasting).to_string()]),
        working_dir: Some("/".to_owned()),
        resources: Some(resources(plan)),
        security_context: Some(security(plan)),
        volume_mounts: Some(mounts(plan, is_borrowed)),
        ..Container::default()
    }
}

/// The command that a session's agent is started by, over exec.
pub(super) fn serve(plan: &PodPlan, is_borrowed: bool, token: &AgentToken) -> Vec<String> {
    let root = match &plan.enters {
        Some(Because { what: EnteredContainer { id, .. }, .. }) => {
            ContainedRoot::Container(Sought { id: id.to_string(), network: SoughtNetwork::Joined })
        }
        None => ContainedRoot::Path(plan.root.what.clone()),
    };
    let place = Contained {
        root,
        keep: plan.keeps.iter().map(|kept| kept.what).collect(),
        files: plan.files.what,
        watches_processes: plan.watches_processes,
    };
    let mut words: Vec<String> = if is_borrowed {
        vec![format!("{LOADER_FOLDER}/{LOADER}"), "load".to_owned(), AGENT_FOLDER.to_owned()]
    } else {
        vec![AGENT.to_owned()]
    };
    words.extend(match &plan.shell {
        Some(shell) => ["shell".to_owned(), token.to_string(), shell.place.to_argument()],
        None => ["serve".to_owned(), token.to_string(), place.to_argument()],
    });
    words
}

fn resources(plan: &PodPlan) -> ResourceRequirements {
    let quantity = |key: &str, value: String| Some((key.to_owned(), Quantity(value)));
    let of = |limit: &Limit| match limit {
        Limit::Memory(bytes) => quantity("memory", bytes.to_string()),
        Limit::Processor(billionths) => quantity("cpu", format!("{}m", billionths / 1_000_000)),
        // A kubelet has one for all pods.
        Limit::Processes(_) => None,
    };
    let limits = plan.limits.iter().filter_map(|limit| of(&limit.what)).collect();
    let requests = plan.requests.iter().filter_map(of).collect();
    ResourceRequirements { limits: Some(limits), requests: Some(requests), ..ResourceRequirements::default() }
}

fn security(plan: &PodPlan) -> SecurityContext {
    let has = |option| plan.options.iter().any(|own| own.what == option);
    let kept = plan.keeps.iter().map(|kept| word(kept.what));
    let adds: Vec<String> = kept.chain(plan.enters_with.iter().map(|right| right.what)).map(str::to_owned).collect();
    let is_root = plan.user.what == User::Root;
    let user = if is_root { 0 } else { NOBODY };
    if plan.shell.as_ref().is_some_and(|shell| shell.power == Privilege::All) {
        return privileged();
    }
    SecurityContext {
        allow_privilege_escalation: Some(false),
        privileged: Some(false),
        read_only_root_filesystem: Some(true),
        run_as_non_root: Some(!is_root),
        run_as_user: Some(user),
        run_as_group: Some(user),
        capabilities: Some(Capabilities {
            drop: Some(vec!["ALL".to_owned()]),
            add: Some(adds).filter(|adds| !adds.is_empty()),
        }),
        seccomp_profile: Some(SeccompProfile { type_: "RuntimeDefault".to_owned(), ..SeccompProfile::default() }),
        app_armor_profile: has(PodOption::NoAppArmor)
            .then(|| AppArmorProfile { type_: "Unconfined".to_owned(), ..AppArmorProfile::default() }),
        se_linux_options: has(PodOption::SuperPrivilegedType)
            .then(|| SELinuxOptions { type_: Some("spc_t".to_owned()), ..SELinuxOptions::default() }),
        ..SecurityContext::default()
    }
}

/// Of what is kept in by nothing.
pub(super) fn privileged() -> SecurityContext {
    SecurityContext {
        privileged: Some(true),
        run_as_user: Some(0),
        run_as_group: Some(0),
        run_as_non_root: Some(false),
        ..SecurityContext::default()
    }
}

/// Runtimes take the names of man 7 capabilities without their beginning.
pub(super) fn word(capability: LinuxCapability) -> &'static str {
    match capability {
        LinuxCapability::DacReadSearch => "DAC_READ_SEARCH",
        LinuxCapability::SysPtrace => "SYS_PTRACE",
        LinuxCapability::NetAdmin => "NET_ADMIN",
    }
}

fn mounts(plan: &PodPlan, is_borrowed: bool) -> Vec<VolumeMount> {
    let mount = |name: String, path: &str, read_only| VolumeMount {
        name,
        mount_path: path.to_owned(),
        read_only: Some(read_only),
        // Mounts beneath it, where the runtime can.
        recursive_read_only: read_only.then(|| "IfPossible".to_owned()),
        ..VolumeMount::default()
    };
    let writes = plan.shell.as_ref().is_some_and(|shell| shell.power == Privilege::All);
    let mut mounts: Vec<VolumeMount> =
        (0..).zip(&plan.mounts).map(|(number, one)| mount(host(number), one.what.target, !writes)).collect();
    if is_borrowed {
        mounts.push(mount(LOADER.to_owned(), LOADER_FOLDER, true));
        mounts.push(mount(MEMORY.to_owned(), AGENT_FOLDER, false));
    }
    mounts
}

fn host(number: usize) -> String {
    format!("host-{number}")
}

fn volumes(plan: &PodPlan, loader: Option<&LoaderObject>) -> Vec<Volume> {
    let of_host = |(number, source): (usize, &str)| Volume {
        name: host(number),
        host_path: Some(HostPathVolumeSource { path: source.to_owned(), type_: Some("Directory".to_owned()) }),
        ..Volume::default()
    };
    let mut volumes: Vec<Volume> = plan.mounts.iter().map(|mount| mount.what.source).enumerate().map(of_host).collect();
    if let Some(loader) = loader {
        let item = KeyToPath { key: LOADER.to_owned(), path: LOADER.to_owned(), mode: Some(0o555) };
        let object = ConfigMapProjection { name: loader.name.clone(), items: Some(vec![item]), optional: Some(false) };
        // A projected volume is in memory; one of the object alone is on the node's disk.
        volumes.push(Volume {
            name: LOADER.to_owned(),
            projected: Some(ProjectedVolumeSource {
                default_mode: Some(0o555),
                sources: Some(vec![VolumeProjection { config_map: Some(object), ..VolumeProjection::default() }]),
            }),
            ..Volume::default()
        });
        volumes.push(Volume {
            name: MEMORY.to_owned(),
            empty_dir: Some(EmptyDirVolumeSource {
                medium: Some("Memory".to_owned()),
                size_limit: Some(Quantity(ROOM.to_owned())),
            }),
            ..Volume::default()
        });
    }
    volumes
}

#[cfg(test)]
#[path = "spec/tests.rs"]
mod tests;
