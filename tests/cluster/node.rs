//! Checks on nodes, in namespaces and on the cluster, with no image of dbg anywhere, and with one.

use std::time::Duration;

use dbg_tests::{LIMIT, exit, until};

use crate::scene::{AgentImage, Scene, Space};

/// An image is on a node because a pod runs of it.
pub(crate) fn lender(space: &Space<'_>, node: &str) {
    let spec = format!(
        r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"lender-{node}"}},"spec":{{"terminationGracePeriodSeconds":0,
        "nodeName":"{node}","containers":[{{"name":"c","image":"{}","imagePullPolicy":"Never","command":["sleep","600"]}}]}}}}"#,
        space.scene.image
    );
    space.apply(&spec);
    space.kubectl(&format!("wait --timeout 60s --for condition=Ready pod/lender-{node} >&2"));
}

#[test]
fn a_check_runs_on_a_node_that_has_never_seen_dbg_and_nothing_of_it_stays() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-node");
    lender(&space, "n1");
    let output = space.dbg("run --target node/n1 sock-summary -o json").run();
    output.exits(exit::PASS);
    let report = output.json();
    assert_eq!(report["results"][0]["target"], "node/n1", "{output}");
    space.nothing_is_left();
}

#[test]
fn the_plan_names_the_image_that_is_borrowed_and_what_it_has_of_the_node() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-plan");
    lender(&space, "n1");
    let output = space.dbg("target explain node/n1 sock-summary").run();
    output.exits(exit::PASS).says("dbg.test/busybox:1").says("borrowed").says("pid of the node").says("one ConfigMap");
    output.hides("/host");
    assert_eq!(space.left(), [""; 0]);
}

#[test]
fn what_a_run_says_reaches_no_log_of_the_node() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-log");
    lender(&space, "n2");
    let running = space.guest("hostile-run", "--target node/n2 -o ndjson sleeps-a-minute").start();
    running.wait_for("it started", LIMIT);
    let pod = space.kubectl("get pods -l dbg.run/id -o name");
    assert_eq!(space.kubectl(&format!("logs {}", pod.trim())), "");
    let spec = space.kubectl(&format!(
        "get {} -o jsonpath='{{.spec.nodeName}} {{.spec.automountServiceAccountToken}}'",
        pod.trim()
    ));
    assert_eq!(spec, "n2 false");
    running.signal(rustix::process::Signal::INT);
    assert_eq!(running.wait(LIMIT).code(), Some(exit::INTERRUPTED));
    space.nothing_is_left();
}

#[test]
fn an_ordinary_pod_runs_where_pod_security_is_restricted_and_its_node_does_not() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-strict");
    lender(&space, "n1");
    space.kubectl("label namespace dbg-strict pod-security.kubernetes.io/enforce=restricted >&2");
    space.dbg("run --target ns/dbg-strict dns-check name=kubernetes.default.svc.cluster.local").run().exits(exit::PASS);
    space.dbg("run --target cluster dns-check name=kubernetes.default.svc.cluster.local").run().exits(exit::PASS);
    let refused = space.dbg("run --target node/n1 dns-check").run();
    refused.exits(exit::UNKNOWN).says("PodSecurity").says("-n");
    space.nothing_is_left();
}

#[test]
fn several_nodes_share_one_loader_and_two_checks_one_session() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-two");
    for node in ["n1", "n2"] {
        lender(&space, node);
    }
    let output = space.dbg("run --target node/n1 --target node/n2 sock-summary dns-check name=n1 -o json").run();
    let report = output.json();
    assert_eq!(report["results"].as_array().map(Vec::len), Some(4), "{output}");
    space.nothing_is_left();
}

#[test]
fn with_an_image_that_the_node_has_nothing_else_is_created() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-image");
    let Some(image) = AgentImage::load(&space) else { return };
    let line = format!("--target node/n1 --image {} -o ndjson sleeps-a-minute", image.reference);
    let running = space.guest("hostile-run", &line).start();
    running.wait_for("it started", LIMIT);
    assert_eq!(space.kubectl("get configmaps -l dbg.run/id -o name"), "");
    running.signal(rustix::process::Signal::TERM);
    let _ended = running.wait(LIMIT);
    space.nothing_is_left();
    // The node says that it has it, sooner or later, and then it needs not be named.
    let finds = || space.dbg("target explain node/n1 -o json").run().stdout().contains("agent's own image");
    assert!(until(Duration::from_secs(60), finds), "{}", space.dbg("target explain node/n1").run());
    drop(image);
    assert!(until(Duration::from_secs(90), || !finds()), "the nodes still name it");
}

#[test]
fn a_job_owns_the_pod_where_the_cluster_is_to_clean_up() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-job");
    lender(&space, "n1");
    space.dbg("target explain node/n1 sock-summary --cleanup job").run().exits(exit::PASS).says("one Job");
    space.dbg("run --target node/n1 sock-summary --cleanup job").run().exits(exit::PASS);
    space.nothing_is_left();
    let running = space.guest("hostile-run", "--target node/n1 --cleanup job -o ndjson sleeps-a-minute").start();
    running.wait_for("it started", LIMIT);
    let owner = "get pods -l dbg.run/id -o jsonpath='{.items[0].metadata.ownerReferences[0].kind}'";
    assert_eq!(space.kubectl(owner), "Job");
    let lasts = space.kubectl("get jobs -o jsonpath='{.items[0].spec.ttlSecondsAfterFinished}'");
    assert!(lasts.parse::<u32>().is_ok_and(|seconds| seconds <= 60), "{lasts}");
    running.signal(rustix::process::Signal::KILL);
    let _ended = running.wait(LIMIT);
    space.dbg("gc").run().exits(exit::PASS).says("Job dbg-job/");
    space.nothing_is_left();
}

#[test]
fn a_namespace_is_created_where_that_was_asked_for_alone() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-lender");
    lender(&space, "n1");
    let run = |more: &str| {
        let line = format!("run --target node/n1 sock-summary -n dbg-made {more}");
        space.context.type_in(&line).variable("KUBECONFIG", space.context.home.path().join("kubeconfig")).run()
    };
    run("").exits(exit::UNKNOWN).says("--create-namespace");
    run("--create-namespace").exits(exit::PASS);
    let level =
        "kubectl get namespace dbg-made -o jsonpath='{.metadata.labels.pod-security\\.kubernetes\\.io/enforce}'";
    assert_eq!(scene.run(level, ""), "privileged");
    run("--create-namespace").exits(exit::PASS);
    scene.run("kubectl delete namespace dbg-made --wait=false >&2", "");
    space.nothing_is_left();
    let output = space.context.type_in("run dns-check --create-namespace").run();
    output.exits(exit::USAGE).warns("no target takes one");
}

#[test]
fn pods_for_nodes_are_where_the_policy_says() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-policy");
    lender(&space, "n1");
    let policy = b"[cluster]\nnode-namespace = 'dbg-policy'\n";
    space.context.home.write("config/dbg/policy.toml", policy);
    let explain = |line: &str| {
        space.context.type_in(line).variable("KUBECONFIG", space.context.home.path().join("kubeconfig")).run()
    };
    explain("target explain node/n1").exits(exit::PASS).says("the namespace `dbg-policy`").says("policy");
    explain("target explain node/n1 -n default").exits(exit::PASS).says("the namespace `default`");
    explain("target explain cluster").says("the namespace `default`");
    explain("run --target node/n1 sock-summary").exits(exit::PASS);
    space.nothing_is_left();
}
