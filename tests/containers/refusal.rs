//! What cannot be looked at, and what it gets: one clear error, exit 5, and nothing left.

use dbg_tests::{Engine, LIMIT, Site, exit, until};

use crate::report::results;

const SLEEP: &str = "/bin/sleep 600";

#[track_caller]
fn refused(site: &Site, engine: Engine, line: &str, words: &[&str]) {
    let output = site.dbg(engine, &format!("{line} -o json")).run();
    output.exits(exit::UNKNOWN);
    let failure = results(&output)[0]["failure"]["text"].to_string();
    for word in words {
        assert!(failure.contains(word), "`{word}` is not in {failure}");
    }
    site.nothing_is_left();
}

#[test]
fn a_container_that_is_not_there_is_told_with_the_nearest_name() {
    let Some(site) = Site::new() else { return };
    for engine in Engine::BOTH {
        let _web = site.container(engine, "web", "", SLEEP);
        let line = "run --target container/wob sock-summary";
        refused(&site, engine, line, &["no container `wob`", "--target container/web"]);
    }
}

#[test]
fn a_container_that_does_not_run_is_told_by_its_state() {
    let Some(site) = Site::new() else { return };
    for engine in Engine::BOTH {
        let _web = site.container(engine, "web", "", SLEEP);
        let line = "run --target container/web sock-summary";
        site.client(engine, "pause web");
        refused(&site, engine, line, &["`web` is paused"]);
        site.client(engine, "unpause web");
        site.client(engine, "kill web");
        assert!(until(LIMIT, || !site.client(engine, "ps --format {{.Names}}").contains("web")));
        refused(&site, engine, line, &["`web` does not run"]);
    }
}

#[test]
fn a_container_that_ends_again_and_again_is_told() {
    let Some(site) = Site::new() else { return };
    let engine = Engine::Docker;
    let _web = site.container(engine, "web", "--restart always", "/bin/true");
    let restarts = || site.client(engine, "inspect --format {{.State.Restarting}} web") == "true";
    assert!(until(LIMIT, restarts));
    refused(&site, engine, "run --target container/web sock-summary", &["restarts in a loop"]);
}

#[test]
fn a_container_without_a_network_is_told_and_its_processes_are_offered() {
    let Some(site) = Site::new() else { return };
    for engine in Engine::BOTH {
        let _web = site.container(engine, "web", "--network none", SLEEP);
        refused(&site, engine, "run --target container/web sock-summary", &["has no network", "--pid"]);
        let with = site.dbg(engine, "run --target container/web --pid sock-summary").run();
        with.exits(exit::PASS);
    }
}

#[test]
fn a_network_that_is_none_is_refused() {
    let Some(site) = Site::new() else { return };
    let line = "run --target network/bak sock-summary";
    refused(&site, Engine::Docker, line, &["no network `bak`"]);
    refused(&site, Engine::Docker, "run --target network/host sock-summary", &["`host` is no network"]);
}

#[test]
fn without_an_engine_each_socket_is_told_with_its_reason() {
    let Some(site) = Site::new() else { return };
    for (host, words) in [
        ("unix:///nowhere.sock", "`/nowhere.sock`: there is no such socket"),
        ("ssh://-oProxyCommand=x", "no address of an engine"),
        ("what", "no address of an engine"),
    ] {
        let output = site.context.type_in("target explain host").variable("DOCKER_HOST", host).run();
        output.exits(exit::UNKNOWN).warns(words);
    }
    // As nobody: both sockets are root's.
    let nobody = site.context.type_in("target explain isolated").run();
    nobody.exits(exit::UNKNOWN).warns("`/var/run/docker.sock`: permission denied").warns("join the group");
    let run = site.context.type_in("run --target isolated sock-summary -o json").run();
    run.exits(exit::UNKNOWN);
    assert_eq!(results(&run)[0]["failure"]["code"], "unreachable");
}

#[test]
fn a_context_that_names_a_dead_engine_is_told_by_its_address() {
    let Some(site) = Site::new() else { return };
    let config = site.context.home.write("docker/config.json", "{\"currentContext\":\"dead\"}");
    let folder = config.parent().expect("it is in a folder").to_path_buf();
    let output = site.context.type_in("target explain isolated").variable("DOCKER_CONFIG", &folder).run();
    output.exits(exit::UNKNOWN).warns("context `dead`").warns("none of this name");
    // The digest of `dead`, as Docker names the folder of a context.
    let meta = "docker/contexts/meta/28a3a5e81d1e89f0efc70b63bf717b921373fc7fac70bc1b7e4d466799c0c6b0/meta.json";
    site.context.home.write(meta, r#"{"Endpoints":{"docker":{"Host":"tcp://127.0.0.1:9"}}}"#);
    let folder = config.parent().expect("it is in a folder");
    let output = site.context.type_in("target explain isolated").variable("DOCKER_CONFIG", folder).run();
    output.exits(exit::UNKNOWN).warns("`tcp://127.0.0.1:9`: Connection refused");
}

#[test]
fn pid_is_for_containers_alone() {
    let Some(site) = Site::new() else { return };
    let output = site.context.type_in("run --target isolated --pid sock-summary").run();
    output.exits(exit::USAGE).warns("no target is one").warns("container/NAME");
}
