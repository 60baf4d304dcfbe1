//! Why a target cannot be reached, found out before anything is started.

mod hint;

use std::path::PathBuf;

use dbg_model::{Cell, EngineName, ImageName, KubeName, NetnsName, PodTarget, ProcessId, Target, nearest};
use rustix::io::Errno;

use crate::docker::{EngineError, EngineKind, Words};
use crate::kube::{ClusterError, Right};

/// Why a target cannot be reached. Nothing was created.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No process has this number.
    #[error("there is no process {pid}")]
    NoProcess {
        /// The number.
        pid: ProcessId,
    },
    /// The process ended while it was looked at, or before it was joined.
    #[error("the process {pid} ended meanwhile; if there is one of this number now, it is another one")]
    Replaced {
        /// The number.
        pid: ProcessId,
    },
    /// The process has ended and is not yet buried.
    #[error("the process {pid} is a zombie: it has ended, and there is nothing left of it to look at")]
    Zombie {
        /// The number.
        pid: ProcessId,
    },
    /// A part of the kernel.
    #[error("{pid} is a thread of the kernel: it has no network, root or files of its own")]
    KernelThread {
        /// The number.
        pid: ProcessId,
    },
    /// The number of a thread.
    #[error("{pid} is a thread of the process {of}")]
    Thread {
        /// The number.
        pid: ProcessId,
        /// Its process.
        of: u32,
    },
    /// The process may not be looked into.
    #[error("the process {pid} belongs to user {uid}, and user {euid} may not look into it")]
    Closed {
        /// The number.
        pid: ProcessId,
        /// Its user.
        uid: u32,
        /// Ours.
        euid: u32,
    },
    /// `/proc` fails.
    #[error("the process {pid} cannot be looked at: {errno}")]
    Unreadable {
        /// The number.
        pid: ProcessId,
        /// The kernel's answer.
        errno: Errno,
    },
    /// No network namespace has this name.
    #[error("there is no network namespace `{}`", Cell(name.as_str()))]
    NoNetns {
        /// The name.
        name: NetnsName,
        /// Those that there are.
        known: Vec<NetnsName>,
    },
    /// The file of the name is of something else.
    #[error("`{}` is no network namespace", Cell(&path.to_string_lossy()))]
    NotANetns {
        /// The file.
        path: PathBuf,
    },
    /// The file of the name cannot be opened.
    #[error("`{}` cannot be opened: {errno}", Cell(&path.to_string_lossy()))]
    UnreadableNetns {
        /// The file.
        path: PathBuf,
        /// The kernel's answer.
        errno: Errno,
    },
    /// Entering takes a capability that we do not have.
    #[error("entering its network namespace takes `CAP_SYS_ADMIN`, and user {euid} does not have it")]
    MayNotEnter {
        /// Our user.
        euid: u32,
    },
    /// The network namespace is outside of our user namespace.
    #[error("its network namespace belongs to a user namespace outside of this one, where no right of ours counts")]
    OutsideUserNamespace,
    /// The container engine does not answer, or not as it should.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// No engine answers, and this user may not look for the container without one.
    #[error("{error}; to find the container `{name}` without one takes root")]
    NoEngineNoRoot {
        /// The name.
        name: EngineName,
        /// Why no engine answers.
        error: EngineError,
    },
    /// No engine was asked, and no process is in a container of this name.
    #[error("{without}, and no process of this machine is in a container `{name}`")]
    NotFound {
        /// The name.
        name: EngineName,
        /// Why no engine was asked.
        without: String,
        /// Those that run; raw.
        known: Vec<String>,
    },
    /// Several containers are meant.
    #[error("`{name}` means {} containers: {}", candidates.len(), listed(candidates))]
    Ambiguous {
        /// The name.
        name: EngineName,
        /// An id and a name of each; raw.
        candidates: Vec<String>,
    },
    /// No container has this name.
    #[error("there is no container `{name}`")]
    NoContainer {
        /// The name.
        name: EngineName,
        /// Those that run; raw.
        known: Vec<String>,
    },
    /// The container does not run.
    #[error("the container `{name}` does not run: it is {status}")]
    NotRunning {
        /// The name.
        name: EngineName,
        /// The engine's word.
        status: Words,
    },
    /// The container is paused.
    #[error("the container `{name}` is paused: nothing in it answers")]
    Paused {
        /// The name.
        name: EngineName,
    },
    /// The container ends again and again.
    #[error("the container `{name}` restarts in a loop: it is never there for long enough")]
    Restarting {
        /// The name.
        name: EngineName,
    },
    /// The container is gone; another one may have its name.
    #[error("the container `{name}` is gone meanwhile; if there is one of this name now, it is another one")]
    ContainerReplaced {
        /// The name.
        name: EngineName,
    },
    /// The container has no network.
    #[error("the container `{name}` has no network: it was started with `--network none`")]
    NoNetworkInContainer {
        /// The name.
        name: EngineName,
    },
    /// A check reads files, and the container's are reached by its processes.
    #[error("a check was granted `files`, and those of the container `{name}` are reached by its processes alone")]
    FilesNeedProcesses {
        /// The name.
        name: EngineName,
    },
    /// The container's processes are among those of another one.
    #[error("the container `{name}` shares the processes of another one, and nobody says which of them are its own")]
    SharedProcesses {
        /// The name.
        name: EngineName,
    },
    /// No network has this name.
    #[error("the engine has no network `{name}`")]
    NoNetwork {
        /// The name.
        name: EngineName,
        /// Those that there are; raw.
        known: Vec<String>,
    },
    /// The name stands for no network.
    #[error("`{name}` is no network that a container can be attached to: its driver is {driver}")]
    SpecialNetwork {
        /// The name.
        name: EngineName,
        /// The driver.
        driver: Words,
    },
    /// The engine does not have the image.
    #[error("{engine} has no image `{image}`, and dbg pulls none")]
    NoImage {
        /// The image.
        image: ImageName,
        /// The engine.
        engine: EngineKind,
    },
    /// A shell in a cluster.
    #[error("`{target}` has no programs of its own, so there is no shell to open")]
    NoShellInCluster {
        /// The target.
        target: Target,
    },
    /// A shell beneath another root.
    #[error("a shell among the files of the process takes `CAP_SYS_CHROOT`, and user {euid} does not have it")]
    MayNotChroot {
        /// Our user.
        euid: u32,
    },
    /// The cluster does not answer, or not as it should.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// No node has this name.
    #[error("the cluster of the context `{context}` has no such node")]
    NoNode {
        /// The context.
        context: Words,
        /// Those that there are; raw.
        known: Vec<String>,
    },
    /// The node's kubelet does not answer.
    #[error("the node `{name}` is not ready: {reason}")]
    NodeNotReady {
        /// Its name.
        name: KubeName,
        /// What the cluster says.
        reason: Words,
    },
    /// The node is no machine.
    #[error("the node `{name}` is a virtual one: there is no machine behind it that an agent could run on")]
    VirtualNode {
        /// Its name.
        name: KubeName,
    },
    /// No agent is built for the node.
    #[error("the node `{name}` is {runs}, and agents are built for linux on amd64 and arm64")]
    NodeOfOtherKind {
        /// Its name.
        name: KubeName,
        /// Its system and architecture.
        runs: Words,
    },
    /// No image is known to be there.
    #[error("no image is known to be on {}, so there is none that an agent's pod could be made of", node.as_ref().map_or_else(|| format!("any node of the context `{context}`"), |node| format!("the node `{node}`")))]
    NoNodeImage {
        /// The context.
        context: Words,
        /// The node.
        node: Option<KubeName>,
    },
    /// No pod has this name.
    #[error("there is no pod `{pod}`")]
    NoPod {
        /// The pod, with its namespace.
        pod: PodTarget,
        /// Those that there are; raw.
        known: Vec<String>,
    },
    /// What a pod would stand for is not there.
    #[error("there is no `{target}` in the namespace `{namespace}`")]
    NoWorkload {
        /// The target.
        target: Target,
        /// Where it was looked for.
        namespace: Words,
    },
    /// A Service without a selector.
    #[error("`{target}` selects no pods, so there is none that could stand for it")]
    SelectsNoPods {
        /// The target.
        target: Target,
    },
    /// No pod could stand for what is meant.
    #[error("`{target}` has no pod that is ready: {}", how_they_stand(*all, standing))]
    NoReadyPod {
        /// The target.
        target: Target,
        /// How some of them stand; raw.
        standing: Vec<String>,
        /// How many there are.
        all: usize,
    },
    /// The pod is about to go.
    #[error("the pod `{pod}` is being deleted")]
    PodGoing {
        /// The pod.
        pod: PodTarget,
    },
    /// Nothing of the pod runs.
    #[error("the pod `{pod}` does not run: it is {phase}")]
    PodNotRunning {
        /// The pod.
        pod: PodTarget,
        /// The API's word.
        phase: Words,
    },
    /// The kubelet has the pod from a file.
    #[error("the pod `{pod}` is a static one: its kubelet has it from a file, and nothing can be added to it")]
    StaticPod {
        /// The pod.
        pod: PodTarget,
    },
    /// The pod has no such container.
    #[error("the pod `{pod}` has no container{}", pod.container.as_ref().map_or_else(String::new, |name| format!(" `{name}`")))]
    NoContainerInPod {
        /// The pod, with the container.
        pod: PodTarget,
        /// Those that it has; raw.
        known: Vec<String>,
    },
    /// The container of the pod does not run.
    #[error("the container `{container}` of the pod `{pod}` does not run: {state}")]
    ContainerNotRunning {
        /// The pod.
        pod: PodTarget,
        /// The container.
        container: Words,
        /// The kubelet's word.
        state: Words,
    },
    /// The cluster would not take a container for the agent.
    #[error("the cluster would not take a container for the agent in the pod `{pod}`: {text}")]
    ContainerRefused {
        /// The pod.
        pod: PodTarget,
        /// What it says.
        text: Words,
        /// What to do next.
        hint: &'static str,
    },
    /// The operator may not do what it takes.
    #[error("the cluster does not let this user {}", rights(.0))]
    Rights(Vec<Right>),
    /// The cluster would not take the pod.
    #[error("the cluster would not take the agent's pod in the namespace `{namespace}`: {text}")]
    PodRefused {
        /// The namespace.
        namespace: Words,
        /// What it says.
        text: Words,
        /// What to do next.
        hint: &'static str,
    },
    /// The cluster would make another pod of it.
    #[error("something in the cluster would change the agent's pod in the namespace `{namespace}`: {text}")]
    PodRewritten {
        /// The namespace.
        namespace: Words,
        /// What would be gone or changed.
        text: Words,
    },
    /// `/proc` does not say who we are.
    #[error("`/proc` does not say which namespaces this dbg is in: {0}")]
    NoProc(Errno),
}

