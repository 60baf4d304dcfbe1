//! What a reader of the results has to know.

use dbg_model::ProcessId;

use crate::facts::{OpenProcess, Own};

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
