//! A plan as data: for people and for programs.

mod inside;

use dbg_agent::{FileReach, LinuxCapability};
use serde::Serialize;

use crate::Behind;
use crate::docker::Words;
use crate::kube::{Cleanup, Lender};
use crate::plan::{
    AgentImage, Because, ChildPlan, ContainerPlan, EnteredContainer, HostNamespace, Joined, Limit, NetworkOf,
    NodeNamespace, PidsOf, Place, Plan, PodImage, PodOption, PodPlan, Privilege, RootOf, User,
};

/// One thing that a plan has, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// What, in a word or two.
    pub what: String,
    /// Why: one sentence, lower case, no full stop.
    pub reason: String,
}

/// A plan in words. Texts may hold names from the machine, raw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The target.
    pub target: String,
    /// Where the agent runs: `in this process`, `in a child process` or `in a container`, and of what.
    pub runs: Item,
    /// Where in a cluster, and of which image.
    pub places: Vec<Item>,
    /// The namespaces that are joined, in this order.
    pub joins: Vec<Item>,
    /// The namespaces of the target that are not.
    pub leaves: Vec<Item>,
    /// Linux capabilities that dbg needs to get the agent there.
    pub enters_with: Vec<Item>,
    /// Linux capabilities that the agent keeps while checks run; every other is dropped.
    pub keeps: Vec<Item>,
    /// Linux capabilities that the agent would keep, were they there; without them checks see less.
    pub lacks: Vec<Item>,
    /// Folders of the machine that are in a container.
    pub mounts: Vec<Item>,
    /// Words of a container engine that loosen or tighten what keeps a container in.
    pub options: Vec<Item>,
    /// What a container may take.
    pub limits: Vec<Item>,
    /// Which files checks and probes can read.
    pub files: Vec<Item>,
    /// What is to keep the agent's process in. What the kernel lacks does not stand, and the report says so.
    pub fences: Vec<Item>,
    /// What is created.
    pub creates: Vec<Item>,
    /// What ends it.
    pub ends: Vec<Item>,
    /// What a reader of the results has to know.
    pub notes: Vec<String>,
    /// The container that the target of a child process is, or is in; null where it is in none, or where nobody knows.
    pub container: Option<Behind>,
}

impl Explanation {
    /// The lists with their titles, in the order in which they are read; the empty ones are left out.
    pub fn sections(&self) -> impl Iterator<Item = (&'static str, &[Item])> {
        [
            ("RUNS", std::slice::from_ref(&self.runs)),
            ("WHERE", &self.places),
            ("JOINS", &self.joins),
            ("DOES NOT JOIN", &self.leaves),
            ("NEEDS TO ENTER", &self.enters_with),
            ("KEEPS", &self.keeps),
            ("LACKS", &self.lacks),
            ("MOUNTS", &self.mounts),
            ("OPTIONS", &self.options),
            ("LIMITS", &self.limits),
            ("READS", &self.files),
            ("FENCES", &self.fences),
            ("CREATES", &self.creates),
            ("ENDS", &self.ends),
        ]
        .into_iter()
        .filter(|(_, items)| !items.is_empty())
    }
}

pub(crate) fn item(what: impl Into<String>, reason: impl Into<String>) -> Item {
    Item { what: what.into(), reason: reason.into() }
}

fn items<T>(list: &[Because<T>], what: impl Fn(&T) -> String) -> Vec<Item> {
    list.iter().map(|because| item(what(&because.what), &because.reason)).collect()
}

