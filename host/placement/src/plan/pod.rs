//! The plan of an agent in a pod of its own.

use std::collections::BTreeSet;

use dbg_agent::{FileReach, LinuxCapability, ShellPlace, WatchesProcesses};
use dbg_model::{Architecture, Capability, ContainerId, Fence, PodTarget, Target};

use super::container::{BindMount, Limit, Privilege, User};
use super::inside;
use super::rights::{self, wanted};
use super::{Because, Needs, Place, Plan};
use crate::Refusal;
use crate::docker::Words;
use crate::kube::{
    Borrowed, Bound, Cleanup, ClusterFacts, ClusterTarget, ImageFacts, Lender, NodeFacts, PodFacts, Room, SeenNode, Via,
};

/// What a pod is created with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodPlan {
    /// The cluster that it is created in.
    pub cluster: ClusterFacts,
    /// The namespace that it is created in.
    pub namespace: Because<String>,
    /// The node that it is for, where it matters.
    pub node: Option<Because<String>>,
    /// What its node runs on.
    pub architecture: Architecture,
    /// Of which image, and how the agent gets into it.
    pub image: Because<PodImage>,
    /// Where the agent's own image was found on the node: what is borrowed when it is not there any more.
    pub otherwise: Vec<Borrowed>,
    /// Namespaces of the node that it has.
    pub joins: Vec<Because<NodeNamespace>>,
    /// Namespaces that are its own.
    pub leaves: Vec<Because<NodeNamespace>>,
    /// What of the node is mounted.
    pub mounts: Vec<Because<BindMount>>,
    /// Who the agent is in it.
    pub user: Because<User>,
    /// Linux capabilities that the agent keeps while checks run.
    pub keeps: Vec<Because<LinuxCapability>>,
    /// The container of another pod of that node which it enters.
    pub enters: Option<Because<EnteredContainer>>,
    /// Linux capabilities that it needs for that, and then drops, without their beginning.
    pub enters_with: Vec<Because<&'static str>>,
    /// Beneath which directory of the container the files of the checks are.
    pub root: Because<String>,
    /// What of the file system stays in reach.
    pub files: Because<FileReach>,
    /// Whether other processes' sockets are looked at.
    pub watches_processes: WatchesProcesses,
    /// What loosens or tightens what keeps it in.
    pub options: Vec<Because<PodOption>>,
    /// What it may take.
    pub limits: Vec<Because<Limit>>,
    /// Who removes what a killed run has left.
    pub cleanup: Cleanup,
    /// What its node keeps free for it.
    pub requests: Vec<Limit>,
    /// What is to keep the agent in.
    pub fences: Vec<Because<Fence>>,
    /// What makes a program's of it.
    pub shell: Option<Box<PodShell>>,
}

/// What makes a program's of a pod that is planned for checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodShell {
    /// What its agent is told.
    pub place: ShellPlace,
    /// Whether it is kept in at all.
    pub power: Privilege,
}

/// A container of a pod that is entered from its node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnteredContainer {
    /// The pod.
    pub pod: PodTarget,
    /// The container's name; raw.
    pub name: String,
    /// Its id, by which its processes are found.
    pub id: ContainerId,
}

/// Of which image a pod is, and how the agent gets into it. Raw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PodImage {
    /// The agent is in it.
    Agent(String),
    /// It is somebody else's, the first of these that works; the agent is sent.
    Borrowed(Vec<Borrowed>),
}

/// A namespace that a node and a pod may have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NodeNamespace {
    /// Interfaces, routes, sockets.
    Network,
    /// Processes.
    Processes,
}

/// What loosens or tightens what keeps a container in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PodOption {
    /// No token of a service account is in it.
    NoToken,
    /// Its root is read-only.
    ReadOnlyRoot,
    /// No program in it gains a right.
    NoEscalation,
    /// Every capability that is not kept is dropped before it starts.
    DropsAll,
    /// The runtime's filter of system calls.
    Seccomp,
    /// No profile of AppArmor.
    NoAppArmor,
    /// The type of SELinux that may see what is outside.
    SuperPrivilegedType,
    /// Every taint of the node is tolerated.
    ToleratesAll,
}

/// Where the node's files are in the container.
const HOST: &str = "/host";
/// Two checks of the largest limit, and the agent.
const MEMORY: i64 = 1280 << 20;
/// One whole processor.
const PROCESSOR: i64 = 1_000_000_000;
/// It waits, most of the time: a full node still has room for this.
const KEPT_FREE: (i64, i64) = (64 << 20, 10_000_000);
/// With less of memory, which holds the agent's files as well, or of a processor, no check comes to its end.
const FLOOR: (i64, i64) = (128 << 20, 50_000_000);

