//! The plan of a container that is added to a pod, in words.

use dbg_agent::FileReach;

use super::{Explanation, Item, capability_word, item, items};
use crate::docker::Words;
use crate::kube::Parked;
use crate::plan::{InsideImage, InsidePlan, InsideUser};

pub(super) fn explain(target: String, reason: &str, plan: &InsidePlan, notes: Vec<String>) -> Explanation {
    let (name, pod) = (Words::of(&plan.container.what), &plan.pod);
    let node = plan.node.as_ref().map(|node| item(format!("the node `{node}`"), "the pod runs on it"));
    let (image, written) = match &plan.image.what {
        InsideImage::Agent(reference) => (reference, None),
        InsideImage::Own(reference) | InsideImage::Tools(reference) => {
            let reason = "the agent and its loader lie in a folder of their own there, until the pod goes";
            (reference, Some(item("its root can be written", reason)))
        }
    };
    let reach = match plan.files.what {
        FileReach::Root => "all files there",
        FileReach::System => "`/etc`, `/proc`, `/run` and `/sys` there",
    };
    let (joins, leaves, root) = match &plan.shares {
        Some(shared) => {
            let root = item("beneath the root of the container's first process", "the files are those of the target");
            (vec![item(format!("pid of the container `{name}`"), &shared.reason)], Vec::new(), root)
        }
        None => {
            let reason = "the container's own files; `hosts` and `resolv.conf` are those that the kubelet gives every container of the pod";
            (Vec::new(), vec![item("pid", "no check looks at the container's processes")], item("beneath `/`", reason))
        }
    };
    let network = item("network of the pod", "every container of a pod has it");
    Explanation {
        target,
        runs: item(
            format!(
                "in a container that is added to the pod `{pod}`, in the context `{}` at `{}`",
                plan.cluster.context, plan.cluster.server
            ),
            reason,
        ),
        places: [item(format!("the container `{name}` is meant"), &plan.container.reason)]
            .into_iter()
            .chain(node)
            .chain([item(format!("the image `{}`", Words::of(image)), &plan.image.reason)])
            .collect(),
        joins: [network].into_iter().chain(joins).collect(),
        leaves,
        enters_with: items(&plan.enters_with, |right| format!("CAP_{right}")),
        keeps: items(&plan.keeps, |capability| capability_word(*capability).to_owned()),
        lacks: Vec::new(),
        mounts: Vec::new(),
        options: options(plan, written),
        limits: vec![item("those of the pod", "Kubernetes gives a container that is added none of its own")],
        files: vec![root, item(reach, &plan.files.reason)],
        fences: items(&plan.fences, ToString::to_string),
        creates: vec![creates(plan.parked)],
        ends: ends(plan),
        notes,
        container: None,
    }
}

fn options(plan: &InsidePlan, written: Option<Item>) -> Vec<Item> {
    let user = match &plan.user.what {
        InsideUser::Nobody => "user nobody".to_owned(),
        InsideUser::Root => "user root".to_owned(),
        InsideUser::Same(runs_as) => match runs_as.user {
            Some(user) => format!("user {user}"),
            None => "the image's user".to_owned(),
        },
    };
    let root = written.unwrap_or_else(|| item("read-only root", "nothing in it has to be written"));
    vec![
        item(user, &plan.user.reason),
        root,
        item("no privilege escalation", "no program in it would gain a right"),
        item("all capabilities dropped", "what no check needs is not there"),
        item("seccomp RuntimeDefault", "the runtime's filter stands around the agent's own"),
        item("no log", "the first process prints nothing, and the session runs over exec, encrypted"),
    ]
}

fn creates(Parked { all, running }: Parked) -> Item {
    let there = match all {
        0 => "there is none of dbg's in it yet".to_owned(),
        all => format!(
            "of dbg's there are {all} in it already, {running} of which run: one that is just like this one is used once more"
        ),
    };
    item("one ephemeral container", format!("the pod keeps it in its list for good, and is not restarted; {there}"))
}

fn ends(plan: &InsidePlan) -> Vec<Item> {
    let keep = plan.keep.as_secs();
    vec![
        item("the end of the run", "the agent ends; its container waits, since Kubernetes takes none away again"),
        item(
            format!("{keep} s after that"),
            "`--keep`: its first process ends by itself, and until then a run with the same plan uses it once more",
        ),
        item("the end of this process", "the agent ends within 30 s"),
        item("the end of the pod", "the container goes with it"),
    ]
}
