//! What breaks while a run is on its way or goes on: one clear error with its next step, and nothing is left.

use std::time::Duration;

use dbg_tests::{LIMIT, Output, exit, until};
use serde_json::json;

use crate::node::lender;
use crate::proxy::Proxy;
use crate::scene::{Scene, Space};
use crate::server::{Certificate, Server, Validity};
use crate::webhook::{Does, Webhook};

/// Longer than the heartbeat, and than a removal that is tried again.
const SOON: Duration = Duration::from_secs(90);

/// Whatever it says, with lines that were broken joined again.
pub(crate) fn said(output: &Output) -> String {
    let said = format!("{} {}", output.stdout(), output.stderr());
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn tells(output: &Output, words: &[&str]) {
    output.exits(exit::UNKNOWN);
    let said = said(output);
    for word in words {
        assert!(said.contains(word), "`{word}` is not said\n{output}");
    }
}

/// A kubeconfig of an administrator for another server.
fn kubeconfig(space: &Space<'_>, name: &str, server: &str, authority: &str, user: &str) -> std::path::PathBuf {
    let text = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: fake\nclusters:\n- name: fake\n  cluster:\n    server: {server}\n{authority}\
         contexts:\n- name: fake\n  context: {{cluster: fake, user: fake}}\nusers:\n- name: fake\n  user:\n{user}"
    );
    space.context.home.write(name, text.as_bytes())
}

#[test]
fn a_webhook_that_refuses_is_quoted_and_nothing_is_created() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-hook");
    lender(&space, "n1");
    let _webhook = Webhook::new(&space, Does::Refuses("no pods on a friday"));
    let output = space.dbg("run --target node/n1 sock-summary").run();
    tells(&output, &["no pods on a friday", "judge.cluster.test", "whoever made that policy"]);
    space.nothing_is_left();
}

#[test]
fn a_webhook_that_takes_away_what_a_run_stands_on_is_told_before_anything_is_created() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-rewrite");
    lender(&space, "n1");
    let mirror = json!([{ "op": "replace", "path": "/spec/containers/0/image", "value": "mirror.test/x:1" }]);
    let labels = json!([{ "op": "remove", "path": "/metadata/labels" }]);
    let deadline = json!([{ "op": "remove", "path": "/spec/activeDeadlineSeconds" }]);
    for (patch, word) in [(mirror, "mirror.test/x:1"), (labels, "dbg.run/id"), (deadline, "activeDeadlineSeconds")] {
        let _webhook = Webhook::new(&space, Does::Changes(patch));
        let output = space.dbg("run --target node/n1 sock-summary").run();
        tells(&output, &[word, "would change the agent's pod", "mutatingwebhookconfigurations"]);
        space.nothing_is_left();
    }
}

#[test]
fn a_sidecar_is_noted_and_keeps_nothing_from_its_end() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-sidecar");
    lender(&space, "n1");
    let sidecar =
        json!({ "name": "proxy", "image": scene.image, "imagePullPolicy": "Never", "command": ["sleep", "600"] });
    for path in ["/spec/containers/0", "/spec/containers/-"] {
        let patch = json!([{ "op": "add", "path": path, "value": sidecar }]);
        let _webhook = Webhook::new(&space, Does::Changes(patch));
        let output = space.dbg("run --target node/n1 sock-summary -o json").run();
        output.exits(exit::PASS).says("puts `proxy` beside the agent");
        space.nothing_is_left();
    }
}

