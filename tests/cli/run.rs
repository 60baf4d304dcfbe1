//! `dbg run`: verdicts, exit codes, several checks, targets.

use dbg_tests::{Context, exit};

#[test]
fn each_verdict_has_its_exit_code() {
    let context = Context::new();
    for (verdict, code) in [
        ("pass", exit::PASS),
        ("warn", exit::WARN),
        ("fail", exit::FAIL),
        ("unknown", exit::UNKNOWN),
        ("failure", exit::UNKNOWN),
    ] {
        context.run_guest("every-report", &["every-report", &format!("verdict={verdict}")]).run().exits(code);
    }
    context.nothing_is_left();
}

#[test]
fn fail_on_decides_from_where_on_the_code_is_not_0() {
    let context = Context::new();
    for (fail_on, verdict, code) in [
        ("warn", "warn", exit::WARN),
        ("fail", "warn", exit::PASS),
        ("fail", "fail", exit::FAIL),
        ("fail", "unknown", exit::UNKNOWN),
        ("never", "fail", exit::PASS),
        ("never", "failure", exit::PASS),
    ] {
        let words = ["--fail-on", fail_on, "every-report", &format!("verdict={verdict}")];
        context.run_guest("every-report", &words).run().exits(code);
    }
}

#[test]
fn a_check_that_says_nothing_is_unknown() {
    let context = Context::new();
    context.run_guest("every-report", &["says-nothing"]).run().exits(exit::UNKNOWN).says("UNKNOWN");
}

#[test]
fn the_verdict_comes_first_then_evidence_then_the_next_step() {
    let context = Context::new();
    let output = context.run_guest("every-report", &["every-report", "verdict=fail"]).run();
    output.exits(exit::FAIL);
    let text = output.stdout();
    let places: Vec<usize> = ["FAIL", "it was looked at", "forty-two", "do nothing", "NAME    COUNT"]
        .iter()
        .map(|part| text.find(part).unwrap_or_else(|| panic!("stdout lacks `{part}`\n{output}")))
        .collect();
    assert!(places.is_sorted(), "{output}");
    let widest = text.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(80), "a line has {widest:?} columns\n{output}");
    assert!(output.stderr().is_empty(), "{output}");
}

#[test]
fn several_checks_run_side_by_side_each_with_its_parameters() {
    let context = Context::new();
    let other = context.guest("every-kind");
    let words =
        ["--plugin", other.to_str().expect("our own path"), "every-report", "verdict=warn", "every-kind", "text=hello"];
    let output = context.run_guest("every-report", &words).run();
    output.exits(exit::WARN).says("every-report").says("every-kind").says("hello");
}

#[test]
fn a_check_that_traps_leaves_its_siblings_results() {
    let context = Context::new();
    let other = context.guest("every-report");
    let words = [
        "-o",
        "json",
        "--plugin",
        other.to_str().expect("our own path"),
        "traps",
        "every-report",
        "loops-forever",
        "allocates-without-end",
    ];
    let output = context.run_guest("hostile-run", &words).run();
    output.exits(exit::UNKNOWN);
    let report = output.json();
    let results = report["results"].as_array().expect("results");
    let seen: Vec<(&str, &str)> = results
        .iter()
        .map(|result| {
            (result["verdict"].as_str().unwrap_or("none"), result["failure"]["code"].as_str().unwrap_or("none"))
        })
        .collect();
    assert_eq!(
        seen,
        [("unknown", "trapped"), ("pass", "none"), ("unknown", "timed-out"), ("unknown", "out-of-memory")]
    );
    assert_eq!(results[0]["findings"][0]["sentence"], "it started", "what it said before is kept");
    assert_eq!(results[1]["findings"][0]["sentence"], "it was looked at");
}

#[test]
fn one_check_can_be_asked_for_twice() {
    let context = Context::new();
    let output =
        context.run_guest("every-kind", &["-o", "json", "every-kind", "text=one", "every-kind", "text=two"]).run();
    output.exits(exit::PASS);
    let report = output.json();
    let echoed = |index: usize| report["results"][index]["findings"][0]["evidence"][0]["text"].clone();
    assert_eq!((echoed(0), echoed(1)), ("one".into(), "two".into()));
}

#[test]
fn the_stock_check_runs_with_no_set_up_and_leaves_nothing() {
    let context = Context::new();
    let output = context.type_in("run dns-check server=127.0.0.1:9 name=example.test timeout=50ms attempts=1").run();
    output.exits(exit::FAIL).says("dns-check");
    assert_eq!(context.home.kept(), [""; 0], "a stock check needs neither store nor cache");
}

#[test]
fn the_default_target_is_local() {
    let context = Context::new();
    let words = ["-o", "json", "every-report"];
    let by_default = context.run_guest("every-report", &words).run().json();
    let by_name = context.run_guest("every-report", &["-o", "json", "--target", "local", "every-report"]).run().json();
    assert_eq!(by_default["results"][0]["target"], "local");
    assert_eq!(by_name["results"][0]["target"], "local");
}

#[test]
fn an_unknown_target_kind_is_refused_with_a_suggestion() {
    let context = Context::new();
    let output = context.type_in("run --target locla dns-check").run();
    output.exits(exit::USAGE).is_silent().warns("`locla` is no kind of target").warns("did you mean `--target local`?");
    context.type_in("run --target local/n1 dns-check").run().exits(exit::USAGE).warns("takes no name");
}

#[test]
fn an_unknown_check_is_refused_with_a_suggestion() {
    let context = Context::new();
    context.type_in("run dns-chek").run().exits(exit::USAGE).is_silent().warns("dns-chek").warns("dns-check");
    context.type_in("run entirely-else").run().exits(exit::USAGE).is_silent().warns("entirely-else");
    context.type_in("run ../etc/passwd").run().exits(exit::USAGE).is_silent();
    context.type_in("run dns-check@99").run().exits(exit::USAGE).warns("there is `0.1.0`");
    context.type_in("run").run().exits(exit::USAGE).warns("dbg run");
}

#[test]
fn a_parameter_before_any_check_is_refused() {
    let context = Context::new();
    context
        .type_in("run name=example.test dns-check")
        .run()
        .exits(exit::USAGE)
        .is_silent()
        .warns("the parameter `name` follows no check");
}

#[test]
fn a_plugin_that_nobody_signed_runs_only_when_told_so() {
    let context = Context::new();
    let file = context.guest("every-report");
    let output = context.dbg(["run", "--plugin"]).arg(file).arg("every-report").run();
    output.exits(exit::USAGE).is_silent().warns("nobody signed").warns("--allow-unsigned");
}

#[test]
fn timings_are_told_on_stderr_when_asked_for() {
    let context = Context::new();
    let first = context.run_guest("every-report", &["--timings", "every-report"]).run();
    first.exits(exit::PASS).warns("timing: load-compiled");
    let second = context.run_guest("every-report", &["--timings", "every-report"]).run();
    second.exits(exit::PASS).warns("timing: load-cached");
}

#[test]
fn artifacts_are_written_where_they_were_asked_for() {
    let context = Context::new();
    let words = ["--artifacts", "kept", "every-report"];
    context.run_guest("every-report", &words).run().exits(exit::PASS);
    let files: Vec<_> = std::fs::read_dir(context.home.path().join("kept")).expect("the folder").flatten().collect();
    assert_eq!(files.len(), 1);
    assert_eq!(std::fs::read_to_string(files[0].path()).expect("its text"), "an artifact\n");
}
