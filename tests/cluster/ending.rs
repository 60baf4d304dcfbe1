//! Endings that nobody planned: each signal at many points of a run, and then nothing is left.

use std::time::Duration;

use dbg_tests::{LIMIT, Running, exit, until};
use rustix::process::Signal;

use crate::node::lender;
use crate::scene::{AgentImage, Scene, Space};

/// Longer than the heartbeat, after which an agent without an operator has ended.
const SOON: Duration = Duration::from_secs(60);

fn sleeps(space: &Space<'_>, more: &str) -> Running {
    space.guest("hostile-run", &format!("--target node/n1 -o ndjson {more} sleeps-a-minute")).start()
}

/// Spread over look-up, review, create, watch, exec, loading, session and check.
fn moments(count: u64) -> impl Iterator<Item = Duration> {
    (0..count).map(move |step| Duration::from_millis(step * 1500 / count))
}

/// Each signal that can be heeded, at ten points; then SIGKILL at as many, and `gc`.
fn nothing_is_left_whatever_ends_it(space: &Space<'_>, more: &str) {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        for moment in moments(10) {
            let running = sleeps(space, more);
            assert!(!until(moment, || false));
            running.signal(signal);
            let output = running.wait(SOON);
            assert!(output.code() == Some(exit::INTERRUPTED) || output.signal().is_some(), "{output}");
            let objects = space.kubectl("get pods,configmaps -l dbg.run/id -o name");
            assert_eq!(objects, "", "{signal:?} after {moment:?}\n{output}");
        }
    }
    space.nothing_is_left();
    for moment in moments(10) {
        let running = sleeps(space, more);
        assert!(!until(moment, || false));
        running.signal(Signal::KILL);
        assert_eq!(running.wait(SOON).signal(), Some(9));
    }
    // What the server was asked for by then it may still be about to create.
    let gone = || {
        space.dbg("gc").run().exits(exit::PASS);
        space.kubectl("get pods,configmaps -l dbg.run/id -o name").is_empty()
    };
    assert!(until(SOON, gone), "{:?}", space.left());
    assert!(until(SOON, || space.left().is_empty()), "{:?}", space.left());
}

#[test]
fn whatever_signal_ends_dbg_at_whatever_point_nothing_is_left() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-ending");
    lender(&space, "n1");
    nothing_is_left_whatever_ends_it(&space, "");
}

#[test]
fn the_same_with_the_agents_image() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-ending-image");
    let Some(image) = AgentImage::load(&space) else { return };
    nothing_is_left_whatever_ends_it(&space, &format!("--image {}", image.reference));
}

#[test]
fn a_second_signal_ends_it_at_once_and_leaves_nothing() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-second");
    lender(&space, "n1");
    for moment in moments(5) {
        let running = sleeps(&space, "");
        assert!(!until(moment, || false));
        running.signal(Signal::INT);
        running.signal(Signal::TERM);
        let output = running.wait(SOON);
        let objects = space.kubectl("get pods,configmaps -l dbg.run/id -o name");
        assert_eq!(objects, "", "after {moment:?}\n{output}");
    }
    space.nothing_is_left();
}

#[test]
fn after_sigkill_gc_removes_what_is_left_and_nothing_of_anybody_elses() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-killed");
    lender(&space, "n1");
    for moment in moments(10) {
        let running = sleeps(&space, "");
        assert!(!until(moment, || false));
        running.signal(Signal::KILL);
        assert_eq!(running.wait(SOON).signal(), Some(9));
    }
    space.kubectl("run plain --image nowhere --restart Never >&2");
    space.kubectl("create configmap theirs >&2");
    space.kubectl("label configmap theirs dbg.run/id=abc >&2");
    let live = sleeps(&space, "");
    live.wait_for("it started", LIMIT);
    let output = space.dbg("gc").run();
    output.exits(exit::PASS).hides("plain").hides("theirs");
    let left = space.kubectl("get pods,configmaps -l dbg.run/id -o name");
    // The run that goes on has its two, and what only looks like dbg's stays.
    assert_eq!(left.lines().count(), 3, "{left}\n{output}");
    live.signal(Signal::INT);
    let _ended = live.wait(SOON);
    space.kubectl("delete configmap theirs >&2");
    assert!(until(SOON, || space.left().is_empty()), "{:?}", space.left());
}

#[test]
fn a_pod_that_somebody_deletes_is_told_as_that() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-deleted");
    lender(&space, "n1");
    let running = sleeps(&space, "");
    running.wait_for("it started", LIMIT);
    space.kubectl("delete pods -l dbg.run/id --grace-period=0 --force >&2");
    let output = running.wait(SOON);
    output.exits(exit::UNKNOWN).says("deleted meanwhile");
    space.nothing_is_left();
}
