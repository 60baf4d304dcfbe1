//! Rounds: how they are ended, what they add up to, and what is told meanwhile.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use dbg_tests::{Context, Invocation, LIMIT, Schema, exit};
use rustix::process::Signal;
use serde_json::{Value, json};

/// A port of loopback that the test opens and closes.
struct Port(SocketAddr);

impl Port {
    /// Nobody listens on it.
    fn closed() -> Self {
        Self(Self::open_any().local_addr().expect("a bound socket has an address"))
    }

    fn open_any() -> TcpListener {
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has free ports")
    }

    fn open(&self) -> TcpListener {
        TcpListener::bind(self.0).expect("the port is still free")
    }

    /// `dbg run tcp-reach to=PORT WORDS…`.
    fn reach<'a>(&self, context: &'a Context, words: &str) -> Invocation<'a> {
        context.type_in(&format!("run tcp-reach to={} {words}", self.0))
    }
}

/// The `round` lines.
fn rounds(lines: &[Value]) -> Vec<(u64, &str)> {
    let rounds = lines.iter().filter(|line| line["event"] == "round");
    rounds.map(|line| (line["round"].as_u64().expect("a number"), line["verdict"].as_str().expect("a word"))).collect()
}

fn series(report: &Value) -> &Value {
    &report["results"][0]["series"]
}

