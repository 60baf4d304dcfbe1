//! A person at a terminal: asked once, shown a progress line and colour.

use dbg_tests::{Context, Session, exit};

#[test]
fn a_person_is_shown_what_a_plugin_may_do_and_asked_once() {
    let context = Context::new();
    let file = context.guest("every-report");
    let add = || Session::start(context.dbg(["plugin", "add", "--allow-unsigned"]).arg(&file).command());

    let mut refused = add();
    refused.wait_for("[y/N]");
    assert!(refused.screen().contains("sockets") && refused.screen().contains("waits for a datagram"));
    refused.type_in("\n");
    assert_eq!(refused.code(), Some(exit::PASS));
    context.type_in("plugin list").run().exits(exit::PASS).hides("every-report");

    let mut accepted = add();
    accepted.wait_for("[y/N]");
    accepted.type_in("y\n");
    assert_eq!(accepted.code(), Some(exit::PASS), "{}", accepted.screen());
    context.type_in("plugin list").run().exits(exit::PASS).says("every-report");
    context.type_in("run every-report").run().exits(exit::PASS);
    context.nothing_is_left();
}

#[test]
fn ctrl_c_at_the_question_adds_nothing() {
    let context = Context::new();
    let file = context.guest("every-report");
    let session = Session::start(context.dbg(["plugin", "add", "--allow-unsigned"]).arg(&file).command());
    session.wait_for("[y/N]");
    session.signal(rustix::process::Signal::INT);
    let mut session = session;
    assert_ne!(session.code(), Some(exit::PASS));
    context.type_in("plugin list").run().exits(exit::PASS).hides("every-report");
    context.nothing_is_left();
}

#[test]
fn a_progress_line_is_drawn_and_cleared_unless_told_otherwise() {
    let context = Context::new();
    let words = ["terminal-escapes"];
    let mut session = Session::start(context.run_guest("hostile-report", &words).command());
    assert_eq!(session.code(), Some(exit::UNKNOWN));
    assert!(!session.screen().contains("\u{1b}]0;owned"), "{}", session.screen().escape_debug());
    assert!(!session.screen().contains("\u{1b}[2J"), "{}", session.screen().escape_debug());

    let mut quiet = Session::start(context.run_guest("hostile-run", &["--no-progress", "sleeps-a-minute"]).command());
    let mut drawn = Session::start(context.run_guest("hostile-run", &["sleeps-a-minute"]).command());
    drawn.wait_for("sleeping");
    for session in [&mut quiet, &mut drawn] {
        session.signal(rustix::process::Signal::KILL);
    }
    assert!(!quiet.screen().contains("sleeping"), "{}", quiet.screen());
}

#[test]
fn colour_is_for_terminals_and_can_be_turned_off() {
    let context = Context::new();
    let run = || context.run_guest("every-report", &["every-report", "verdict=fail"]);
    let mut coloured = Session::start(run().command());
    coloured.code();
    coloured.wait_for("do nothing");
    assert!(coloured.screen().contains("\u{1b}["), "{}", coloured.screen());
    let mut plain = Session::start(run().variable("NO_COLOR", "1").arg("--no-progress").command());
    plain.code();
    plain.wait_for("do nothing");
    assert!(!plain.screen().contains("\u{1b}["), "{}", plain.screen().escape_debug());
}

#[test]
fn a_person_sees_how_the_rounds_go_and_what_changed() {
    let context = Context::new();
    let mut running = Session::start(context.type_in("run tcp-reach to=127.0.0.1:1 --every 200ms --count 5").command());
    running.wait_for("Z tcp-reach on local: fail: 127.0.0.1:1 refuses");
    running.wait_for(" lost (100 %)");
    running.wait_for("5 of 5 rounds failed");
    assert_eq!(running.code(), Some(exit::FAIL), "{}", running.screen());
}