/// The plan in words.
#[must_use]
pub fn explain(plan: &Plan) -> Explanation {
    let target = plan.target.to_string();
    let notes = plan.notes.clone();
    match &plan.place.what {
        Place::InProcess => Explanation {
            target,
            runs: item("in this process", &plan.place.reason),
            places: Vec::new(),
            joins: Vec::new(),
            leaves: Vec::new(),
            enters_with: Vec::new(),
            keeps: Vec::new(),
            lacks: Vec::new(),
            mounts: Vec::new(),
            options: Vec::new(),
            limits: Vec::new(),
            files: vec![item("what this process may read", "a check reads what it was granted of that")],
            fences: Vec::new(),
            creates: vec![item("nothing", "the agent is a task of this process")],
            ends: vec![item("the end of the run", "the task ends with its session, and with this process")],
            notes,
            container: None,
        },
        Place::Child(child) => Explanation {
            target,
            runs: item("in a child process", &plan.place.reason),
            places: Vec::new(),
            joins: items(&child.joins, |joined| joined_word(*joined).to_owned()),
            leaves: items(&child.leaves, |namespace| (*namespace).to_owned()),
            enters_with: items(&child.enters_with, |capability| (*capability).to_owned()),
            keeps: items(&child.keeps, |capability| capability_word(*capability).to_owned()),
            lacks: items(&child.lacks, |capability| capability_word(*capability).to_owned()),
            mounts: Vec::new(),
            options: Vec::new(),
            limits: Vec::new(),
            files: files(child),
            fences: items(&child.fences, ToString::to_string),
            creates: vec![item(
                "one process",
                "its program is in memory alone: no file, no mount, no socket with a name",
            )],
            ends: vec![
                item("the end of the run", "it ends with its session"),
                item("the deadline", "the time that its checks may take, and a few seconds; then it is killed"),
                item("the end of this process", "the kernel kills it then, however that end comes"),
            ],
            notes,
            container: child.container.clone(),
        },
        Place::Container(container) => of_container(target, &plan.place.reason, container, notes),
        Place::Pod(pod) => of_pod(target, &plan.place.reason, pod, notes),
        Place::Inside(inside) => inside::explain(target, &plan.place.reason, inside, notes),
    }
}

fn of_pod(target: String, reason: &str, plan: &PodPlan, notes: Vec<String>) -> Explanation {
    let user = match plan.user.what {
        User::Nobody => "nobody",
        User::Root => "root",
    };
    let reach = match plan.files.what {
        FileReach::Root => "all files there",
        FileReach::System => "`/etc`, `/proc`, `/run` and `/sys` there",
    };
    let mut options = vec![item(format!("user {user}"), &plan.user.reason)];
    options.extend(items(&plan.options, |option| pod_option(*option).to_owned()));
    options.push(item("no log", "the first process prints nothing, and the session runs over exec, encrypted"));
    let node = plan.node.as_ref().map(|node| item(format!("the node `{}`", Words::of(&node.what)), &node.reason));
    let labelled = "labelled with this run, its owner and its deadline";
    let mut creates = match plan.cleanup {
        Cleanup::Gc => vec![item("one pod", labelled)],
        Cleanup::Job => vec![item("one Job, which makes one pod", labelled)],
    };
    let mut image = Vec::new();
    match &plan.image.what {
        PodImage::Agent(reference) => {
            image.push(item(format!("the image `{}`", Words::of(reference)), &plan.image.reason));
        }
        PodImage::Borrowed(all) => {
            let mut reason = plan.image.reason.clone();
            for borrowed in all {
                image.push(item(format!("the image `{}`", Words::of(&borrowed.reference)), reason));
                let next = all.get(image.len()).map(|next| &next.lender);
                reason = match next {
                    Some(Lender::Pod(name)) => {
                        format!("tried where that one is refused; the pod {} runs of it", Words::of(name))
                    }
                    Some(Lender::Pause) | None => "tried where that one is refused".to_owned(),
                };
            }
            creates.push(item(
                "one ConfigMap",
                "it holds the loader, which waits in the pod for the agent; both are removed together",
            ));
        }
    }
    let place = item(format!("the namespace `{}`", Words::of(&plan.namespace.what)), &plan.namespace.reason);
    let of_node = items(&plan.joins, |join| format!("{} of the node", node_namespace(*join)));
    let joins = plan.enters.iter().map(|entered| {
        let EnteredContainer { pod, name, .. } = &entered.what;
        item(format!("network of the container `{}` of the pod `{pod}`", Words::of(name)), &entered.reason)
    });
    Explanation {
        target,
        runs: item(format!("in a pod of the context `{}` at `{}`", plan.cluster.context, plan.cluster.server), reason),
        container: None,
        places: [place].into_iter().chain(node).chain(image).collect(),
        joins: joins.into_iter().chain(of_node).collect(),
        leaves: items(&plan.leaves, |leave| node_namespace(*leave).to_owned()),
        enters_with: items(&plan.enters_with, |right| format!("CAP_{right}")),
        keeps: items(&plan.keeps, |capability| capability_word(*capability).to_owned()),
        lacks: Vec::new(),
        mounts: items(&plan.mounts, |mount| format!("`{}` at `{}`, read-only", mount.source, mount.target)),
        options,
        limits: items(&plan.limits, |limit| limit_words(*limit)),
        files: vec![item(format!("beneath `{}`", plan.root.what), &plan.root.reason), item(reach, &plan.files.reason)],
        fences: items(&plan.fences, ToString::to_string),
        creates,
        ends: vec![
            item("the end of the run", "all of it is deleted, however the run ends"),
            item(
                "the end of this process",
                "the agent ends within 30 s; its pod waits for its deadline or for `dbg gc`",
            ),
            item(
                "the deadline",
                "the time that the checks may take, and some minutes; the kubelet and the first process both keep it",
            ),
            match plan.cleanup {
                Cleanup::Gc => item("`dbg gc`", "removes what a run whose process was killed has left"),
                Cleanup::Job => item(
                    "a minute after that",
                    "the cluster removes the Job and its pod by itself; a ConfigMap that is left, `dbg gc` removes",
                ),
            },
        ],
        notes,
    }
}

