//! What stands in the log of a run.

use std::os::unix::fs::PermissionsExt as _;

use dbg_tests::{exit, is_root};
use rustix::process::Signal;

use crate::log::Recorded;

#[test]
fn a_run_leaves_its_intent_and_its_outcome_and_the_report_says_where() {
    let recorded = Recorded::new();
    let report = recorded.run(&["-o", "json"]).variable("USER", "ann\u{1b}[31m").variable("SUDO_UID", "1001").run();
    report.exits(exit::PASS);
    let report = report.json();
    let [intent, outcome] = &recorded.lines()[..] else { panic!("two lines: {}", recorded.text()) };
    assert_eq!((&intent["kind"], &intent["line"]), (&"intent".into(), &1.into()));
    assert_eq!(intent["run"], report["run"]);
    assert_eq!(intent["who"]["claims"], "ann\u{1b}[31m");
    assert_eq!(intent["who"]["sudo"]["uid"], 1001);
    assert_eq!(intent["targets"], serde_json::json!(["local"]));
    let check = &intent["checks"][0];
    assert_eq!(check["provenance"], "unsigned");
    assert_eq!(check["digest"], report["results"][0]["plugin"]["digest"]);
    assert_eq!(intent["plans"][0]["place"]["what"], "in this process");
    assert!(intent["dbg"]["digest"].as_str().expect("a text").starts_with("sha256:"));
    assert_eq!((&outcome["kind"], &outcome["verdict"]), (&"outcome".into(), &"pass".into()));
    assert_eq!(outcome["targets"][0]["check"], "every-report");
    assert_eq!(
        (&report["audit"]["line"], &report["audit"]["log"]),
        (&2.into(), &recorded.log.display().to_string().into())
    );
    assert!(!recorded.text().contains('\u{1b}'), "the log is safe to look at");
    let mode = std::fs::metadata(&recorded.log).expect("the log").permissions().mode();
    assert_eq!(mode & 0o7777, 0o600);
    if is_root() {
        assert_eq!(intent["who"]["uid"], 65_534, "tests run dbg as nobody");
    }
    recorded.verify(&[]).exits(exit::PASS).says("whole, 2 lines");
    recorded.context.nothing_is_left();
}

#[test]
fn every_form_of_report_tells_the_line() {
    for (form, words) in [
        ("text", ["audit: line 2 of", "sha256:"]),
        ("junit", ["dbg.audit.line", "dbg.audit.head"]),
        ("ndjson", ["\"audit\":{", "\"head\":\"sha256:"]),
    ] {
        let recorded = Recorded::new();
        let output = recorded.run(&["-o", form]).run();
        output.exits(exit::PASS).says(words[0]).says(words[1]);
    }
}

#[test]
fn what_was_touched_refused_and_masked_is_counted() {
    let recorded = Recorded::new();
    let file = recorded.context.home.write("settings", "password=hunter2\n");
    let (log, path) = (recorded.log.display().to_string(), format!("path={}", file.display()));
    let words = ["--audit-log", &log, "reads-text", &path, "besides=/etc/hostname"];
    recorded.context.run_guest("reads-text", &words).run().exits(exit::PASS);
    let outcome = &recorded.lines()[1]["sum"];
    assert_eq!((&outcome["touched"], &outcome["refused"], &outcome["redacted"]), (&1.into(), &1.into(), &1.into()));
}

#[test]
fn arguments_stand_there_without_their_secrets() {
    let recorded = Recorded::new();
    let log = recorded.log.display().to_string();
    let words = ["--audit-log", &log, "keeps-secret", "secret=env:TOKEN"];
    recorded
        .context
        .run_guest("every-kind", &words)
        .variable("TOKEN", "correct-horse-battery")
        .run()
        .exits(exit::UNKNOWN);
    assert!(recorded.text().contains("secret=[redacted]"), "{}", recorded.text());
    assert!(!recorded.text().contains("correct-horse"), "{}", recorded.text());
}

