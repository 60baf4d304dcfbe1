//! What a pod of our own static image does on the nodes.

use crate::scene::Scene;

#[test]
fn two_nodes_are_ready() {
    let Some(scene) = Scene::new() else { return };
    let nodes = scene.run("kubectl get nodes --no-headers", "");
    let ready = nodes.lines().filter(|line| line.split_whitespace().nth(1) == Some("Ready")).count();
    assert!(ready >= 2, "{nodes}");
}

#[test]
fn a_pod_runs_without_a_pull_and_its_log_has_its_line() {
    let Some(scene) = Scene::new() else { return };
    scene.pod("dbg-says", "echo its own line", "Succeeded");
    assert_eq!(scene.run("kubectl logs dbg-says; kubectl delete pod dbg-says >&2", ""), "its own line\n");
}

#[test]
fn exec_passes_stdin_and_its_end() {
    let Some(scene) = Scene::new() else { return };
    scene.pod("dbg-waits", "sleep 600", "Running");
    // `wc` answers only once its input has ended.
    let counted = scene.run("kubectl exec -i dbg-waits -- wc -c; kubectl delete pod dbg-waits >&2", "seven b");
    assert_eq!(counted.trim(), "7");
}