pub(super) fn of(needs: &Needs, target: &ClusterTarget) -> Result<Plan, Refusal> {
    if let (Some(facts), Via::Pod) = (&target.pod, target.via) {
        return inside::of(needs, target, facts);
    }
    let ClusterTarget { cluster, target, pod, node, images, room, cleanup, .. } = target;
    let entered = pod.as_ref().map(|facts| entered(target, facts)).transpose()?;
    let seen = reachable(cluster, node)?;
    let mut plan = ordinary(needs, cluster, target, node, image(cluster, images, seen)?)?;
    if images.named.is_none() && images.own.is_some() {
        plan.otherwise.clone_from(&images.borrowed);
    }
    fit(&mut plan, room)?;
    plan.cleanup = *cleanup;
    let mut notes = cluster.notes.clone();
    if let Some(PodFacts::There(pod)) = pod {
        notes.extend(inside::stands_for(target, pod));
    }
    match entered {
        Some(entered) => into_pod(needs, &mut plan, entered),
        None if matches!(target, Target::Node(_)) => on_node(needs, &mut plan),
        None => {}
    }
    if let Some(seen) = seen.filter(|seen| !seen.repels.is_empty()) {
        let why: Vec<&str> = seen.repels.iter().map(Words::as_str).collect();
        notes.push(format!("ordinary pods are kept from the node `{}`: {}", seen.name, why.join(", ")));
    }
    if let NodeFacts::Unknown { name, reason } = node {
        notes.push(format!("whether the node `{name}` is ready is unknown: {reason}"));
    }
    let stands_for = plan.enters.as_ref().map(|entered| entered.what.pod.clone());
    let reason = "a pod stands where the target is, and this process need not";
    Ok(Plan { target: target.clone(), stands_for, place: Because::new(Place::Pod(Box::new(plan)), reason), notes })
}

/// The node, if it is known and an agent can run on it.
pub(super) fn reachable<'facts>(
    cluster: &ClusterFacts,
    node: &'facts NodeFacts,
) -> Result<Option<&'facts SeenNode>, Refusal> {
    let seen = match node {
        NodeFacts::Any | NodeFacts::Unknown { .. } => return Ok(None),
        NodeFacts::Missing { known } => {
            return Err(Refusal::NoNode { context: cluster.context.clone(), known: known.clone() });
        }
        NodeFacts::There(seen) => seen,
    };
    let name = seen.name.clone();
    if seen.is_virtual {
        return Err(Refusal::VirtualNode { name });
    }
    if let Some(reason) = &seen.not_ready {
        return Err(Refusal::NodeNotReady { name, reason: reason.clone() });
    }
    if seen.architecture.is_none() || seen.system.as_str() != "linux" {
        let runs = Words::of(&format!("{} on {}", seen.system, seen.architecture_word));
        return Err(Refusal::NodeOfOtherKind { name, runs });
    }
    Ok(Some(seen))
}

fn image(cluster: &ClusterFacts, images: &ImageFacts, node: Option<&SeenNode>) -> Result<Because<PodImage>, Refusal> {
    if let Some(named) = &images.named {
        return Ok(Because::new(PodImage::Agent(named.clone()), "`--image` names it, and the agent is in it"));
    }
    if let Some(own) = &images.own {
        return Ok(Because::new(PodImage::Agent(own.clone()), "the node has the agent's own image: nothing is pulled"));
    }
    let Some(first) = images.borrowed.first() else {
        return Err(Refusal::NoNodeImage {
            context: cluster.context.clone(),
            node: node.map(|node| node.name.clone()),
        });
    };
    let whose = match &first.lender {
        Lender::Pod(name) => format!("the pod {} runs of it", Words::of(name)),
        Lender::Pause => "it holds the namespaces of every pod".to_owned(),
    };
    let reason = format!(
        "no image of dbg is known to be there, so this one is borrowed, which is on the node already ({whose}); nothing of it is started, and the agent is sent over the session's stream"
    );
    Ok(Because::new(PodImage::Borrowed(images.borrowed.clone()), reason))
}