fn node_namespace(namespace: NodeNamespace) -> &'static str {
    match namespace {
        NodeNamespace::Network => "network",
        NodeNamespace::Processes => "pid",
    }
}

fn pod_option(option: PodOption) -> &'static str {
    match option {
        PodOption::NoToken => "no service account token",
        PodOption::ReadOnlyRoot => "read-only root",
        PodOption::NoEscalation => "no privilege escalation",
        PodOption::DropsAll => "all capabilities dropped",
        PodOption::Seccomp => "seccomp RuntimeDefault",
        PodOption::NoAppArmor => "AppArmor Unconfined",
        PodOption::SuperPrivilegedType => "SELinux type spc_t",
        PodOption::ToleratesAll => "every taint tolerated",
    }
}

fn of_container(target: String, reason: &str, plan: &ContainerPlan, notes: Vec<String>) -> Explanation {
    let mut joins = Vec::new();
    let mut leaves = Vec::new();
    match &plan.network.what {
        NetworkOf::Own => leaves.push(item("network", &plan.network.reason)),
        NetworkOf::Host => joins.push(item("network of the machine", &plan.network.reason)),
        NetworkOf::Container(id) => {
            joins.push(item(format!("network of the container {}", short(id)), &plan.network.reason))
        }
        NetworkOf::Network(_) => leaves.push(item("network", &plan.network.reason)),
    }
    match &plan.pids.what {
        PidsOf::Own => leaves.push(item("pid", &plan.pids.reason)),
        PidsOf::Host => joins.push(item("pid of the machine", &plan.pids.reason)),
        PidsOf::Container(id) => joins.push(item(format!("pid of the container {}", short(id)), &plan.pids.reason)),
    }
    joins.extend(items(&plan.host, |host| host_word(*host).to_owned()));
    let user = match plan.user.what {
        User::Nobody => "nobody",
        User::Root => "root",
    };
    let reach = match plan.files.what {
        FileReach::Root => "all files there",
        FileReach::System => "`/etc`, `/proc`, `/run` and `/sys` there",
    };
    let mut options = vec![item(format!("user {user}"), &plan.user.reason)];
    if plan.privilege.what == Privilege::All {
        options.push(item("privileged", &plan.privilege.reason));
    }
    options.push(item("read-only root", "nothing in it has to be written"));
    options.extend(items(&plan.options, |option| (*option).to_owned()));
    options.push(item("no log", "the engine keeps nothing of what it says, and the session is encrypted"));
    Explanation {
        target,
        runs: item(
            format!("in a container of {} {} at `{}`", plan.engine.kind, plan.engine.version, plan.engine.address),
            reason,
        ),
        places: Vec::new(),
        joins,
        leaves,
        enters_with: items(&plan.enters_with, |capability| capability_word(*capability).to_owned()),
        keeps: items(&plan.keeps, |capability| capability_word(*capability).to_owned()),
        lacks: Vec::new(),
        mounts: items(&plan.mounts, |mount| format!("`{}` at `{}`, read-only", mount.source, mount.target)),
        options,
        limits: items(&plan.limits, |limit| limit_words(*limit)),
        files: vec![item(format!("beneath `{}`", plan.root.what), &plan.root.reason), item(reach, &plan.files.reason)],
        fences: items(&plan.fences, ToString::to_string),
        creates: vec![
            item("one container", "labelled with this run, its owner and its deadline"),
            match &plan.image.what {
                AgentImage::Own => item(
                    "the image of the agent, unless the engine has it",
                    "made in memory; it stays, for the next run",
                ),
                AgentImage::Named(image) => item(format!("of the image `{image}`"), &plan.image.reason),
            },
        ],
        ends: vec![
            item("the end of the run", "the container is removed, however the run ends"),
            item(
                "the end of this process",
                "the agent ends with its closed input or within 30 s, and the engine removes it",
            ),
            item("`dbg gc`", "removes what an engine that was away has left"),
        ],
        notes,
        container: None,
    }
}

