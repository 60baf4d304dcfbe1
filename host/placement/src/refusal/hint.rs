//! What to do next where a target cannot be reached.

use dbg_model::nearest;

use super::{Refusal, near, near_in_engine};
use crate::docker::{EngineKind, Words};

impl Refusal {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoProcess { .. } => "`ps -e` lists processes with their numbers".to_owned(),
            Self::Replaced { .. } => "find out its number once more, and run again".to_owned(),
            Self::Zombie { .. } => "look at its parent: it has not asked how its child ended".to_owned(),
            Self::KernelThread { .. } => "`--target local` looks at the machine's own network and files".to_owned(),
            Self::Thread { of, .. } => format!("write `--target pid/{of}`"),
            Self::Closed { uid, euid, .. } if uid != euid => format!("run dbg as root or as user {uid}"),
            Self::Closed { .. } | Self::MayNotEnter { .. } | Self::MayNotChroot { .. } => "run dbg as root".to_owned(),
            Self::NoNetns { name, known } => near(name, known),
            Self::NotANetns { .. } => "`dbg target list` lists the network namespaces".to_owned(),
            Self::OutsideUserNamespace => "run dbg in the user namespace that made it, as its root".to_owned(),
            Self::NoProc(_) => "mount `/proc`, then run again".to_owned(),
            Self::Engine(error) => return error.hint(),
            Self::NoEngineNoRoot { error, .. } => match error.hint() {
                Some(hint) => format!("run dbg as root, or {hint}"),
                None => "run dbg as root".to_owned(),
            },
            Self::NotFound { name, known, .. } => near_in_engine("container", name, known),
            Self::Ambiguous { .. } => {
                "write `--target container/ID` with as many of its digits as tell it from the others, or `--target pid/N`".to_owned()
            }
            Self::NoContainer { name, known } => near_in_engine("container", name, known),
            Self::NoNetwork { name, known } => near_in_engine("network", name, known),
            Self::NotRunning { name, .. } => {
                format!("`docker start {name}` starts it; `docker logs {name}` may say why it ended")
            }
            Self::Paused { name } => {
                format!("`docker unpause {name}`, or `dbg run --target host` to look at the machine")
            }
            Self::Restarting { name } => format!("`docker logs {name}` may say why it ends"),
            Self::ContainerReplaced { .. } => "run again to look at the new one".to_owned(),
            Self::NoNetworkInContainer { .. } => "`--pid` looks at its processes and files".to_owned(),
            Self::FilesNeedProcesses { .. } => "add `--pid`".to_owned(),
            Self::SharedProcesses { .. } => "name the container whose processes it shares".to_owned(),
            Self::SpecialNetwork { .. } => {
                "`dbg target list` lists networks; `--target host` has the machine's".to_owned()
            }
            Self::NoImage { engine: EngineKind::Docker, .. } => {
                "`docker image ls` lists those that it has; `docker image load -i FILE` loads one".to_owned()
            }
            Self::NoImage { engine: EngineKind::Podman, .. } => {
                "`podman image ls` lists those that it has; `podman image load -i FILE` loads one".to_owned()
            }
            Self::NoShellInCluster { .. } => {
                "`--target node/NAME` and `--target pod/NAME` have some; `dbg run` runs checks there".to_owned()
            }
            Self::Cluster(error) => return error.hint(),
            Self::NoNode { known, .. } if known.is_empty() => "`kubectl get nodes` lists nodes".to_owned(),
            Self::NoNode { known, .. } => {
                let names: Vec<String> =
                    known.iter().take(8).map(|name| format!("`node/{}`", Words::of(name))).collect();
                format!("there is {}{}", names.join(", "), if known.len() > names.len() { ", …" } else { "" })
            }
            Self::NodeNotReady { name, .. } => {
                format!(
                    "look at the machine itself: `kubectl describe node {name}` says since when; dbg runs there with `--target local`"
                )
            }
            Self::VirtualNode { .. } | Self::NodeOfOtherKind { .. } => "`dbg target list` lists nodes".to_owned(),
            Self::NoNodeImage { .. } => {
                "`--image REF` names one with the agent in it; `dbg image save` makes it, for a registry or a node"
                    .to_owned()
            }
            Self::NoPod { pod, known } => {
                let namespace = pod.namespace.as_ref().map(ToString::to_string).unwrap_or_default();
                match nearest(pod.name.as_str(), known.iter().map(String::as_str)) {
                    Some(nearest) => format!("did you mean `--target pod/{}`?", Words::of(nearest)),
                    None => format!("`kubectl get pods -n {namespace}` lists pods; `-n` names another namespace"),
                }
            }
            Self::NoWorkload { namespace, .. } => {
                format!("`kubectl get deploy,sts,ds,job,svc -n {namespace}` lists what there is; `-n` names another namespace")
            }
            Self::SelectsNoPods { .. } => {
                "`svc-path` with `--target ns/NAME` looks at where such a Service leads; `--target pod/NAME` names a pod"
                    .to_owned()
            }
            Self::NoReadyPod { .. } => {
                "`oom-restart` says why a pod does not run; `--target pod/NAME` names one however it stands".to_owned()
            }
            Self::PodGoing { .. } => "look at the one that takes its place".to_owned(),
            Self::PodNotRunning { .. } => {
                "`oom-restart` says why; `--target ns/NAME` looks from a pod beside it".to_owned()
            }
            Self::StaticPod { .. } => "`--via node` looks from its node and adds nothing".to_owned(),
            Self::NoContainerInPod { known, .. } => {
                let names: Vec<String> = known.iter().take(8).map(|name| format!("`{}`", Words::of(name))).collect();
                format!("`-c` names one; there is {}", names.join(", "))
            }
            Self::ContainerNotRunning { .. } => {
                "`oom-restart` says why; checks of the network alone run in the pod with `--image REF`, and `-c` names another container".to_owned()
            }
            Self::ContainerRefused { text, .. } if text.as_str().contains("violates PodSecurity") => {
                "`--via node` adds nothing to the pod, with `-n` for a namespace that takes a node's pod; `dbg target explain` says what the container would have and why".to_owned()
            }
            Self::ContainerRefused { hint, .. } => (*hint).to_owned(),
            Self::Rights(_) => "`dbg target rbac TARGET CHECK` prints the role to ask for".to_owned(),
            Self::PodRefused { hint, .. } => (*hint).to_owned(),
            Self::PodRewritten { .. } => {
                "`kubectl get mutatingwebhookconfigurations` lists what may do so; whoever runs it can leave the agent's pods alone, or name a namespace that it leaves alone with `-n`".to_owned()
            }
            Self::Unreadable { .. } | Self::UnreadableNetns { .. } => return None,
        })
    }
}
