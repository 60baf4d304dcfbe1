//! Checks on nodes, in namespaces and on the cluster, with no image of dbg anywhere, and with one.

use std::time::Duration;

use dbg_tests::{LIMIT, exit, until};

use crate::scene::{Scene, Space};

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
    let archive = space.context.home.path().join("agent.tar");
    let saved = space.context.type_in("image save agent.tar").run();
    let name = saved.stdout().split_whitespace().nth(1).expect("a name").to_owned();
    scene.run(&format!("{} load '{}' >&2", crate::scene::xtask(), archive.display()), "");
    let reference = format!("docker.io/library/{name}");
    let line = format!("--target node/n1 --image {reference} -o ndjson sleeps-a-minute");
    let running = space.guest("hostile-run", &line).start();
    running.wait_for("it started", LIMIT);
    assert_eq!(space.kubectl("get configmaps -l dbg.run/id -o name"), "");
    running.signal(rustix::process::Signal::TERM);
    running.wait(LIMIT);
    space.nothing_is_left();
    // The node says that it has it, sooner or later, and then it needs not be named.
    let finds = || space.dbg("target explain node/n1 -o json").run().stdout().contains("agent's own image");
    assert!(until(Duration::from_secs(60), finds), "{}", space.dbg("target explain node/n1").run());
    // Other tests count on nodes that have never seen it.
    for node in ["n1", "n2"] {
        scene.run(&format!("{} enter {node} -- ctr -n k8s.io images rm {reference} >&2", crate::scene::xtask()), "");
    }
    assert!(until(Duration::from_secs(90), || !finds()), "the nodes still name it");
}