/// One that has nothing: no right, no file, no process of anybody else.
fn ordinary(
    needs: &Needs,
    cluster: &ClusterFacts,
    target: &Target,
    node: &NodeFacts,
    image: Because<PodImage>,
) -> Result<PodPlan, Refusal> {
    let namespace = match target {
        Target::Namespace(name) => Because::new(name.to_string(), "it is the target"),
        _ => Because::new(cluster.namespace.clone(), cluster.namespace_reason),
    };
    let (node, architecture) = match node {
        NodeFacts::There(seen) => {
            let reason = match (target, &image.what) {
                (Target::Node(_), _) => Some("it is the target"),
                (Target::Pod(_) | Target::Workload(_), _) => Some("the pod runs on it"),
                (_, PodImage::Borrowed(_)) => Some("the borrowed image is on it"),
                (_, PodImage::Agent(_)) => None,
            };
            (reason.map(|reason| Because::new(seen.name.to_string(), reason)), seen.architecture)
        }
        NodeFacts::Unknown { name, .. } => {
            let reason = if target.is_in_pod() { "the pod runs on it" } else { "it is the target" };
            (Some(Because::new(name.to_string(), reason)), None)
        }
        NodeFacts::Any | NodeFacts::Missing { .. } => (None, None),
    };
    let watches = if needs.contains(&Capability::Processes) { WatchesProcesses::Yes } else { WatchesProcesses::No };
    let mut fences = rights::fences(watches);
    fences.retain(|fence| fence.what != Fence::EndsWithOperator && fence.what != Fence::Landlock);
    Ok(PodPlan {
        cluster: cluster.clone(),
        namespace,
        node,
        // Where nobody says, it is most likely this machine's.
        architecture: architecture.unwrap_or(Architecture::OWN),
        image,
        otherwise: Vec::new(),
        joins: Vec::new(),
        leaves: vec![
            Because::new(NodeNamespace::Network, "checks see what an ordinary pod of this namespace sees"),
            Because::new(NodeNamespace::Processes, "nobody else's processes are of interest"),
        ],
        mounts: Vec::new(),
        user: Because::new(User::Nobody, "nothing in it takes a right"),
        keeps: Vec::new(),
        enters: None,
        enters_with: Vec::new(),
        root: Because::new("/".to_owned(), "the container's own files; `hosts` and `resolv.conf` are the kubelet's"),
        files: rights::files(needs),
        watches_processes: watches,
        options: vec![
            Because::new(PodOption::NoToken, "the agent asks the cluster for nothing"),
            Because::new(PodOption::ReadOnlyRoot, "nothing in it has to be written"),
            Because::new(PodOption::NoEscalation, "no program in it would gain a right"),
            Because::new(PodOption::DropsAll, "what no check needs is not there"),
            Because::new(PodOption::Seccomp, "the runtime's filter stands around the agent's own"),
        ],
        limits: Vec::new(),
        requests: Vec::new(),
        cleanup: Cleanup::default(),
        fences,
        shell: None,
    })
}

/// What it asks for and may take, as the namespace has room for it.
fn fit(plan: &mut PodPlan, room: &Room) -> Result<(), Refusal> {
    let namespace = Words::of(&plan.namespace.what);
    let refused = |bound: Bound, what: &str, amount: String, floor: String| Refusal::PodRefused {
        namespace: namespace.clone(),
        text: Words::of(&format!("{} is {amount} of {what}, and the agent takes at least {floor}", bound.whose)),
        hint: "name a namespace with more room with `-n`",
    };
    let mib = |bytes: i64| format!("{} MiB", bytes >> 20);
    let thousandths = |billionths: i64| format!("{}m", billionths / 1_000_000);
    let reason = |narrowed: &Option<Words>, usual: &str| match narrowed {
        Some(whose) => format!("more is not in {whose}"),
        None => usual.to_owned(),
    };
    let memory = room.memory.fit(KEPT_FREE.0, MEMORY, FLOOR.0);
    let memory = memory.map_err(|bound| refused(bound.clone(), "memory", mib(bound.amount), mib(FLOOR.0)))?;
    let processor = room.processor.fit(KEPT_FREE.1, PROCESSOR, FLOOR.1);
    let processor = processor
        .map_err(|bound| refused(bound.clone(), "a processor", thousandths(bound.amount), thousandths(FLOOR.1)))?;
    plan.requests = vec![Limit::Memory(memory.request), Limit::Processor(processor.request)];
    plan.limits = vec![
        Because::new(
            Limit::Memory(memory.limit),
            reason(&memory.narrowed, "two checks of the largest size and the agent"),
        ),
        Because::new(Limit::Processor(processor.limit), reason(&processor.narrowed, "the node has its own work")),
    ];
    Ok(())
}