#[test]
fn an_expired_certificate_is_told_whichever_side_has_it() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-expired");
    let old = Certificate::new("127.0.0.1", Validity::LongAgo);
    let server = Server::tls("127.0.0.1", &old, |_| (200, "{}".to_owned()));
    let authority = format!("    certificate-authority-data: {}\n", old.authority());
    let address = format!("https://{}", server.address);
    let path = kubeconfig(&space, "old-server", &address, &authority, "    token: x\n");
    let output = space.dbg(&format!("run --target node/n1 dns-check --kubeconfig {}", path.display())).run();
    tells(&output, &["has expired", &server.address.to_string(), "renews it"]);

    let whole = space.kubeconfig();
    let line = |word: &str| whole.lines().find(|line| line.contains(word)).expect("it is there");
    let address = line("server: ").trim().trim_start_matches("server: ");
    let (certificate, key) = old.pair();
    let user = format!("    client-certificate-data: {certificate}\n    client-key-data: {key}\n");
    let path = kubeconfig(&space, "old-client", address, &format!("{}\n", line("certificate-authority-data")), &user);
    let output = space.dbg(&format!("run --target node/n1 dns-check --kubeconfig {}", path.display())).run();
    tells(&output, &["client certificate has expired", "new token or certificate"]);
    assert_eq!(space.left(), [""; 0]);
}

