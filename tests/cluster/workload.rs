//! What has pods: one that is ready stands for it.

use dbg_tests::exit;

use crate::scene::{Scene, Space};

/// A Deployment, or a kind with the same fields, whose pods serve nothing.
pub(crate) fn workload(space: &Space<'_>, kind: &str, name: &str, command: &str) {
    workload_with(space, kind, name, command, "");
}

/// The same, with more fields of its container.
fn workload_with(space: &Space<'_>, kind: &str, name: &str, command: &str, more: &str) {
    let image = &space.scene.image;
    let service = if kind == "StatefulSet" { r#""serviceName":"none","# } else { "" };
    space.apply(&format!(
        r#"{{"apiVersion":"apps/v1","kind":"{kind}","metadata":{{"name":"{name}"}},"spec":{{{service}"selector":{{"matchLabels":{{"app":"{name}"}}}},
        "template":{{"metadata":{{"labels":{{"app":"{name}"}}}},"spec":{{"terminationGracePeriodSeconds":0,"containers":[
        {{"name":"app","image":"{image}","imagePullPolicy":"Never","command":["sh","-c","{command}"]{more}}}]}}}}}}}}"#
    ));
}

/// The pods to which something was added.
fn touched(space: &Space<'_>) -> Vec<String> {
    let listed = space
        .kubectl("get pods -o jsonpath='{range .items[?(@.spec.ephemeralContainers)]}{.metadata.name}{\" \"}{end}'");
    listed.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn the_oldest_pod_that_is_ready_stands_for_what_has_pods() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-work");
    workload(&space, "Deployment", "web", "sleep 600");
    space.kubectl("rollout status --timeout 60s deploy/web >&2");
    let oldest = space.kubectl("get pods -l app=web -o name").trim().trim_start_matches("pod/").to_owned();
    space.kubectl("scale deploy/web --replicas 3 >&2; kubectl -n dbg-work rollout status --timeout 60s deploy/web >&2");
    space.kubectl("expose deploy/web --port 80 >&2");
    let check = "dns-check name=kubernetes.default.svc.cluster.local";
    for target in ["deploy/web", "svc/web"] {
        let output = space.dbg(&format!("run --target {target} {check} -o json")).run();
        output.exits(exit::PASS);
        assert_eq!(output.json()["results"][0]["target"], target, "{output}");
    }
    // Both found the same one, and in it the same container.
    assert_eq!(touched(&space), [oldest.as_str()]);
    let explained = space.dbg(&format!("target explain deploy/web {check}")).run();
    explained.exits(exit::PASS).says(&oldest).says("of 3 that are ready").says("of dbg's there are 1");
    space.dbg(&format!("run --target deploy/web --via node {check}")).run().exits(exit::PASS);
    // Reads of the API alone create nothing.
    let read = space.dbg("run --target deploy/web oom-restart").run();
    read.exits(exit::PASS);
    assert_eq!(touched(&space).len(), 1);
    space.nothing_is_left();
}

#[test]
fn other_kinds_are_found_by_their_own_selectors() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-kinds");
    workload(&space, "StatefulSet", "db", "sleep 600");
    workload(&space, "DaemonSet", "log", "sleep 600");
    space.kubectl(&format!("create job night --image {} -- sleep 600 >&2", space.scene.image));
    space.kubectl(
        "rollout status --timeout 60s sts/db >&2; kubectl -n dbg-kinds rollout status --timeout 60s ds/log >&2",
    );
    space.kubectl("wait --timeout 60s --for jsonpath='{.status.ready}'=1 job/night >&2");
    for target in ["sts/db", "ds/log", "job/night"] {
        let line = format!("run --target {target} dns-check name=kubernetes.default.svc.cluster.local");
        space.dbg(&line).run().exits(exit::PASS);
    }
    assert_eq!(touched(&space).len(), 3);
    space.nothing_is_left();
}

#[test]
fn where_no_pod_is_ready_it_is_told_how_they_stand() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-unready");
    // A program that ends at once is ready for a moment; one that is looked at never is.
    workload_with(&space, "Deployment", "broken", "sleep 600", r#","readinessProbe":{"exec":{"command":["false"]}}"#);
    space.kubectl("create service clusterip lonely --tcp 80 >&2");
    let far = r#"{"apiVersion":"v1","kind":"Service","metadata":{"name":"far"},"spec":{"ports":[{"port":80}]}}"#;
    space.apply(far);
    let refused = |target: &str, words: &[&str]| {
        let output = space.dbg(&format!("run --target {target} dns-check")).run();
        output.exits(exit::UNKNOWN);
        let said = output.stderr().split_whitespace().collect::<Vec<_>>().join(" ") + &output.stdout();
        assert!(words.iter().all(|word| said.contains(word)), "{words:?}\n{output}");
    };
    space.kubectl("wait --timeout 60s --for jsonpath='{.status.replicas}'=1 deploy/broken >&2");
    refused("deploy/broken", &["no pod that is ready", "of 1, broken-"]);
    refused("svc/lonely", &["none at all"]);
    refused("svc/far", &["selects no pods"]);
    refused("sts/none", &["no `sts/none`", "dbg-unready"]);
    space.nothing_is_left();
}
