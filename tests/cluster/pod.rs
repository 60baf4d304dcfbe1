//! Checks in a pod that is there already: in a container that is added to it, and from its node.

use dbg_tests::exit;

use crate::scene::{Scene, Space};

/// A pod of two containers; the first listens at 8080 and has a file of its own.
pub(crate) fn web(space: &Space<'_>, name: &str, more: &str) {
    let (image, spec) = (&space.scene.image, "\"imagePullPolicy\":\"Never\"");
    space.apply(&format!(
        r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{name}"}},"spec":{{"terminationGracePeriodSeconds":0,{more}"containers":[
        {{"name":"app","image":"{image}",{spec},"command":["httpd","-f","-p","8080"]}},
        {{"name":"side","image":"{image}",{spec},"command":["sleep","600"]}}]}}}}"#
    ));
    space.kubectl(&format!("wait --timeout 60s --for condition=Ready pod/{name} >&2"));
}

/// The names of what was added to a pod.
fn added(space: &Space<'_>, pod: &str) -> Vec<String> {
    let names = space.kubectl(&format!("get pod {pod} -o jsonpath='{{.spec.ephemeralContainers[*].name}}'"));
    names.split_whitespace().map(str::to_owned).collect()
}

#[track_caller]
fn refused(space: &Space<'_>, line: &str, words: &[&str]) {
    let output = space.dbg(line).run();
    output.exits(exit::UNKNOWN);
    // Lines are broken wherever they are full.
    let said = format!("{} {}", output.stdout(), output.stderr());
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for word in words {
        assert!(said.contains(word), "`{word}` is not said\n{output}");
    }
}

#[test]
fn a_container_is_added_once_says_nothing_and_the_next_run_uses_it_again() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-pod");
    web(&space, "web", "");
    let explained = space.dbg("target explain pod/web tcp-reach to=127.0.0.1:8080").run();
    explained.exits(exit::PASS).says("ephemeral container").says("there is none of dbg's").says("the pod's first one");
    assert_eq!(added(&space, "web"), [""; 0]);
    for _ in 0..2 {
        // The pod's own loopback: what no other pod and no node reaches.
        space.dbg("run --target pod/web tcp-reach to=127.0.0.1:8080").run().exits(exit::PASS);
    }
    let names = added(&space, "web");
    assert_eq!(names.len(), 1, "{names:?}");
    assert_eq!(space.kubectl(&format!("logs web -c {}", names[0])), "");
    // Another plan is another container.
    space.dbg("run --target pod/web sock-summary").run().exits(exit::PASS);
    assert_eq!(added(&space, "web").len(), 2);
    space.dbg("target explain pod/web sock-summary").run().says("of dbg's there are 2").says("2 of which run");
    space.nothing_is_left();
}

#[test]
fn the_processes_of_the_container_that_is_meant_are_seen_and_its_rights_are_no_more_than_that_takes() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-pod-see");
    web(&space, "web", "");
    let output = space.dbg("run --target pod/web -c app sock-summary -o json").run();
    output.exits(exit::PASS);
    assert!(output.stdout().contains("8080"), "{output}");
    let security = space.kubectl("get pod web -o jsonpath='{.spec.ephemeralContainers[0]}'");
    assert!(security.contains(r#""targetContainerName":"app""#), "{security}");
    assert!(security.contains("SYS_PTRACE") && security.contains(r#""drop":["ALL"]"#), "{security}");
    assert!(!security.contains("SYS_ADMIN") && !security.contains(r#""stdin""#), "{security}");
}

#[test]
fn from_its_node_nothing_is_added_to_the_pod() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-pod-via");
    web(&space, "web", "");
    let explained = space.dbg("target explain pod/web --via node sock-summary").run();
    explained.exits(exit::PASS).says("network of the container `app`").says("CAP_SYS_ADMIN").says("one pod");
    space.dbg("run --target pod/web --via node tcp-reach to=127.0.0.1:8080").run().exits(exit::PASS);
    let output = space.dbg("run --target pod/web --via node sock-summary -o json").run();
    output.exits(exit::PASS);
    assert!(output.stdout().contains("8080"), "{output}");
    assert_eq!(added(&space, "web"), [""; 0]);
    space.nothing_is_left();
}

#[test]
fn an_image_without_a_shell_is_told_before_anything_is_added() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-pod-bare");
    let image = space.scene.image.replace("busybox:1", "pause:1");
    space.apply(&format!(
        r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"bare"}},"spec":{{"terminationGracePeriodSeconds":0,"containers":[
        {{"name":"app","image":"{image}","imagePullPolicy":"Never"}}]}}}}"#
    ));
    space.kubectl("wait --timeout 60s --for condition=Ready pod/bare >&2");
    refused(&space, "run --target pod/bare tcp-reach to=127.0.0.1:1", &["has no shell", "--image", "--via node"]);
    assert_eq!(added(&space, "bare"), [""; 0]);
}

