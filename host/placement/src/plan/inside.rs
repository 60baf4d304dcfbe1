//! The plan of an agent in a pod that is there already: in a container that is added to it. Kubernetes takes none away again, so nothing is added
//! that would not run.

use std::time::Duration;

use dbg_agent::{FileReach, LinuxCapability, WatchesProcesses};
use dbg_model::{Architecture, Capability, ContainerId, Fence, KubeName, PodTarget, Target};

use super::pod::{PodShell, reachable};
use super::rights::{self, wanted};
use super::{Because, Needs, Place, Plan};
use crate::Refusal;
use crate::docker::Words;
use crate::kube::{
    ClusterFacts, ClusterTarget, ImageFacts, NodeFacts, Parked, PodFacts, RunsAs, SeenContainer, SeenPod,
};

/// What a container in somebody's pod is made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InsidePlan {
    /// The cluster.
    pub cluster: ClusterFacts,
    /// The pod, with its namespace and the container of it that is meant.
    pub pod: PodTarget,
    /// The pod's namespace.
    pub namespace: String,
    /// Its node.
    pub node: Option<KubeName>,
    /// What that runs on.
    pub architecture: Architecture,
    /// The container that is meant.
    pub container: Because<String>,
    /// The container whose processes it has; with none it has its own.
    pub shares: Option<Because<ContainerId>>,
    /// Of which image, and how the agent gets into it.
    pub image: Because<InsideImage>,
    /// Who the agent is in it.
    pub user: Because<InsideUser>,
    /// Linux capabilities that the agent keeps while checks run.
    pub keeps: Vec<Because<LinuxCapability>>,
    /// Those that it needs to get to the container's files, and then drops, without their beginning.
    pub enters_with: Vec<Because<&'static str>>,
    /// What of the file system stays in reach.
    pub files: Because<FileReach>,
    /// Whether other processes' sockets are looked at.
    pub watches_processes: WatchesProcesses,
    /// What is to keep the agent in.
    pub fences: Vec<Because<Fence>>,
    /// How long it waits for further runs when this one is over.
    pub keep: Duration,
    /// Those of dbg's that are in the pod already.
    pub parked: Parked,
    /// What makes a program's of it.
    pub shell: Option<Box<PodShell>>,
}

/// Of which image a container in somebody's pod is, and how the agent gets into it. Raw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InsideImage {
    /// The agent is in it.
    Agent(String),
    /// It is that of the container itself, whose shell takes the agent in.
    Own(String),
    /// It is the operator's, with a shell that takes the agent in.
    Tools(String),
}

/// Who the agent is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InsideUser {
    /// Nobody of any image.
    Nobody,
    /// Root.
    Root,
    /// Whoever the container's own processes are.
    Same(RunsAs),
}

pub(super) fn of(needs: &Needs, target: &ClusterTarget, facts: &PodFacts) -> Result<Plan, Refusal> {
    let (pod, container) = open(&target.target, facts)?;
    let ClusterTarget { cluster, target, node, images, keep, .. } = target;
    let seen = reachable(cluster, node)?;
    let shares = shared(needs, pod, container)?;
    let image = image(images, pod, container)?;
    let rights = rights_of(needs, container, shares.is_some(), &image.what);
    let watches = if needs.contains(&Capability::Processes) { WatchesProcesses::Yes } else { WatchesProcesses::No };
    let mut fences = rights::fences(watches);
    fences.retain(|fence| fence.what != Fence::EndsWithOperator && fence.what != Fence::Landlock);
    let plan = InsidePlan {
        cluster: cluster.clone(),
        pod: pod.target.clone(),
        namespace: namespace(pod),
        node: pod.node.clone(),
        architecture: seen.and_then(|seen| seen.architecture).unwrap_or(Architecture::OWN),
        container: Because::new(container.name.clone(), why_meant(pod)),
        shares,
        image,
        user: rights.user,
        keeps: rights.keeps,
        enters_with: rights.enters_with,
        files: rights::files(needs),
        watches_processes: watches,
        fences,
        keep: *keep,
        parked: pod.parked,
        shell: None,
    };
    let mut notes = cluster.notes.clone();
    notes.extend(stands_for(target, pod));
    if let NodeFacts::Unknown { name, reason } = node {
        notes.push(format!("whether the node `{name}` is ready is unknown: {reason}"));
    }
    if container.not_running.is_some() {
        let how = container.not_running.as_ref().map(Words::as_str).unwrap_or_default();
        notes.push(format!(
            "the container `{}` does not run ({how}): the pod's network is looked at",
            Words::of(&container.name)
        ));
    }
    let reason = "the pod's namespaces are its own, and a container that is added to it has them";
    let place = Because::new(Place::Inside(Box::new(plan)), reason);
    Ok(Plan { target: target.clone(), stands_for: Some(pod.target.clone()), place, notes })
}

/// The pod and the container that is meant, where a run in it makes sense.
pub(super) fn open<'facts>(
    target: &Target,
    facts: &'facts PodFacts,
) -> Result<(&'facts SeenPod, &'facts SeenContainer), Refusal> {
    let seen = stand_in(target, facts)?;
    let pod = seen.target.clone();
    let Some(container) = seen.meant() else {
        let known = seen.containers.iter().map(|container| container.name.clone()).collect();
        return Err(Refusal::NoContainerInPod { pod, known });
    };
    if seen.is_going {
        return Err(Refusal::PodGoing { pod });
    }
    if seen.phase.as_str() != "Running" {
        return Err(Refusal::PodNotRunning { pod, phase: seen.phase.clone() });
    }
    Ok((seen, container))
}