#[test]
fn a_list_or_an_answer_without_end_is_given_up() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-endless");
    let same = Server::plain(|_| (200, r#"{"kind":"List","metadata":{"continue":"again"},"items":[]}"#.to_owned()));
    let count = std::sync::atomic::AtomicU64::new(0);
    let other = Server::plain(move |_| {
        let next = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        (200, format!(r#"{{"metadata":{{"continue":"{next}"}},"items":[]}}"#))
    });
    for (name, server) in [("same", &same), ("other", &other)] {
        let address = format!("http://{}", server.address);
        let path = kubeconfig(&space, name, &address, "", "    token: x\n");
        let gc = space.dbg(&format!("gc --kubeconfig {}", path.display())).run();
        tells(&gc, &["does not come to an end", "what listens at the `server`"]);
        let nodes = space.dbg(&format!("run --target nodes dns-check --kubeconfig {}", path.display())).run();
        tells(&nodes, &["does not come to an end"]);
    }
    let large = Server::plain(|_| (200, format!(r#"{{"items":[],"x":"{}"}}"#, "x".repeat(17 << 20))));
    let path = kubeconfig(&space, "large", &format!("http://{}", large.address), "", "    token: x\n");
    let output = space.dbg(&format!("run --target nodes dns-check --kubeconfig {}", path.display())).run();
    tells(&output, &["more than 16777216 bytes"]);
    let page = Server::plain(|asked| (200, format!("<html>{} {}</html>", asked.path, asked.body.len())));
    let path = kubeconfig(&space, "page", &format!("http://{}", page.address), "", "    token: x\n");
    let output = space.dbg(&format!("run --target node/n1 dns-check --kubeconfig {}", path.display())).run();
    tells(&output, &["makes no sense", "what listens at the `server`"]);
}

#[test]
fn a_node_that_ordinary_pods_are_kept_from_is_looked_at_and_the_reason_noted() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-tainted");
    lender(&space, "n2");
    let marked = |mark: &str, unmark: &str, word: &str| {
        scene.run(&format!("kubectl {mark} >&2"), "");
        let output = space.dbg("run --target node/n2 sock-summary -o json").run();
        scene.run(&format!("kubectl {unmark} >&2"), "");
        output.exits(exit::PASS).says(word);
    };
    marked("cordon n2", "uncordon n2", "it is cordoned");
    marked("taint node n2 dbg-test=x:NoSchedule", "taint node n2 dbg-test-", "the taint dbg-test:NoSchedule");
    space.nothing_is_left();
}

/// A run that goes on for a minute, through a proxy.
fn goes_on(space: &Space<'_>, proxy: &Proxy) -> dbg_tests::Running {
    let line = format!("--target node/n1 --kubeconfig {} -o ndjson sleeps-a-minute", proxy.kubeconfig.display());
    let running = space.guest("hostile-run", &line).start();
    running.wait_for("it started", LIMIT);
    running
}

#[test]
fn an_api_server_that_dies_and_is_back_ends_the_run_and_its_pod() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-dies");
    lender(&space, "n1");
    let proxy = Proxy::new(&space, None);
    let running = goes_on(&space, &proxy);
    proxy.dies();
    assert!(!until(Duration::from_secs(3), || false));
    proxy.is_back();
    let output = running.wait(SOON);
    tells(&output, &["connection to the agent's pod was cut", "run again"]);
    assert_eq!(space.kubectl("get pods,configmaps -l dbg.run/id -o name"), "", "{output}");
    space.nothing_is_left();
}

#[test]
fn an_api_server_that_stays_dead_leaves_what_gc_removes_and_says_so() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-dead");
    lender(&space, "n1");
    let proxy = Proxy::new(&space, None);
    let running = goes_on(&space, &proxy);
    proxy.dies();
    let output = running.wait(SOON);
    tells(&output, &["may be left", "dbg gc -n dbg-dead"]);
    space.dbg("gc").run().exits(exit::PASS);
    space.nothing_is_left();
}

#[test]
fn a_connection_that_is_cut_when_idle_is_never_idle() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-idle");
    lender(&space, "n1");
    // The heartbeat comes each 15 s.
    let proxy = Proxy::new(&space, Some(Duration::from_secs(20)));
    // It ends by the limit of the check and not by what is between: nothing else was cut off.
    let output = goes_on(&space, &proxy).wait(SOON);
    assert!(output.took >= Duration::from_secs(60), "{} cuts\n{output}", proxy.cuts());
    output.hides("disconnected");
    space.nothing_is_left();
}

#[test]
fn a_pod_that_is_evicted_is_told_as_that() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-evicted");
    lender(&space, "n1");
    let running = space.guest("hostile-run", "--target node/n1 -o ndjson sleeps-a-minute").start();
    running.wait_for("it started", LIMIT);
    let pod = space.kubectl("get pods -l dbg.run/id -o jsonpath='{.items[0].metadata.name}'");
    let eviction =
        json!({ "apiVersion": "policy/v1", "kind": "Eviction", "metadata": { "name": pod, "namespace": space.name } });
    let path = format!("/api/v1/namespaces/{}/pods/{pod}/eviction", space.name);
    scene.run(&format!("kubectl create --raw {path} -f - >&2"), &eviction.to_string());
    let output = running.wait(SOON);
    output.exits(exit::UNKNOWN).says("deleted meanwhile");
    space.nothing_is_left();
}

#[test]
fn limits_follow_the_namespace_as_far_as_the_agent_still_runs() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-room");
    lender(&space, "n1");
    let range = |memory: &str| {
        json!({ "apiVersion": "v1", "kind": "LimitRange", "metadata": { "name": "small" }, "spec": { "limits": [
            { "type": "Container", "max": { "memory": memory, "cpu": "200m" }, "min": { "memory": "96Mi" } }
        ] } })
        .to_string()
    };
    space.apply(&range("160Mi"));
    space.dbg("target explain node/n1 sock-summary").run().exits(exit::PASS).says("160 MiB").says("`small`");
    space.dbg("run --target node/n1 sock-summary").run().exits(exit::PASS);
    space.apply(&range("100Mi"));
    let output = space.dbg("run --target node/n1 sock-summary").run();
    tells(&output, &["the LimitRange `small` is 100 MiB of memory", "at least 128 MiB", "`-n`"]);
    space.kubectl("delete limitrange small >&2");

    space.kubectl("create quota shop --hard=limits.memory=256Mi,requests.memory=256Mi,limits.cpu=1,requests.cpu=1 >&2");
    let counted = || space.kubectl("get quota shop -o jsonpath='{.status.hard}'").contains("256Mi");
    assert!(until(Duration::from_secs(20), counted), "nobody counts");
    space.dbg("run --target node/n1 sock-summary").run().exits(exit::PASS);
    space.nothing_is_left();
}