#[test]
fn a_pod_that_cannot_be_looked_into_is_named_with_why_and_nothing_is_added() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-pod-not");
    web(&space, "web", "");
    let run = |target: &str| format!("run --target {target} dns-check");
    refused(&space, &run("pod/wbe"), &["no pod `dbg-pod-not/wbe`", "did you mean `--target pod/web`?"]);
    refused(&space, &run("pod/web -c ap"), &["no container `ap`", "`app`, `side`"]);
    space.kubectl(&format!(
        "run done --image {} --image-pull-policy Never --restart Never --command -- true >&2",
        space.scene.image
    ));
    space.kubectl("wait --timeout 60s --for jsonpath='{.status.phase}'=Succeeded pod/done >&2");
    refused(&space, &run("pod/done"), &["does not run", "Succeeded", "oom-restart"]);
    refused(&space, &run("pod/done --via node"), &["does not run", "Succeeded"]);
    // A container that ends again and again.
    space.apply(&format!(
        r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"loops"}},"spec":{{"terminationGracePeriodSeconds":0,"containers":[
        {{"name":"app","image":"{0}","imagePullPolicy":"Never","command":["false"]}},{{"name":"side","image":"{0}","imagePullPolicy":"Never","command":["sleep","600"]}}]}}}}"#,
        space.scene.image
    ));
    space.kubectl("wait --timeout 60s --for jsonpath='{.status.containerStatuses[?(@.name==\"app\")].state.waiting.reason}'=CrashLoopBackOff pod/loops >&2");
    refused(
        &space,
        "run --target pod/loops sock-summary",
        &["the container `app`", "does not run", "CrashLoopBackOff"],
    );
    space
        .dbg("run --target pod/loops -c side dns-check name=kubernetes.default.svc.cluster.local")
        .run()
        .exits(exit::PASS);
    assert_eq!(added(&space, "web"), [""; 0]);
    space.nothing_is_left();
}

#[test]
fn what_the_namespace_or_the_rights_forbid_is_told_before_anything_is_added() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-pod-strict");
    web(&space, "web", "");
    let eve = "run --as eve --target pod/web tcp-reach to=127.0.0.1:8080";
    refused(&space, eve, &["look at a pod", "dbg target rbac"]);
    let role = space.dbg("target rbac --as eve pod/web tcp-reach to=127.0.0.1:8080").run();
    role.exits(exit::PASS).says("pods/ephemeralcontainers").says("name: eve");
    space.apply(&role.stdout().replace("\"patch\"", "\"get\""));
    refused(&space, eve, &["patch pods/ephemeralcontainers in the namespace `dbg-pod-strict`"]);
    assert_eq!(added(&space, "web"), [""; 0]);
    space.apply(&role.stdout());
    space.dbg(eve).run().exits(exit::PASS);
    space.kubectl("delete clusterrole,clusterrolebinding dbg >&2");
    space.kubectl("label namespace dbg-pod-strict pod-security.kubernetes.io/enforce=restricted >&2");
    refused(&space, "run --target pod/web sock-summary", &["PodSecurity", "--via node"]);
    assert_eq!(added(&space, "web").len(), 1);
}

#[test]
fn in_a_namespace_that_takes_the_strictest_pods_alone_the_same_user_sees_its_processes() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-pod-same");
    space.kubectl("label namespace dbg-pod-same pod-security.kubernetes.io/enforce=restricted >&2");
    let strict = r#""securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}"#;
    space.apply(&format!(
        r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"web"}},"spec":{{"terminationGracePeriodSeconds":0,
        "securityContext":{{"runAsUser":1000,"runAsGroup":1000,"runAsNonRoot":true,"seccompProfile":{{"type":"RuntimeDefault"}}}},
        "containers":[{{"name":"app","image":"{}","imagePullPolicy":"Never",{strict},"command":["httpd","-f","-p","8080"]}}]}}}}"#,
        space.scene.image
    ));
    space.kubectl("wait --timeout 60s --for condition=Ready pod/web >&2");
    // Its image has no folder that this user could write to, so the agent has to be in one.
    let explained = space.dbg("target explain pod/web sock-summary").run();
    explained.exits(exit::PASS).says("user 1000").hides("CAP_");
}
