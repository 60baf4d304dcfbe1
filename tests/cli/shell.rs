//! `dbg shell` on this machine: a terminal or pipes, codes and signals, and nothing left.

use std::time::Duration;

use dbg_tests::{Context, LIMIT, Person, exit, until};
use rustix::process::Signal;

/// `dbg shell --target local -- sh -c SCRIPT`.
fn script<'context>(context: &'context Context, script: &str) -> dbg_tests::Invocation<'context> {
    context.dbg(["shell", "--target", "local", "--", "sh", "-c", script])
}

#[test]
fn a_programs_streams_stay_apart_and_its_code_comes_back() {
    let context = Context::new();
    let output = script(&context, "echo said; echo sighed >&2; exit 7").run();
    assert_eq!(output.code(), Some(7), "{output}");
    assert_eq!(output.stdout(), "said\n");
    output.warns("sighed");
    context.nothing_is_left();
}

#[test]
fn stdin_arrives_whole_and_ends() {
    let context = Context::new();
    let much = "0123456789abcdef\n".repeat(100_000);
    let output = script(&context, "cat; echo end").input(much.clone()).run();
    output.exits(exit::PASS);
    assert!(output.stdout() == format!("{much}end\n"), "{} bytes came back", output.stdout().len());
    context.nothing_is_left();
}

#[test]
fn what_cannot_be_started_is_told_from_what_ended() {
    let context = Context::new();
    let file = context.home.write("plain", "text");
    let of = |program: &str| context.dbg(["shell", "--target", "local", "--", program]).run();
    for (program, code, words) in [
        ("no-such-program", 127, "`local` has no program `no-such-program`"),
        ("/no/such/program", 127, "what its first line names"),
        (file.to_str().expect("a path"), 126, "cannot be executed"),
        ("/", 126, "cannot be executed"),
    ] {
        let output = of(program);
        assert_eq!(output.code(), Some(code), "{output}");
        output.warns("error:").warns(words);
    }
    let killed = script(&context, "kill -9 $$").run();
    assert_eq!(killed.code(), Some(137), "{killed}");
    assert!(!killed.stderr().contains("error:"), "{killed}");
    context.nothing_is_left();
}

#[test]
fn a_program_has_the_operators_folder_and_variables() {
    let context = Context::new();
    let output = script(&context, "pwd; echo $COLOUR").variable("COLOUR", "red").run();
    output.exits(exit::PASS).says(&context.home.path().display().to_string()).says("red");
}

#[test]
fn what_a_program_leaves_in_the_background_ends_with_it() {
    let context = Context::new();
    let output = script(&context, "setsid sleep 600 & (trap '' HUP; sleep 600) & echo left").run();
    output.exits(exit::PASS).says("left");
    context.nothing_is_left();
}

#[test]
fn its_time_ends_a_program() {
    let context = Context::new();
    let words = ["shell", "--target", "local", "--for", "200ms", "--", "sleep", "600"];
    context.dbg(words).run().exits(exit::ERROR).warns("its time is over").warns("--for");
    context.nothing_is_left();
}

#[test]
fn a_signal_ends_it_at_whatever_point_with_its_number() {
    let context = Context::new();
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        for moment in [0, 5, 20, 60, 150, 400] {
            let running = script(&context, "trap '' INT TERM HUP; echo up; sleep 600 & wait; sleep 600").start();
            assert!(!until(Duration::from_millis(moment), || false));
            running.signal(signal);
            let output = running.wait(LIMIT);
            // Before it listens, a signal ends it as any process; before there is a program, it is interrupted.
            let by_code = [code, exit::INTERRUPTED].map(Some).contains(&output.code());
            assert!(by_code || output.signal().is_some(), "{signal:?} after {moment} ms\n{output}");
        }
    }
    context.nothing_is_left();
}

#[test]
fn after_sigkill_the_program_ends_by_itself() {
    let context = Context::new();
    let running = script(&context, "trap '' HUP; echo up; sleep 600").start();
    running.wait_for("up", LIMIT);
    running.signal(Signal::KILL);
    assert_eq!(running.wait(LIMIT).signal(), Some(9));
    assert!(until(LIMIT, || context.home.processes().is_empty()), "the program lives on");
}

#[test]
fn a_reader_that_is_gone_hangs_up() {
    let context = Context::new();
    let mut command = script(&context, "while :; do echo more; done").command();
    command.stdout(std::process::Stdio::piped()).stdin(std::process::Stdio::null());
    let mut child = command.spawn().expect("it starts");
    drop(child.stdout.take());
    let ended = || child.try_wait().expect("our own child").is_some();
    assert!(until(LIMIT, ended), "it goes on without a reader");
    context.nothing_is_left();
}

#[test]
fn a_terminal_has_its_size_its_keys_and_its_kind() {
    let context = Context::new();
    let mut person = Person::start(context.type_in("shell --target local").variable("SHELL", "/bin/sh"));
    person.is_hidden();
    person.types("tty | sed s,[0-9],N,\r");
    person.sees("/dev/pts/N", 1);
    person.tries_the_terminal("stty");
    context.nothing_is_left();
}

#[test]
fn signals_and_a_closed_terminal_end_it_and_leave_nothing() {
    let context = Context::new();
    let start = || {
        let mut person = Person::start(context.type_in("shell --target local").variable("SHELL", "/bin/sh"));
        person.is_hidden();
        person.types("sleep 600 & echo read $((40 + 2))\r");
        person.sees("read 42", 1);
        person
    };
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let mut person = start();
        person.signal(signal);
        assert_eq!(person.ends(), Some(code), "{}", person.screen());
        context.nothing_is_left();
    }
    let mut killed = start();
    killed.signal(Signal::KILL);
    assert_eq!(killed.is_over(), None);
    assert!(until(LIMIT, || context.home.processes().is_empty()), "the shell lives on");
}

#[test]
fn what_makes_no_sense_is_refused_at_once() {
    let context = Context::new();
    for (line, words) in [
        ("shell", "--target"),
        ("shell --target local --image shop", "`--image` is for containers"),
        ("shell --target isolated -- sh", "no programs of its own"),
        ("shell --target local --pid", "no target is one"),
        ("shell --target nowhere", "no kind of target"),
        ("shell --target isolated --image a//b", "no name of an image"),
        ("shell --target local --profile root", "general"),
    ] {
        context.type_in(line).run().exits(exit::USAGE).warns(words);
    }
    context.type_in("shell --target pid/4194304").run().exits(exit::UNKNOWN).warns("no process 4194304");
}
