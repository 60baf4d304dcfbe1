//! Endings that nobody planned: the agent killed, the operator killed, a Ctrl-C.

use std::time::Duration;

use dbg_tests::{Invocation, LIMIT, exit, until};
use rustix::process::{Pid, Signal, kill_process};

use crate::agent::{agent_of, agents_in};
use crate::place::Place;

/// A guest that is told to stop has 1 s, and the machine may be busy.
const SOON: Duration = Duration::from_secs(10);

fn sleeps<'place>(place: &'place Place, target: &str) -> Invocation<'place> {
    place.context.run_guest("hostile-run", &["--target", target, "-o", "ndjson", "sleeps-a-minute"]).as_root()
}

fn kill(pid: u32) {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).expect("a process has a number");
    // It may have ended by itself just now.
    kill_process(pid, Signal::KILL).ok();
}

#[test]
fn an_agent_that_is_killed_while_a_check_runs_is_told_by_its_signal() {
    let Some(place) = Place::new() else { return };
    for target in ["netns/blue", "local", &format!("pid/{}", place.sleeper())] {
        let running = sleeps(&place, target).start();
        running.wait_for("it started", LIMIT);
        kill(agent_of(&running));
        let output = running.wait(SOON);
        output.exits(exit::UNKNOWN).says("the agent was killed by signal 9").says("it started");
        place.nothing_is_left();
    }
}

#[test]
fn an_agent_that_is_killed_at_any_moment_is_no_riddle() {
    let Some(place) = Place::new() else { return };
    // Spread over start, joining, hello, code and run; whichever they hit, the answer is the same.
    for moment in [0, 1, 2, 4, 8, 16, 32, 64] {
        let running = sleeps(&place, "netns/blue").start();
        let agent = agent_of(&running);
        assert!(!until(Duration::from_millis(moment), || false));
        kill(agent);
        let output = running.wait(SOON);
        output.exits(exit::UNKNOWN).says("killed by signal 9");
        place.nothing_is_left();
    }
}

#[test]
fn the_other_targets_go_on_without_a_killed_agent() {
    let Some(place) = Place::new() else { return };
    let words = ["--target", "netns/blue", "--target", "local", "-o", "ndjson", "sleeps-a-minute"];
    let running = place.context.run_guest("hostile-run", &words).as_root().start();
    running.wait_for("\"target\":\"netns/blue\"", LIMIT);
    running.wait_for("\"target\":\"local\"", LIMIT);
    kill(agents_in(place.sleeper())[0]);
    // The one in `local` still sleeps: it ends by our signal and not by its sibling's end.
    assert!(until(LIMIT, || place.agents().len() == 1));
    running.signal(Signal::INT);
    running.wait(SOON).exits(exit::INTERRUPTED).says("killed by signal 9").says("cancelled");
    place.nothing_is_left();
}

#[test]
fn no_agent_outlives_an_operator_that_is_killed() {
    let Some(place) = Place::new() else { return };
    for target in ["netns/blue", "local"] {
        let running = sleeps(&place, target).start();
        running.wait_for("it started", LIMIT);
        assert_eq!(place.agents().len(), 1);
        running.signal(Signal::KILL);
        assert_eq!(running.wait(SOON).signal(), Some(9));
        assert!(until(Duration::from_secs(5), || place.agents().is_empty()), "the agent lives on");
        place.nothing_is_left();
    }
}

#[test]
fn ctrl_c_ends_an_agent_in_order_and_a_second_one_at_once() {
    let Some(place) = Place::new() else { return };
    let running = sleeps(&place, "netns/blue").start();
    running.wait_for("it started", LIMIT);
    running.signal(Signal::INT);
    running.wait(SOON).exits(exit::INTERRUPTED).says("cancelled").says("summary");
    place.nothing_is_left();
    let running = sleeps(&place, "netns/blue").start();
    running.wait_for("it started", LIMIT);
    running.signal(Signal::INT);
    running.signal(Signal::INT);
    running.wait(SOON).exits(exit::INTERRUPTED);
    place.nothing_is_left();
}

#[test]
fn a_stopped_agent_does_not_keep_ctrl_c_waiting_for_ever() {
    let Some(place) = Place::new() else { return };
    let running = sleeps(&place, "netns/blue").start();
    running.wait_for("it started", LIMIT);
    let agent = i32::try_from(agent_of(&running)).ok().and_then(Pid::from_raw).expect("a process has a number");
    kill_process(agent, Signal::STOP).expect("root may stop it");
    running.signal(Signal::INT);
    running.wait(LIMIT).exits(exit::INTERRUPTED);
    place.nothing_is_left();
}
