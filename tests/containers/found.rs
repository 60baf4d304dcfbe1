//! Containers that run where no engine answers, or that the engine does not know: found by what their runtime left, joined by a child.

use std::net::TcpStream;

use dbg_tests::{Context, Engine, LIMIT, Output, Site, exit, until};
use serde_json::Value;

use crate::report::{done, results, shows};

const HTTPD: &str = "/bin/httpd -f -p 8080 -h /www";
const SLEEP: &str = "/bin/sleep 600";

#[track_caller]
fn root(context: &Context, line: &str) -> Output {
    context.type_in(line).as_root().run()
}

/// The targets of `dbg target list` that begin with `container/`, but for the kind.
#[track_caller]
fn listed(context: &Context) -> Vec<Value> {
    let output = root(context, "target list -o json");
    let lines = output.json().as_array().cloned().unwrap_or_else(|| panic!("no list\n{output}"));
    lines.into_iter().filter(|line| line["container"].is_object()).collect()
}

/// A name that no other test of this machine has: cgroups are everybody's.
fn unique(name: &str) -> String {
    format!("{name}-{}", std::process::id())
}

/// Everything that is to be reached in a container that listens on 8080.
#[track_caller]
fn reaches(context: &Context, name: &str) {
    let target = format!("--target container/{name}");
    done(root(context, &format!("run {target} tcp-reach to=127.0.0.1:8080 -o json")).exits(exit::PASS));
    let without = done(&root(context, &format!("run {target} sock-summary -o json")));
    assert!(shows(&without, "8080") && !shows(&without, "httpd"), "{without}");
    assert_eq!(without["target"], format!("container/{name}"));
    assert!(without["notes"].to_string().contains("found without an engine"), "{without}");
    let with = done(&root(context, &format!("run {target} --pid sock-summary -o json")));
    assert!(shows(&with, "8080") && shows(&with, "httpd"), "{with}");
    // Its files, by its root: also where it has no shell.
    let line = format!("{target} --pid reads-text path=/etc/marker -o json");
    let words: Vec<&str> = line.split_whitespace().collect();
    let read = context.run_guest("reads-text", &words).as_root().run();
    done(read.exits(exit::PASS));
    assert!(read.stdout().contains("shop"), "{read}");
    context.nothing_is_left();
}

#[test]
fn a_container_of_an_engine_that_does_not_answer_is_found_by_name_and_by_id() {
    let Some(site) = Site::new() else { return };
    for engine in Engine::BOTH {
        let _web = site.container(engine, "web", "", HTTPD);
        let alone = site.without_engines();
        reaches(&alone, "web");
        let id = site.client(engine, "inspect --format {{.Id}} web");
        for id in [id.as_str(), &id[..12]] {
            let output = root(&alone, &format!("run --target container/{id} tcp-reach to=127.0.0.1:8080 -o json"));
            done(output.exits(exit::PASS));
        }
        let line = listed(&alone).into_iter().find(|line| line["target"] == "container/web");
        let line = line.unwrap_or_else(|| panic!("`web` is not listed: {engine:?}"));
        assert_eq!(line["description"], format!("{engine:?}, web (no engine answers)"));
        assert_eq!(line["container"]["id"], id);
        assert_eq!(line["container"]["runtime"], format!("{engine:?}"));
        site.nothing_is_left();
    }
}

#[test]
fn the_container_behind_a_pid_is_named() {
    let Some(site) = Site::new() else { return };
    for engine in Engine::BOTH {
        let _web = site.container(engine, "web", "", SLEEP);
        // As the machine counts, not as the engine in its own process namespace does.
        let alone = site.without_engines();
        let plan = root(&alone, "target explain container/web -o json");
        let notes = plan.exits(exit::PASS).json()["plan"]["notes"].to_string();
        let pid = notes.split("by its process ").nth(1).and_then(|rest| rest.split('"').next());
        let pid = pid.unwrap_or_else(|| panic!("no process\n{plan}")).to_owned();
        for context in [&site.context, &alone] {
            let plan = root(context, &format!("target explain pid/{pid} sock-summary -o json"));
            let container = plan.exits(exit::PASS).json()["plan"]["container"].clone();
            assert_eq!(container["name"], "web", "{plan}");
            assert_eq!(container["runtime"], format!("{engine:?}"));
            let text = root(context, &format!("target explain pid/{pid}"));
            text.exits(exit::PASS).says(&format!("note: pid/{pid} is in the container `web`, {engine:?}"));
        }
        let run = root(&alone, &format!("run --target pid/{pid} sock-summary -o json"));
        assert!(done(&run)["notes"].to_string().contains("container `web`"), "{run}");
    }
    let own = root(&site.context, &format!("target explain pid/{} -o json", std::process::id()));
    assert!(own.exits(exit::PASS).json()["plan"]["container"].is_null(), "{own}");
}

#[test]
fn a_container_of_containerd_is_found_by_id_and_by_kubernetes_names_also_beside_an_engine() {
    let Some(site) = Site::new() else { return };
    let Some(_containerd) = site.containerd() else { return };
    let (id, name, pod) = (unique("task"), unique("shop"), unique("shop-5d4"));
    let (container, of_pod) =
        (format!("io.kubernetes.cri.container-name={name}"), format!("io.kubernetes.cri.sandbox-name={pod}"));
    site.task(&id, &[&container, &of_pod, "io.kubernetes.cri.sandbox-namespace=default"], SLEEP);
    let alone = site.without_engines();
    for context in [&alone, &site.context] {
        for name in [&id, &name, &pod] {
            let output = root(context, &format!("run --target container/{name} sock-summary -o json"));
            let notes = done(output.exits(exit::PASS))["notes"].to_string();
            assert!(notes.contains(&format!("default/{pod}/{}", unique("shop"))), "{output}");
            // `ctr` gives it a network of its own, and nothing into it.
            assert!(notes.contains("no interface but loopback"), "{output}");
        }
    }
    let line = listed(&alone).into_iter().find(|line| line["container"]["id"] == id.as_str());
    let line = line.unwrap_or_else(|| panic!("`{id}` is not listed"));
    assert_eq!(line["target"], format!("container/{name}"));
    assert_eq!(line["description"], format!("containerd, default/{pod}/{name} (no engine answers)"));
    let beside = root(&site.context, "target list -o json");
    beside.exits(exit::PASS).says(&format!("container/{name}")).says("(not the engine's)");
    site.nothing_is_left();
}