#[test]
fn until_pass_waits_for_the_port_and_ends_well() {
    let (context, port) = (Context::new(), Port::closed());
    let running = port.reach(&context, "--every 100ms --until pass -o ndjson").start();
    running.wait_for(r#""round":2,"event":"round""#, LIMIT);
    let _listener = port.open();
    let output = running.wait(LIMIT);
    output.exits(exit::PASS);
    let lines = output.json_lines();
    let rounds = rounds(&lines);
    let (last, before) = rounds.split_last().expect("there were rounds");
    assert_eq!(last.1, "pass", "{output}");
    assert!(before.len() >= 2 && before.iter().all(|(_, verdict)| *verdict == "fail"), "{output}");
    let summary = lines.last().expect("a summary");
    assert_eq!((&summary["event"], &summary["verdict"]), (&json!("summary"), &json!("pass")), "{output}");
    let series = series(summary);
    assert_eq!((&series["rounds"], &series["shown"]), (&json!(last.0), &json!(last.0)));
    assert_eq!(series["loss"]["longest"], json!(before.len()));
}

#[test]
fn until_fail_ends_with_the_round_that_fails() {
    let (context, port) = (Context::new(), Port::closed());
    let listener = port.open();
    let running = port.reach(&context, "--every 100ms --until fail -o ndjson").start();
    running.wait_for(r#""round":3,"event":"round""#, LIMIT);
    drop(listener);
    let output = running.wait(LIMIT);
    output.exits(exit::FAIL);
    let lines = output.json_lines();
    let rounds = rounds(&lines);
    let failed = rounds.iter().filter(|(_, verdict)| *verdict == "fail").count();
    assert_eq!((failed, rounds.last().expect("a round").1), (1, "fail"), "{output}");
    let summary = lines.last().expect("a summary");
    assert_eq!(series(summary)["loss"]["first"], series(summary)["loss"]["last"], "{output}");
    assert_eq!(series(summary)["last"]["verdict"], "fail");
}

#[test]
fn a_count_of_rounds_adds_up_in_one_result() {
    let (context, port) = (Context::new(), Port::closed());
    let _listener = port.open();
    let output = port.reach(&context, "--every 100ms --count 5 -o json").run();
    output.exits(exit::PASS).warns("tcp-reach on local: pass");
    let report = output.json();
    let series = series(&report);
    assert_eq!((&series["rounds"], &series["every_ns"]), (&json!(5), &json!(100_000_000)));
    assert_eq!(series["verdicts"], json!({"pass": 5, "warn": 0, "unknown": 0, "fail": 0}));
    assert_eq!((&series["loss"]["rounds"], &series["loss"]["first"]), (&json!(0), &Value::Null));
    let metric = series["metrics"].as_array().expect("a list").iter().find(|it| it["name"] == "tcp-connect-p50");
    let metric = metric.expect("tcp-reach tells how long it took");
    let number = |name: &str| metric[name].as_f64().expect("a number");
    assert_eq!(metric["count"], 5);
    assert!(number("min") <= number("p50") && number("p50") <= number("p99") && number("p99") <= number("max"));
    let schema = Schema::new(context.type_in("schema report").run().exits(exit::PASS).json());
    assert_eq!(schema.faults(&report), [""; 0]);
}

#[test]
fn checks_are_loaded_once_for_all_rounds() {
    let context = Context::new();
    let output =
        context.run_guest("every-report", &["every-report", "--every", "100ms", "--count", "3", "--timings"]).run();
    let loads = output.stderr().lines().filter(|line| line.starts_with("timing: load-")).count();
    assert_eq!(loads, 1, "{output}");
    output.says("of 3 every 100ms");
}

#[test]
fn a_person_reads_the_verdict_then_the_rounds_then_what_the_worst_found() {
    let (context, port) = (Context::new(), Port::closed());
    let output = port.reach(&context, "--every 100ms --count 3").run();
    output.exits(exit::FAIL).says("next:");
    let text = output.stdout();
    assert!(text.starts_with("FAIL tcp-reach on local: 3 of 3 rounds failed: "), "{output}");
    for part in ["loss:    100 % of 3 every 100ms: 3 fail", "longest: 3 in a row", "below:   round 1, the first", "P99"]
    {
        output.says(part);
    }
    // The first round differs from none, and the others not from it.
    assert_eq!(output.stderr().lines().count(), 1, "{output}");
    port.reach(&context, "--every 100ms --count 1 --no-progress").run().exits(exit::FAIL).hides("Z tcp-reach on local");
}

#[test]
fn one_check_that_fails_ends_the_rounds_of_all() {
    let (context, open, closed) = (Context::new(), Port::closed(), Port::closed());
    let _listener = open.open();
    let words = format!("tcp-reach to={} --every 100ms --until fail -o json", closed.0);
    let output = open.reach(&context, &words).run();
    output.exits(exit::FAIL);
    let report = output.json();
    let results = report["results"].as_array().expect("a list");
    let of = |result: &Value| (result["verdict"].clone(), result["series"]["rounds"].clone());
    let rounds: Vec<_> = results.iter().map(of).collect();
    assert_eq!(rounds, [(json!("pass"), json!(1)), (json!("fail"), json!(1))], "{output}");
}

#[test]
fn a_time_ends_the_rounds() {
    let (context, port) = (Context::new(), Port::closed());
    let _listener = port.open();
    let output = port.reach(&context, "--every 100ms --for 350ms -o json").run();
    output.exits(exit::PASS);
    let report = output.json();
    let number = |name: &str| series(&report)[name].as_u64().expect("a number");
    // At 0, 100, 200 and 300 ms; on a busy machine some of them are missed.
    let (rounds, missed) = (number("rounds"), number("missed"));
    assert!((1..=4).contains(&rounds) && rounds + missed <= 4, "{output}");
    let one = port.reach(&context, "--every 1h --for 1ms -o json").run();
    assert_eq!(series(&one.exits(exit::PASS).json())["rounds"], 1);
}

#[test]
fn ctrl_c_ends_the_rounds_and_what_there_is_is_told() {
    let (context, port) = (Context::new(), Port::closed());
    let _listener = port.open();
    let running = port.reach(&context, "--every 1h -o ndjson").start();
    running.wait_for(r#""event":"round""#, LIMIT);
    running.signal(Signal::INT);
    let output = running.wait(LIMIT);
    output.exits(exit::INTERRUPTED);
    let lines = output.json_lines();
    let summary = lines.last().expect("a summary");
    assert_eq!((&summary["event"], &series(summary)["rounds"]), (&json!("summary"), &json!(1)), "{output}");
    context.nothing_is_left();
}

#[test]
fn a_round_that_ctrl_c_cuts_short_is_not_counted_and_told_when_it_is_all_there_is() {
    let context = Context::new();
    let running = context.run_guest("hostile-run", &["-o", "ndjson", "--every", "1s", "sleeps-a-minute"]).start();
    running.wait_for("it started", LIMIT);
    running.signal(Signal::INT);
    let output = running.wait(LIMIT);
    output.exits(exit::INTERRUPTED).says("cancelled").says("summary");
    assert_eq!(rounds(&output.json_lines()), [], "{output}");
    context.nothing_is_left();
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_runs() {
    let context = Context::new();
    for (words, said) in [
        ("--every 0s", "no time at all"),
        ("--every 1ns", "shorter than `100ms`"),
        ("--every 5parsecs", "its unit is none of"),
        ("--every 1s --for 0s", "no time at all"),
        ("--every 1s --count 0", "--count"),
        ("--every 1s --until never", "--until"),
        ("--for 1h", "--every"),
        ("--count 3", "--every"),
        ("--until fail", "--every"),
    ] {
        let output = context.type_in(&format!("run tcp-reach to=127.0.0.1:1 {words}")).run();
        output.exits(exit::USAGE).is_silent().warns(said);
    }
}