/// As engines show it.
fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

fn host_word(namespace: HostNamespace) -> &'static str {
    match namespace {
        HostNamespace::Ipc => "ipc of the machine",
        HostNamespace::Cgroup => "cgroup of the machine",
        HostNamespace::User => "user of the machine",
    }
}

fn limit_words(limit: Limit) -> String {
    match limit {
        Limit::Memory(bytes) => format!("{} MiB of memory", bytes >> 20),
        Limit::Processes(count) => format!("{count} processes"),
        Limit::Processor(billionths) => {
            format!("{}.{} processors", billionths / 1_000_000_000, billionths / 100_000_000 % 10)
        }
    }
}

fn files(child: &ChildPlan) -> Vec<Item> {
    let root = match child.root.what {
        RootOf::Own => "beneath `/`",
        RootOf::Target => "beneath the root of the process",
    };
    let reach = match child.files.what {
        FileReach::Root => "all files there",
        FileReach::System => "`/etc`, `/proc`, `/run` and `/sys` there",
    };
    let mut files = vec![item(root, &child.root.reason), item(reach, &child.files.reason)];
    files.extend(child.etc.as_ref().map(|etc| item(etc.what.to_string_lossy(), &etc.reason)));
    files
}

fn joined_word(joined: Joined) -> &'static str {
    match joined {
        Joined::User => "user",
        Joined::Network => "network",
    }
}

/// The name as in man 7 capabilities.
pub(crate) fn capability_word(capability: LinuxCapability) -> &'static str {
    match capability {
        LinuxCapability::DacReadSearch => "CAP_DAC_READ_SEARCH",
        LinuxCapability::SysPtrace => "CAP_SYS_PTRACE",
        LinuxCapability::NetAdmin => "CAP_NET_ADMIN",
    }
}

#[cfg(test)]
mod tests {
    use dbg_model::Capability;
    use rustix::thread::CapabilitySet;

    use super::*;
    use crate::facts::{Facts, NamespaceId, Own, TargetFacts};
    use crate::plan::{Needs, plan};

    fn explained(euid: u32, capabilities: CapabilitySet) -> Explanation {
        let namespace = NamespaceId { device: 4, inode: 1 };
        let own = Own { euid, capabilities, network: namespace, pids: namespace };
        let facts = Facts { own, target: TargetFacts::Local };
        explain(&plan(&Needs::from([Capability::Processes]), &facts).unwrap())
    }

    #[test]
    fn every_item_has_its_reason_and_empty_lists_are_left_out() {
        for explanation in [explained(0, CapabilitySet::all()), explained(1000, CapabilitySet::empty())] {
            for (title, items) in explanation.sections() {
                assert!(!items.is_empty(), "{title}");
                assert!(
                    items.iter().all(|item| !item.what.is_empty() && !item.reason.is_empty()),
                    "{title}: {items:?}"
                );
            }
        }
    }

    #[test]
    fn the_rights_that_are_kept_are_named() {
        let explanation = explained(0, CapabilitySet::all());
        let kept: Vec<&str> = explanation.keeps.iter().map(|item| item.what.as_str()).collect();
        assert_eq!(kept, ["CAP_DAC_READ_SEARCH", "CAP_SYS_PTRACE"]);
        assert!(explanation.sections().any(|(title, _)| title == "FENCES"));
    }

    #[test]
    fn an_agent_in_this_process_creates_nothing() {
        assert_eq!(explained(1000, CapabilitySet::empty()).creates[0].what, "nothing");
    }
}