#[test]
fn a_name_that_several_have_is_refused_with_each_of_them() {
    let Some(site) = Site::new() else { return };
    let Some(_containerd) = site.containerd() else { return };
    let (one, other, name) = (unique("one"), unique("other"), unique("twin"));
    let annotation = format!("io.kubernetes.cri.container-name={name}");
    for id in [&one, &other] {
        site.task(id, &[&annotation], SLEEP);
    }
    let alone = site.without_engines();
    let output = root(&alone, &format!("target explain container/{name}"));
    output.exits(exit::UNKNOWN).warns("means 2 containers").warns(&one).warns(&other).warns("container/ID");
    root(&alone, &format!("target explain container/{one}")).exits(exit::PASS);
    let targets: Vec<Value> = listed(&alone).into_iter().map(|line| line["target"].clone()).collect();
    for id in [&one, &other] {
        assert!(targets.contains(&Value::from(format!("container/{id}"))), "{targets:?}");
    }
}

#[test]
fn a_container_without_a_network_is_joined_and_its_emptiness_is_noted() {
    let Some(site) = Site::new() else { return };
    for engine in Engine::BOTH {
        let _web = site.container(engine, "web", "--network none", HTTPD);
        let alone = site.without_engines();
        let result = done(root(&alone, "run --target container/web sock-summary -o json").exits(exit::PASS));
        assert!(shows(&result, "8080"), "{result}");
        assert!(result["notes"].to_string().contains("no interface but loopback"), "{result}");
        site.nothing_is_left();
    }
}

#[test]
fn what_is_found_nowhere_is_told_with_every_socket_and_its_reason() {
    let Some(site) = Site::new() else { return };
    let _web = site.container(Engine::Docker, "web", "", SLEEP);
    let alone = site.without_engines();
    let output = root(&alone, "run --target container/wob sock-summary -o json");
    output.exits(exit::UNKNOWN);
    let failure = results(&output)[0]["failure"]["text"].to_string();
    for word in [
        "`/var/run/docker.sock`: nobody listens",
        "`/run/podman/podman.sock`: nobody listens",
        "`wob`",
        "container/web",
    ] {
        assert!(failure.contains(word), "`{word}` is not in {failure}");
    }
    // Nobody sees what root's runtimes left.
    let nobody = alone.type_in("target explain container/web").run();
    nobody.exits(exit::UNKNOWN).warns("takes root").warns("`/var/run/docker.sock`: ");
    // A named engine is the only one.
    let named = alone.type_in("target explain container/web").as_root().variable("DOCKER_HOST", Engine::Docker.host());
    named.run().exits(exit::UNKNOWN).warns("no container engine answered").hides("process of this machine");
}

#[test]
fn what_cannot_be_looked_at_is_refused_without_an_engine_as_with_one() {
    let Some(site) = Site::new() else { return };
    let _web = site.container(Engine::Docker, "web", "", SLEEP);
    let alone = site.without_engines();
    let words = ["--target", "container/web", "reads-text", "path=/etc/marker", "-o", "json"];
    let output = alone.run_guest("reads-text", &words).as_root().run();
    assert!(results(&output)[0]["failure"]["text"].to_string().contains("--pid"), "{output}");
    site.client(Engine::Docker, "pause web");
    root(&alone, "target explain container/web").exits(exit::UNKNOWN).warns("`web` is paused");
    site.client(Engine::Docker, "unpause web");
    // Docker writes it down a moment after it has said so.
    let explain = || root(&alone, "target explain container/web");
    assert!(until(LIMIT, || explain().code() == Some(exit::PASS)), "{}", explain());
    explain().says("found by its control group");
}

#[test]
fn a_finding_about_a_process_names_its_container_beside_its_id() {
    let Some(site) = Site::new() else { return };
    // Whoever connects is given to a program that never looks at the connection.
    let serve = "/bin/busybox nc -ll -p 9000 -e /bin/sleep 600";
    let _web = site.container(Engine::Podman, "web", "--network host", serve);
    let alone = site.without_engines();
    let comes_and_goes = || TcpStream::connect("127.0.0.1:9000").is_ok();
    site.context.in_namespace(|namespace| namespace.enter(|| assert!(until(LIMIT, comes_and_goes), "nobody listens")));
    for context in [&alone, &site.context] {
        let line = "run --target container/web --pid sock-summary close-wait=1 --fail-on never -o";
        let result = done(&root(context, &format!("{line} json")));
        let finding = result["findings"].as_array().into_iter().flatten().find(|one| one["id"] == "sock-close-wait");
        let finding = finding.unwrap_or_else(|| panic!("nothing is piled up: {result}"));
        let evidence = finding["evidence"].to_string();
        assert!(evidence.contains("container name") && evidence.contains("web"), "{finding}");
        assert!(evidence.contains("container runtime") && evidence.contains("Podman"), "{finding}");
        let lines = root(context, &format!("{line} ndjson"));
        assert!(lines.stdout().contains("container name"), "{lines}");
    }
}
