//! `dbg gc`: what is left of this user's runs is removed, and nothing of anybody else's, and nothing that is in use.

use dbg_tests::{Engine, LIMIT, Site, exit};
use rustix::process::Signal;

/// A container as a run that was killed leaves it, made by process `pid` of user `uid`.
fn left_over(site: &Site, engine: Engine, name: &str, uid: u32, pid: u32) {
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").expect("it is there");
    let namespace = std::fs::read_link("/proc/self/ns/pid").expect("it is there").to_string_lossy().into_owned();
    let namespace = namespace.trim_start_matches("pid:[").trim_end_matches(']').to_owned();
    let process = format!("{}:{namespace}:{pid}:1", boot.trim());
    site.client(
        engine,
        &format!(
            "create --name {name} --label dbg.run/id=0123 --label dbg.run/owner={uid}@{host} \
             --label dbg.run/process={process} --label dbg.run/deadline=1 shop /bin/true"
        ),
    );
}

#[test]
fn what_is_left_is_shown_then_removed_and_what_others_left_stays() {
    let Some(site) = Site::new() else { return };
    for engine in Engine::BOTH {
        left_over(&site, engine, "ours", 0, 4_194_304);
        left_over(&site, engine, "theirs", 1000, 4_194_304);
        site.client(engine, "create --name plain shop /bin/true");
        site.dbg(engine, "gc --dry-run").run().exits(exit::PASS).says("ours").hides("theirs").hides("plain");
        assert_eq!(site.left(engine).len(), 2);
        site.dbg(engine, "gc").run().exits(exit::PASS).says("ours");
        assert_eq!(site.left(engine), ["theirs"]);
        site.dbg(engine, "gc").run().exits(exit::PASS).says("nothing is left behind");
        assert!(site.client(engine, "ps -a --format {{.Names}}").contains("plain"));
        site.client(engine, "rm theirs plain");
    }
}

#[test]
fn a_run_that_goes_on_is_not_touched() {
    let Some(site) = Site::new() else { return };
    let engine = Engine::Docker;
    let words = ["--target", "isolated", "-o", "ndjson", "sleeps-a-minute"];
    let running =
        site.context.run_guest("hostile-run", &words).as_root().variable("DOCKER_HOST", engine.host()).start();
    running.wait_for("it started", LIMIT);
    site.dbg(engine, "gc").run().exits(exit::PASS).says("nothing is left behind");
    assert_eq!(site.left(engine).len(), 1);
    running.signal(Signal::INT);
    running.wait(LIMIT).exits(exit::INTERRUPTED);
    site.nothing_is_left();
}
