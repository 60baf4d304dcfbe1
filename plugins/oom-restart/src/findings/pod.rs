//! What befell a pod as a whole.

use dbg_sdk::prelude::*;

use crate::pod::Pod;

/// True when there was something.
pub(super) fn emit(pod: &Pod, run: &Run) -> bool {
    let Pod { name, namespace, reason, message, node, .. } = pod;
    match reason.as_str() {
        "Evicted" => {
            run.fail("oom-evicted", format!("the node `{node}` evicted the pod `{name}`: {}", short(message)))
                .about(name)
                .many("have a pod that was evicted")
                .evidence("message", message)
                .evidence("node", node)
                .next_step("give the pod requests that say what it really takes, or find who fills the node")
                .next_step(format!(
                    "see whether the node still lacks it: `dbg run --target node/{node} node-baseline`"
                ));
        }
        "NodeShutdown" | "Terminated" | "NodeLost" | "NodeAffinity" | "Preempting" | "Shutdown" => {
            run.fail("oom-node-gone", format!("the node `{node}` ended the pod `{name}` ({reason})"))
                .about(name)
                .evidence("message", message)
                .next_step("its controller should have made another one; a pod without a controller is gone for good");
        }
        "DeadlineExceeded" => {
            run.fail("oom-deadline", format!("the pod `{name}` ran longer than its `activeDeadlineSeconds`"))
                .about(name)
                .evidence("message", message)
                .next_step("raise the deadline, or see why the work takes so long");
        }
        _ if pod.unscheduled.is_some() => {
            let said = pod.unscheduled.as_deref().unwrap_or_default();
            run.fail("oom-unscheduled", format!("no node takes the pod `{name}`: {}", short(said)))
                .about(name)
                .many("have a pod that no node takes")
                .evidence("scheduler", said)
                .next_step(format!(
                    "`kubectl describe pod {name} -n {namespace}`: requests, node selector, taints, volumes"
                ));
        }
        _ => return false,
    }
    true
}

/// The first sentence of a message.
fn short(message: &str) -> String {
    let first = message.split(". ").next().unwrap_or(message).trim_end_matches(['.', ' ']);
    first.chars().take(200).collect()
}