/// What the checks look at of a node.
fn on_node(needs: &Needs, plan: &mut PodPlan) {
    plan.leaves.clear();
    let network = [Capability::Resolver, Capability::Sockets, Capability::Connect, Capability::NetworkState];
    let words = |of: &[Capability]| {
        let granted: BTreeSet<&str> = of.iter().filter(|one| needs.contains(one)).map(|one| one.word()).collect();
        granted.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
    };
    let looks = words(&network);
    if looks.is_empty() {
        plan.leaves.push(Because::new(NodeNamespace::Network, "no check looks at the node's network"));
    } else {
        plan.joins.push(Because::new(NodeNamespace::Network, format!("{looks} look at the node's network")));
        plan.root.reason = "the container's own files; `hosts` and `resolv.conf` are the node's".to_owned();
    }
    if needs.contains(&Capability::Processes) {
        plan.joins.push(Because::new(NodeNamespace::Processes, "`processes` looks at the node's processes"));
    } else {
        plan.leaves.push(Because::new(NodeNamespace::Processes, "no check looks at the node's processes"));
    }
    if needs.contains(&Capability::Files) {
        let reason = "`files` reads the node's files";
        plan.mounts.push(Because::new(BindMount { source: "/", target: HOST }, reason));
        plan.root = Because::new(HOST.to_owned(), "the node's files are mounted there, read-only");
    }
    plan.keeps = wanted(needs);
    if !plan.keeps.is_empty() {
        plan.user = Because::new(User::Root, "the rights that are kept count for root alone; it has no other");
    }
    let looks_in = plan.keeps.iter().any(|right| right.what == LinuxCapability::SysPtrace);
    if looks_in {
        let reason = "a profile for containers would hide what other processes have open";
        plan.options.push(Because::new(PodOption::NoAppArmor, reason));
    }
    if looks_in || !plan.mounts.is_empty() {
        let reason = "SELinux would forbid a container what is outside of it; nothing is ever given another label";
        plan.options.push(Because::new(PodOption::SuperPrivilegedType, reason));
    }
    plan.options.push(Because::new(
        PodOption::ToleratesAll,
        "a node that ordinary pods are kept from is looked at all the same",
    ));
}

/// The container that is entered, where it can be.
fn entered(target: &Target, facts: &PodFacts) -> Result<EnteredContainer, Refusal> {
    let (pod, container) = inside::open(target, facts)?;
    let id = container.id.clone().ok_or_else(|| inside::not_running(pod, container))?;
    Ok(EnteredContainer { pod: pod.target.clone(), name: container.name.clone(), id })
}

/// What it takes to enter a container from its node, and what is kept of that.
fn into_pod(needs: &Needs, plan: &mut PodPlan, entered: EnteredContainer) {
    let name = Words::of(&entered.name);
    plan.leaves = vec![Because::new(NodeNamespace::Network, "the container's network is joined instead")];
    let reason = "the container's first process is found among the node's";
    plan.joins.push(Because::new(NodeNamespace::Processes, reason));
    plan.keeps = wanted(needs);
    plan.user = Because::new(User::Root, "the rights by which a container is entered count for root alone");
    let keeps_it = plan.keeps.iter().any(|right| right.what == LinuxCapability::SysPtrace);
    plan.enters_with.push(Because::new("SYS_ADMIN", "a network namespace is joined by it; it is dropped then"));
    if !keeps_it {
        let reason = "the root of another process is opened by it; it is dropped then";
        plan.enters_with.push(Because::new("SYS_PTRACE", reason));
    }
    let reason = format!(
        "the files of the container `{name}`, and its `hosts` and `resolv.conf`, are beneath the root of its first process"
    );
    plan.root = Because::new("/proc/PID/root".to_owned(), reason);
    let reason = "a profile for containers would hide other processes";
    plan.options.push(Because::new(PodOption::NoAppArmor, reason));
    let reason = "SELinux would forbid a container what is outside of it; nothing is ever given another label";
    plan.options.push(Because::new(PodOption::SuperPrivilegedType, reason));
    let reason = "a node that ordinary pods are kept from is looked at all the same";
    plan.options.push(Because::new(PodOption::ToleratesAll, reason));
    plan.enters = Some(Because::new(entered, "`--via node`: nothing is added to its pod"));
}

#[cfg(test)]
#[path = "pod/tests.rs"]
mod tests;
