//! The least privileged way that works, and why: a pure function of what the checks need and of facts.

mod container;
mod found;
mod inside;
mod network;
mod notes;
mod pod;
mod rights;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::PathBuf;

use dbg_agent::{FileReach, LinuxCapability, WatchesProcesses};
use dbg_model::{Capability, Fence, NetnsName, PodTarget, ProcessId, Target};

use crate::docker::EngineTarget;
use crate::facts::{self, Facts, NetnsFacts, Network, OpenProcess, Own, ProcessFacts, TargetFacts};
use crate::kube::{ClusterTarget, PodFacts};
use crate::{Behind, NeedsChild, Refusal};

pub use container::{AgentImage, BindMount, ContainerPlan, HostNamespace, Limit, NetworkOf, PidsOf, Privilege, User};
pub use inside::{InsideImage, InsidePlan, InsideUser};
pub use pod::{EnteredContainer, NodeNamespace, PodImage, PodOption, PodPlan, PodShell};

/// The capabilities of dbg that the selected checks were granted.
pub type Needs = BTreeSet<Capability>;

/// How a target is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The target.
    pub target: Target,
    /// The pod that the target is, or that stands for it.
    pub stands_for: Option<PodTarget>,
    /// Where the agent runs, and why there.
    pub place: Because<Place>,
    /// What a reader of the results has to know about how they came to be.
    pub notes: Vec<String>,
}

/// Where an agent is to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In this process, with what this process may do.
    InProcess,
    /// In a child of this process.
    Child(Box<ChildPlan>),
    /// In a container of the local engine.
    Container(Box<ContainerPlan>),
    /// In a pod of a cluster.
    Pod(Box<PodPlan>),
    /// In a container that is added to a pod of a cluster.
    Inside(Box<InsidePlan>),
}

/// Something of a plan, and why it is there: one sentence, lower case, no full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Because<T> {
    /// What.
    pub what: T,
    /// Why.
    pub reason: String,
}

/// What a child does before it serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildPlan {
    /// The namespaces that it joins, in this order.
    pub joins: Vec<Because<Joined>>,
    /// The namespaces of the target that it does not join.
    pub leaves: Vec<Because<&'static str>>,
    /// The Linux capabilities that this process needs to get it there.
    pub enters_with: Vec<Because<&'static str>>,
    /// Those that it keeps while checks run; every other is dropped before that.
    pub keeps: Vec<Because<LinuxCapability>>,
    /// Those that it would keep, were they there.
    pub lacks: Vec<Because<LinuxCapability>>,
    /// Whose root the files of the checks are beneath.
    pub root: Because<RootOf>,
    /// The folder whose files stand for those of `/etc`.
    pub etc: Option<Because<PathBuf>>,
    /// What of the file system stays in reach.
    pub files: Because<FileReach>,
    /// Whether other processes' sockets are looked at.
    pub watches_processes: WatchesProcesses,
    /// What is to keep it in.
    pub fences: Vec<Because<Fence>>,
    /// The container that the target is, or is in.
    pub container: Option<Behind>,
}

/// A namespace that a child joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joined {
    /// The user namespace that the network namespace belongs to.
    User,
    /// The network namespace.
    Network,
}

/// Whose root directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RootOf {
    /// This process's.
    Own,
    /// The target's.
    Target,
}

impl Plan {
    /// What the target is to its cluster: the pod, where one stands for it.
    #[must_use]
    pub fn subject(&self) -> Target {
        match (&self.target, &self.stands_for) {
            (Target::Workload(_), Some(pod)) => Target::Pod(pod.clone()),
            (target, _) => target.clone(),
        }
    }
}

impl<T> Because<T> {
    pub(crate) fn new(what: T, reason: impl Into<String>) -> Self {
        Self { what, reason: reason.into() }
    }
}

/// Whether a target is reached by a child, as far as it is known without looking at the target.
pub(crate) fn needs_child(target: &Target, own: &Own) -> NeedsChild {
    match target {
        Target::Local if !own.is_privileged() => NeedsChild::No,
        Target::Local | Target::Pid(_) | Target::Netns(_) => NeedsChild::Yes,
        // Its program is in the engine's image; that a container has no engine is known once it was looked for.
        Target::Isolated | Target::Host | Target::Container(..) | Target::Network(_) => NeedsChild::No,
        // It is in an image there, or is sent.
        Target::Node(_)
        | Target::Nodes
        | Target::Pod(_)
        | Target::Workload(_)
        | Target::Namespace(_)
        | Target::Cluster => NeedsChild::No,
    }
}

/// The plan for the target of the facts.
///
/// # Errors
/// Why it cannot be reached; nothing was created.
pub fn plan(needs: &Needs, facts: &Facts) -> Result<Plan, Refusal> {
    let Facts { own, target } = facts;
    match target {
        TargetFacts::Local => local(own, needs),
        TargetFacts::Process(pid, process) => of_process(own, needs, *pid, process),
        TargetFacts::Netns(name, netns) => of_netns(own, needs, name, netns),
        TargetFacts::Found(container) => found::of(own, needs, container),
        TargetFacts::Engine(target) => of_engine(needs, target),
        TargetFacts::Cluster(target) => of_cluster(needs, target),
    }
}

/// The plan for a target of a container engine: who runs this process matters to the engine alone.
pub(crate) fn of_engine(needs: &Needs, target: &EngineTarget) -> Result<Plan, Refusal> {
    container::of(needs, target)
}