fn how_they_stand(all: usize, standing: &[String]) -> String {
    match all {
        0 => "it has none at all".to_owned(),
        all => {
            let shown: Vec<String> = standing.iter().map(|one| Words::of(one).to_string()).collect();
            let more = if all > shown.len() { ", …" } else { "" };
            format!("of {all}, {}{more}", shown.join(", "))
        }
    }
}

fn rights(missing: &[Right]) -> String {
    missing.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// The name that was meant, or how to find it.
fn near(name: &NetnsName, known: &[NetnsName]) -> String {
    match nearest(name.as_str(), known.iter().map(NetnsName::as_str)) {
        Some(nearest) => format!("did you mean `--target netns/{}`?", Cell(nearest)),
        None if known.is_empty() => "no network namespace has a name here; `ip netns add` gives one".to_owned(),
        None => "`dbg target list` lists the network namespaces".to_owned(),
    }
}

/// The first of them, escaped.
fn listed(all: &[String]) -> String {
    const SHOWN: usize = 10;
    let mut shown: Vec<String> = all.iter().take(SHOWN).map(|one| Cell(one).to_string()).collect();
    if all.len() > SHOWN {
        shown.push(format!("and {} more", all.len() - SHOWN));
    }
    shown.join(", ")
}

fn near_in_engine(kind: &str, name: &EngineName, known: &[String]) -> String {
    match nearest(name.as_str(), known.iter().map(String::as_str)) {
        Some(nearest) => format!("did you mean `--target {kind}/{}`?", Cell(nearest)),
        None => format!("`dbg target list` lists each {kind}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> NetnsName {
        text.parse().unwrap()
    }

    #[test]
    fn a_name_that_is_almost_one_suggests_it() {
        let refusal = Refusal::NoNetns { name: name("bleu"), known: vec![name("blue"), name("green")] };
        assert_eq!(refusal.hint().as_deref(), Some("did you mean `--target netns/blue`?"));
    }

    #[test]
    fn a_process_of_our_own_that_is_closed_does_not_send_us_to_ourselves() {
        let pid = ProcessId::new(7).unwrap();
        let hint = |uid, euid| Refusal::Closed { pid, uid, euid }.hint().unwrap();
        assert_eq!(hint(0, 1000), "run dbg as root or as user 0");
        assert_eq!(hint(1000, 1000), "run dbg as root");
    }

    #[test]
    fn names_from_the_machine_cannot_move_the_cursor() {
        let refusal = Refusal::NoNetns { name: name("a\u{1b}[2Jb"), known: vec![name("a\u{1b}[2Jc")] };
        assert!(!format!("{refusal}{:?}", refusal.hint()).contains('\u{1b}'));
    }
}
