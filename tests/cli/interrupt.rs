//! Ctrl-C, at any moment: exit code 130, what was found is told, nothing is left.

use std::time::Duration;

use dbg_tests::{Context, LIMIT, exit, until};
use rustix::process::Signal;

/// A guest that is told to stop has 1 s, and the machine may be busy.
const SOON: Duration = Duration::from_secs(10);

#[test]
fn it_ends_a_run_at_any_moment() {
    let context = Context::new();
    let file = context.guest("hostile-run");
    let run = || {
        let words = ["run", "--allow-unsigned", "--plugin"];
        context.dbg(words).arg(&file).arg("-o").arg("ndjson").arg("sleeps-a-minute")
    };
    // The moments are spread over start, load and run; whichever they hit, the answer is the same. An interrupt before dbg has
    // asked for signals at all ends it by the signal, as it would any program.
    for moment in [0, 1, 2, 4, 8, 16, 32, 64, 128, 256] {
        let running = run().start();
        assert!(!until(Duration::from_millis(moment), || false));
        running.signal(Signal::INT);
        let output = running.wait(SOON);
        assert!(output.code() == Some(exit::INTERRUPTED) || output.signal() == Some(2), "after {moment} ms\n{output}");
        assert!(output.took < SOON, "{output}");
    }
    context.nothing_is_left();
}

#[test]
fn what_was_found_before_is_reported() {
    let context = Context::new();
    let running = context.run_guest("hostile-run", &["-o", "ndjson", "sleeps-a-minute"]).start();
    running.wait_for("it started", LIMIT);
    running.signal(Signal::INT);
    let output = running.wait(SOON);
    output.exits(exit::INTERRUPTED).says("cancelled").says("summary");
    context.nothing_is_left();
}

#[test]
fn a_polite_guest_says_what_it_knows() {
    let context = Context::new();
    let running = context.run_guest("every-report", &["-o", "ndjson", "waits-politely"]).start();
    running.wait_for("it started", LIMIT);
    running.signal(Signal::INT);
    let output = running.wait(SOON);
    output.exits(exit::INTERRUPTED).says("it was told to stop").says("stopped before the end");
}

#[test]
fn sigterm_is_as_good() {
    let context = Context::new();
    let running = context.run_guest("every-report", &["-o", "ndjson", "waits-politely"]).start();
    running.wait_for("it started", LIMIT);
    running.signal(Signal::TERM);
    running.wait(SOON).exits(exit::INTERRUPTED);
}

#[test]
fn a_second_one_ends_at_once() {
    let context = Context::new();
    let running = context.run_guest("hostile-run", &["-o", "ndjson", "sleeps-a-minute"]).start();
    running.wait_for("it started", LIMIT);
    running.signal(Signal::INT);
    running.signal(Signal::INT);
    running.wait(SOON).exits(exit::INTERRUPTED);
}

#[test]
fn it_ends_an_add_without_leaving_a_half() {
    let context = Context::new();
    let file = context.guest("every-kind");
    for moment in [0, 1, 2, 4, 8, 16, 32, 64] {
        let running = context.dbg(["plugin", "add", "--allow-unsigned", "--yes"]).arg(&file).start();
        assert!(!until(Duration::from_millis(moment), || false));
        running.signal(Signal::INT);
        let output = running.wait(SOON);
        let ended = [Some(exit::PASS), Some(exit::INTERRUPTED)].contains(&output.code()) || output.signal() == Some(2);
        assert!(ended, "after {moment} ms\n{output}");
    }
    // Whatever was cut short, the next one is whole and clears up.
    context.dbg(["plugin", "add", "--allow-unsigned", "--yes"]).arg(&file).run().exits(exit::PASS);
    context.type_in("run every-kind").run().exits(exit::PASS);
    context.nothing_is_left();
}