/// The plan for a target of a cluster: who runs this process does not matter to it.
pub(crate) fn of_cluster(needs: &Needs, target: &ClusterTarget) -> Result<Plan, Refusal> {
    pod::of(needs, target)
}

/// Whether checks read the cluster's API and nothing else: then no agent has to be at the target.
pub(crate) fn asks_the_cluster_alone(needs: &Needs) -> bool {
    *needs == Needs::from([Capability::Cluster])
}

/// The plan for checks that ask the cluster alone: they run here, whatever of it the target is.
pub(crate) fn at_operator(target: &Target, pod: Option<&PodFacts>, own: &Own, needs: &Needs) -> Result<Plan, Refusal> {
    let mut plan = local(own, needs)?;
    plan.target = target.clone();
    if let Some(facts) = pod {
        plan.stands_for = Some(inside::stand_in(target, facts)?.target.clone());
        if let PodFacts::There(pod) = facts {
            plan.notes.extend(inside::stands_for(target, pod));
        }
    }
    plan.notes.push("nothing is created in the cluster: the checks read its API alone, with this user's rights".into());
    Ok(plan)
}

fn local(own: &Own, needs: &Needs) -> Result<Plan, Refusal> {
    let place = match needs_child(&Target::Local, own) {
        NeedsChild::No => Because::new(
            Place::InProcess,
            "the target is what this process sees and it has no rights to drop, so the agent runs in it",
        ),
        NeedsChild::Yes => {
            let root = Because::new(RootOf::Own, "the target is what this process sees");
            let child = child(own, needs, None, root)?;
            let reason = "this process has rights that no check needs: a child drops them before it runs one";
            Because::new(Place::Child(Box::new(child)), reason)
        }
    };
    Ok(Plan { target: Target::Local, stands_for: None, place, notes: Vec::new() })
}

/// The process, where it can be looked into.
fn open<'facts>(own: &Own, pid: ProcessId, process: &'facts ProcessFacts) -> Result<&'facts OpenProcess, Refusal> {
    Err(match *process {
        ProcessFacts::Open(ref open) => return Ok(open),
        ProcessFacts::Gone => Refusal::NoProcess { pid },
        ProcessFacts::Replaced => Refusal::Replaced { pid },
        ProcessFacts::Zombie => Refusal::Zombie { pid },
        ProcessFacts::KernelThread => Refusal::KernelThread { pid },
        ProcessFacts::Thread { of } => Refusal::Thread { pid, of },
        ProcessFacts::Closed { uid } => Refusal::Closed { pid, uid, euid: own.euid },
        ProcessFacts::Unreadable(errno) => Refusal::Unreadable { pid, errno },
    })
}

fn of_process(own: &Own, needs: &Needs, pid: ProcessId, process: &ProcessFacts) -> Result<Plan, Refusal> {
    let open = open(own, pid, process)?;
    let reason = "files, the resolver's configuration and `/proc` are read as the process sees them";
    let mut child = child(own, needs, Some(&open.network), Because::new(RootOf::Target, reason))?;
    child.container = open.container.clone();
    child.leaves.extend([
        Because::new("mount", "its files are reached beneath its root, which takes no right to mount"),
        Because::new(
            "pid",
            "its processes are read in its `/proc`, and the agent stays out of its sight where it has its own",
        ),
    ]);
    let reason = "another network and another root are a whole process's, and this one stays where it is";
    let place = Because::new(Place::Child(Box::new(child)), reason);
    Ok(Plan { target: Target::Pid(pid), stands_for: None, place, notes: notes::of_process(pid, own, open) })
}

fn of_netns(own: &Own, needs: &Needs, name: &NetnsName, netns: &NetnsFacts) -> Result<Plan, Refusal> {
    let open = match netns {
        NetnsFacts::Open(open) => open,
        NetnsFacts::Missing { known } => {
            return Err(Refusal::NoNetns { name: name.clone(), known: known.clone() });
        }
        NetnsFacts::SomethingElse => return Err(Refusal::NotANetns { path: facts::netns_path(name) }),
        NetnsFacts::Unreadable(errno) => {
            return Err(Refusal::UnreadableNetns { path: facts::netns_path(name), errno: *errno });
        }
    };
    let root = Because::new(RootOf::Own, "a network namespace has no files of its own");
    let mut child = child(own, needs, Some(&open.network), root)?;
    let reason = "its `hosts` and `resolv.conf` stand for those of `/etc`, as `ip netns exec` has it";
    child.etc = open.etc.clone().map(|folder| Because::new(folder, reason));
    let reason = "another network is a whole process's, and this one stays where it is";
    let place = Because::new(Place::Child(Box::new(child)), reason);
    Ok(Plan { target: Target::Netns(name.clone()), stands_for: None, place, notes: Vec::new() })
}

fn child(own: &Own, needs: &Needs, network: Option<&Network>, root: Because<RootOf>) -> Result<ChildPlan, Refusal> {
    let way = network.map_or(Ok(network::Way::Stay), |network| network::way(own, network))?;
    let rights = rights::rights(own, needs, way);
    let watches_processes =
        if needs.contains(&Capability::Processes) { WatchesProcesses::Yes } else { WatchesProcesses::No };
    let mut plan = ChildPlan {
        joins: Vec::new(),
        leaves: Vec::new(),
        enters_with: Vec::new(),
        keeps: rights.keeps,
        lacks: rights.lacks,
        root,
        etc: None,
        files: rights::files(needs),
        watches_processes,
        fences: rights::fences(watches_processes),
        container: None,
    };
    if network.is_some() {
        network::enter(way, own, &mut plan);
    }
    Ok(plan)
}
