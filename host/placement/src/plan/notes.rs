//! What a reader of the results has to know.

use dbg_model::ProcessId;

use crate::facts::{OpenProcess, Own};

/// In which container the process is, and what it could do to the agent.
pub(super) fn of_process(pid: ProcessId, own: &Own, process: &OpenProcess) -> Vec<String> {
    let within = process.container.as_ref().map(|container| format!("pid/{pid} is in the {}", container.words()));
    within.into_iter().chain(of(pid, own, process)).collect()
}

/// Whoever shares a pid namespace with the agent sees it; who has its user, or is root, can stop it and may read it.
pub(super) fn of(pid: ProcessId, own: &Own, process: &OpenProcess) -> Vec<String> {
    if process.pids != own.pids {
        return Vec::new();
    }
    let reach = match process.uid {
        0 => "runs as root",
        uid if uid == own.euid => "runs as the same user",
        _ => return vec![format!("the process {pid} shares the agent's pid namespace: it can see the agent run")],
    };
    vec![format!(
        "the process {pid} shares the agent's pid namespace and {reach}: it could interfere with the agent and so with these results"
    )]
}
