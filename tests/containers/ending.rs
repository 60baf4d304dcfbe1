//! Endings that nobody planned: each signal at many points of a run, and then nothing is left.

use std::time::Duration;

use dbg_tests::{Engine, LIMIT, Running, Site, exit, until};
use rustix::process::Signal;

/// Longer than the heartbeat, after which an agent without an operator has ended.
const SOON: Duration = Duration::from_secs(45);

fn sleeps(site: &Site, engine: Engine) -> Running {
    let words = ["--target", "isolated", "-o", "ndjson", "sleeps-a-minute"];
    site.context.run_guest("hostile-run", &words).as_root().variable("DOCKER_HOST", engine.host()).start()
}

/// Spread over look-up, image, create, attach, start, session and check.
fn moments(count: u64) -> impl Iterator<Item = Duration> {
    (0..count).map(move |step| Duration::from_millis(step * 600 / count))
}

#[test]
fn whatever_signal_ends_dbg_at_whatever_point_nothing_is_left() {
    let Some(site) = Site::new() else { return };
    for (turn, engine) in Engine::BOTH.into_iter().enumerate() {
        for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
            // Twenty points, of which each engine has every second.
            for moment in moments(20).skip(turn).step_by(2) {
                let running = sleeps(&site, engine);
                assert!(!until(moment, || false));
                running.signal(signal);
                let output = running.wait(SOON);
                // Before it listens, a signal ends it as any process.
                assert!(output.code() == Some(exit::INTERRUPTED) || output.signal().is_some(), "{output}");
                assert_eq!(site.left(engine), [""; 0], "{signal:?} after {moment:?}\n{output}");
            }
        }
    }
    site.nothing_is_left();
}

#[test]
fn a_second_signal_ends_it_at_once_and_leaves_nothing() {
    let Some(site) = Site::new() else { return };
    for engine in Engine::BOTH {
        for moment in moments(7) {
            let running = sleeps(&site, engine);
            assert!(!until(moment, || false));
            running.signal(Signal::INT);
            running.signal(Signal::TERM);
            let output = running.wait(SOON);
            assert_eq!(site.left(engine), [""; 0], "after {moment:?}\n{output}");
        }
    }
}

#[test]
fn after_sigkill_the_agent_ends_by_itself_and_gc_removes_what_was_never_started() {
    let Some(site) = Site::new() else { return };
    for engine in Engine::BOTH {
        for moment in moments(20) {
            let running = sleeps(&site, engine);
            assert!(!until(moment, || false));
            running.signal(Signal::KILL);
            assert_eq!(running.wait(SOON).signal(), Some(9));
        }
        let runs = "ps --filter label=dbg.run/id --format {{.Names}}";
        assert!(until(SOON, || site.client(engine, runs).is_empty()), "agents of {engine:?} live on");
        site.dbg(engine, "gc").run().exits(exit::PASS);
        assert!(until(LIMIT, || site.left(engine).is_empty()), "{:?}", site.left(engine));
    }
}

#[test]
fn an_agent_whose_target_ends_is_told_by_that() {
    let Some(site) = Site::new() else { return };
    for engine in Engine::BOTH {
        let _web = site.container(engine, "web", "", "/bin/sleep 600");
        let words = ["--target", "container/web", "--pid", "-o", "ndjson", "sleeps-a-minute"];
        let running =
            site.context.run_guest("hostile-run", &words).as_root().variable("DOCKER_HOST", engine.host()).start();
        running.wait_for("it started", LIMIT);
        site.client(engine, "kill web");
        running.wait(SOON).exits(exit::UNKNOWN).says("`web` does not run");
        site.nothing_is_left();
    }
}