#[test]
fn a_run_that_comes_to_no_report_says_why() {
    let recorded = Recorded::new();
    let file = recorded.context.home.write("taken", "");
    recorded.run(&["--artifacts", file.to_str().expect("letters")]).run().exits(exit::USAGE);
    let lines = recorded.lines();
    assert_eq!((&lines[1]["kind"], &lines[1]["exit_code"]), (&"outcome".into(), &2.into()));
    assert!(lines[1]["error"].as_str().expect("why").contains("artifacts"), "{}", lines[1]);
}

#[test]
fn a_run_that_is_killed_leaves_its_intent_alone() {
    let recorded = Recorded::new();
    let log = recorded.log.display().to_string();
    let running = recorded.context.run_guest("hostile-run", &["--audit-log", &log, "sleeps-a-minute"]).start();
    let begun =
        dbg_tests::until(dbg_tests::LIMIT, || std::fs::read(&recorded.log).is_ok_and(|log| log.ends_with(b"\n")));
    assert!(begun, "nothing was recorded");
    running.signal(Signal::KILL);
    assert_eq!(running.wait(dbg_tests::LIMIT).signal(), Some(9));
    assert_eq!(recorded.lines().len(), 1);
    recorded.run(&[]).run().exits(exit::PASS);
    recorded.verify(&[]).exits(exit::PASS).says("whole, 3 lines");
}

#[test]
fn two_at_once_share_one_chain() {
    let recorded = Recorded::new();
    let file = recorded.context.guest("every-report");
    let run = || recorded.context.dbg(["run", "--allow-unsigned", "--plugin"]).arg(&file).arg("--audit-log");
    let running: Vec<_> = (0..4).map(|_| run().arg(&recorded.log).arg("every-report").start()).collect();
    for running in running {
        running.wait(dbg_tests::LIMIT).exits(exit::PASS);
    }
    recorded.verify(&[]).exits(exit::PASS).says("whole, 8 lines");
}

#[test]
fn show_tells_one_run_of_several_and_json_gives_its_lines_as_they_stand() {
    let recorded = Recorded::new();
    let first = recorded.run(&["-o", "json"]).variable("USER", "\u{202e}eve").run().json();
    recorded.run(&[]).run().exits(exit::PASS);
    let run = first["run"].as_str().expect("an id");
    let show = |words: &[&str]| recorded.context.dbg(["audit", "show"]).arg(&recorded.log).args(words).run();
    show(&[]).exits(exit::PASS).says("line 4").says("argument: ").says("in this process").says("\\u{202e}eve");
    show(&["--run", run]).exits(exit::PASS).says("line 2").hides("line 3");
    let lines = show(&["--run", run, "-o", "json"]).stdout();
    let own: String = recorded.text().lines().take(2).map(|line| format!("{line}\n")).collect();
    assert_eq!(lines, own);
    show(&["--run", "NO RUN"]).exits(exit::USAGE).warns("no run id");
}

#[test]
fn nothing_runs_that_cannot_be_recorded() {
    let recorded = Recorded::new();
    let refused = |log: &str, words: &str| {
        let output = recorded.context.run_guest("every-report", &["--audit-log", log, "every-report"]).run();
        output.exits(exit::ERROR).warns(words).warns("hint: ").hides("it was looked at");
    };
    recorded.context.home.write("others.log", "");
    recorded.context.home.mode(&recorded.context.home.path().join("others.log"), 0o666);
    refused("others.log", "others than root and its writer");
    recorded.context.home.write("text", "these are my notes\n");
    recorded.context.home.mode(&recorded.context.home.path().join("text"), 0o600);
    refused("text", "something else than an audit log");
    std::os::unix::fs::symlink("text", recorded.context.home.path().join("link")).expect("our own folder");
    refused("link", "symbolic link");
    refused("nowhere/audit.log", "make its folder");
    refused(".", "no regular file");
    refused("/dev/full", "no regular file");
    assert_eq!(
        std::fs::read_to_string(recorded.context.home.path().join("text")).expect("notes"),
        "these are my notes\n"
    );
}
