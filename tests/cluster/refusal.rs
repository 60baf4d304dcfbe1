//! What cannot be: one clear error with its next step, and nothing was created.

use dbg_tests::exit;

use crate::scene::{Scene, Space};

/// Runs a check that does not come to run; what was said of it.
#[track_caller]
fn refused(space: &Space<'_>, line: &str, code: i32, words: &[&str]) {
    let output = space.dbg(line).run();
    output.exits(code);
    // Lines are broken wherever they are full.
    let said = format!("{} {}", output.stdout(), output.stderr());
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for word in words {
        assert!(said.contains(word), "`{word}` is not said\n{output}");
    }
    assert_eq!(space.kubectl("get pods,configmaps -l dbg.run/id -o name"), "", "{output}");
}

#[test]
fn a_cluster_that_cannot_be_asked_is_named_by_its_defect() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-defect");
    let run = |more: &str| format!("run --target node/n1 dns-check {more}");
    refused(&space, &run("--kubeconfig /no/such"), exit::UNKNOWN, &["/no/such", "--kubeconfig FILE"]);
    refused(&space, &run("--context nowhere"), exit::UNKNOWN, &["no context `nowhere`", "dbg-cluster"]);
    let kubeconfig = space.context.home.path().join("kubeconfig");
    let whole = std::fs::read_to_string(kubeconfig).expect("it is there");
    let change = |name: &str, change: &dyn Fn(&str) -> String, words: &[&str]| {
        let path = space.context.home.write(name, change(&whole).as_bytes());
        refused(&space, &run(&format!("--kubeconfig {}", path.display())), exit::UNKNOWN, words);
    };
    let server = whole.lines().find_map(|line| line.trim().strip_prefix("server: ")).expect("a server").to_owned();
    change("dead", &|all| all.replace(&server, "https://127.0.0.1:1"), &["no API server answers", "127.0.0.1:1"]);
    let other = scene.run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -subj /CN=other -keyout /dev/null 2>/dev/null | base64 -w0", "");
    let authority = |all: &str| {
        let line =
            all.lines().find(|line| line.contains("certificate-authority-data")).expect("an authority").to_owned();
        all.replace(&line, &format!("    certificate-authority-data: {other}"))
    };
    change("other-ca", &authority, &["signed by another authority", "certificate-authority"]);
    let token = |all: &str| {
        let users = all.find("users:").expect("users");
        format!("{}users:\n- name: admin\n  user:\n    token: no-such-token\n", &all[..users])
    };
    change("token", &token, &["does not accept the credentials of the context `dbg-cluster`", "log in again"]);
    let exec = |all: &str| {
        let users = all.find("users:").expect("users");
        format!(
            "{}users:\n- name: admin\n  user:\n    exec:\n      apiVersion: client.authentication.k8s.io/v1\n      command: /bin/false\n      interactiveMode: Never\n",
            &all[..users]
        )
    };
    change("exec", &exec, &["`/bin/false`"]);
    let path = space.context.home.path().join("exec");
    refused(
        &space,
        &run(&format!("--no-exec-auth --kubeconfig {}", path.display())),
        exit::UNKNOWN,
        &["--no-exec-auth"],
    );
}

#[test]
fn a_node_that_cannot_be_reached_is_named_with_why() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-nodes");
    refused(&space, "run --target node/n9 dns-check", exit::UNKNOWN, &["no such node", "node/n1"]);
    refused(&space, "run --target node/../x dns-check", exit::USAGE, &["is no name in Kubernetes"]);
    // A node that is only an object.
    space.apply(r#"{"apiVersion":"v1","kind":"Node","metadata":{"name":"dbg-ghost"}}"#);
    let line = "run --target node/dbg-ghost --image x dns-check";
    refused(&space, line, exit::UNKNOWN, &["`dbg-ghost` is not ready"]);
    space.kubectl("delete node dbg-ghost >&2");
}

#[test]
fn a_pod_that_the_namespace_does_not_take_is_refused_before_anything_is_created() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-full");
    let run = "run --target node/n1 --image x dns-check";
    space.kubectl("create quota none --hard=pods=0 >&2");
    refused(&space, run, exit::UNKNOWN, &["exceeded quota", "-n"]);
    space.kubectl("delete quota none >&2");
    space.apply(
        r#"{"apiVersion":"v1","kind":"LimitRange","metadata":{"name":"small"},"spec":{"limits":[{"type":"Container","max":{"memory":"64Mi"}}]}}"#,
    );
    refused(&space, run, exit::UNKNOWN, &["the LimitRange `small` is 64 MiB of memory", "`-n`"]);
    space.kubectl("delete limitrange small >&2");
    refused(&space, "run --target ns/dbg-no-such --image x dns-check", exit::UNKNOWN, &["not found", "-n"]);
}

#[test]
fn every_right_that_is_missing_is_named_and_the_role_that_is_printed_gives_it() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-rights");
    let run = "run --as eve --target node/n1 --image dbg.test/busybox:1 dns-check";
    refused(
        &space,
        run,
        exit::UNKNOWN,
        &["create pods in the namespace `dbg-rights`", "get pods/exec", "dbg target rbac"],
    );
    let role = space.dbg("target rbac --as eve node/n1 dns-check").run();
    role.exits(exit::PASS).says("kind: Role").says("name: eve");
    space.apply(&role.stdout());
    space.dbg("target explain --as eve node/n1 dns-check").run().exits(exit::PASS);
    let output = space.dbg("run --as eve --target node/n1 sock-summary").run();
    output.exits(exit::PASS);
    space.kubectl("delete clusterrole,clusterrolebinding dbg >&2");
    space.nothing_is_left();
}

#[test]
fn an_image_that_is_not_there_is_named_and_its_pod_removed() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-pull");
    let line = "run --target node/n1 --image registry.invalid/dbg:1 dns-check";
    refused(&space, line, exit::UNKNOWN, &["`registry.invalid/dbg:1` cannot be used", "dbg image save"]);
    space.nothing_is_left();
}