/// The pod, however it stands.
pub(super) fn stand_in<'facts>(target: &Target, facts: &'facts PodFacts) -> Result<&'facts SeenPod, Refusal> {
    match facts {
        PodFacts::There(seen) => Ok(seen),
        PodFacts::Missing { pod, known } => Err(Refusal::NoPod { pod: pod.clone(), known: known.clone() }),
        PodFacts::NoWorkload { namespace } => {
            Err(Refusal::NoWorkload { target: target.clone(), namespace: namespace.clone() })
        }
        PodFacts::SelectsNone => Err(Refusal::SelectsNoPods { target: target.clone() }),
        PodFacts::NoneReady { standing, all } => {
            Err(Refusal::NoReadyPod { target: target.clone(), standing: standing.clone(), all: *all })
        }
    }
}

/// What an operator has to know where a pod stands for something else.
pub(super) fn stands_for(target: &Target, pod: &SeenPod) -> Option<String> {
    let node = pod.node.as_ref().map(|node| format!(" on the node `{node}`")).unwrap_or_default();
    let ready = pod.ready?;
    Some(format!("the pod `{}`{node} stands for `{target}`: of {ready} that are ready it is the oldest", pod.target))
}

fn namespace(pod: &SeenPod) -> String {
    pod.target.namespace.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn why_meant(pod: &SeenPod) -> &'static str {
    match (&pod.target.container, &pod.default, pod.containers.len()) {
        (Some(_), _, _) => "`-c` names it",
        (None, Some(_), _) => "the pod's annotation `kubectl.kubernetes.io/default-container` names it",
        (None, None, 1) => "it is the pod's only one",
        (None, None, _) => "it is the pod's first one; `-c` names another",
    }
}

/// Its processes, where a check looks at them or reaches the files by them.
fn shared(needs: &Needs, pod: &SeenPod, container: &SeenContainer) -> Result<Option<Because<ContainerId>>, Refusal> {
    let wanted = [Capability::Processes, Capability::Files].into_iter().filter(|one| needs.contains(one));
    let words: Vec<String> = wanted.map(|one| format!("`{}`", one.word())).collect();
    if words.is_empty() {
        return Ok(None);
    }
    let id = container.id.clone().ok_or_else(|| not_running(pod, container))?;
    let verb = if words.len() == 1 { "takes" } else { "take" };
    let reason =
        format!("{} {verb} its processes, and its files are beneath the root of its first one", words.join(" and "));
    Ok(Some(Because::new(id, reason)))
}

pub(super) fn not_running(pod: &SeenPod, container: &SeenContainer) -> Refusal {
    Refusal::ContainerNotRunning {
        pod: pod.target.clone(),
        container: Words::of(&container.name),
        state: container.not_running.clone().unwrap_or_else(|| Words::of("without an id")),
    }
}

fn image(images: &ImageFacts, pod: &SeenPod, container: &SeenContainer) -> Result<Because<InsideImage>, Refusal> {
    if pod.is_static {
        return Err(Refusal::StaticPod { pod: pod.target.clone() });
    }
    if let Some(named) = &images.named {
        return Ok(Because::new(InsideImage::Agent(named.clone()), "`--image` names it, and the agent is in it"));
    }
    if let Some(own) = &images.own {
        let reason = "the node has the agent's own image: nothing is pulled";
        return Ok(Because::new(InsideImage::Agent(own.clone()), reason));
    }
    if container.not_running.is_some() {
        // Whether it has a shell is found out by starting that.
        return Err(not_running(pod, container));
    }
    let reason = format!(
        "no image of dbg is known to be there, so this is that of `{}` itself; its shell waits, and takes the agent in over exec. Whether it has one is tried before anything is added",
        Words::of(&container.name)
    );
    Ok(Because::new(InsideImage::Own(container.image.clone()), reason))
}

struct Rights {
    user: Because<InsideUser>,
    keeps: Vec<Because<LinuxCapability>>,
    enters_with: Vec<Because<&'static str>>,
}

fn rights_of(needs: &Needs, container: &SeenContainer, shares: bool, image: &InsideImage) -> Rights {
    let none = |user, reason| Rights { user: Because::new(user, reason), keeps: Vec::new(), enters_with: Vec::new() };
    let runs_as = &container.runs_as;
    if !shares {
        return match image {
            InsideImage::Agent(_) => none(InsideUser::Nobody, "nothing in it takes a right"),
            InsideImage::Own(_) | InsideImage::Tools(_) => {
                let reason = "nothing in it takes a right; in its own image that user finds a folder for the agent";
                none(InsideUser::Same(runs_as.clone()), reason)
            }
        };
    }
    // The kernel lets one look into another who is the same user and group, and has no right that the first lacks.
    let is_known = runs_as.user.is_some_and(|user| user != 0) && runs_as.group.is_some();
    if is_known && runs_as.has_no_right {
        let reason = "the container's processes are that user's and have no right, so that user sees all of them";
        return none(InsideUser::Same(runs_as.clone()), reason);
    }
    let keeps = wanted(needs);
    let keeps_it = keeps.iter().any(|right| right.what == LinuxCapability::SysPtrace);
    let reason = "the root of another process is opened by it; it is dropped then";
    let enters_with = (!keeps_it).then(|| Because::new("SYS_PTRACE", reason)).into_iter().collect();
    let reason = "the rights that it has count for root alone; it has no other";
    Rights { user: Because::new(InsideUser::Root, reason), keeps, enters_with }
}

#[cfg(test)]
#[path = "inside/tests.rs"]
mod tests;
