//! A log that is no longer what dbg wrote, and how that shows.

use dbg_tests::exit;

use crate::log::Recorded;

/// Three runs, and the last one's report.
fn three_runs() -> (Recorded, String) {
    let recorded = Recorded::new();
    for _ in 0..2 {
        recorded.run(&[]).run().exits(exit::PASS);
    }
    let report = recorded.run(&["-o", "json"]).run();
    report.exits(exit::PASS);
    recorded.context.home.write("report.json", report.stdout());
    (recorded, "report.json".to_owned())
}

#[test]
fn each_way_to_change_it_is_told_by_what_it_was() {
    let (recorded, _) = three_runs();
    let whole = recorded.text();
    let lines: Vec<&str> = whole.lines().collect();
    let joined = |lines: &[&str]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    let rewritten = lines[2].replace("\"uid\":", "\"uid\":1");
    let cases = [
        ("a line taken out", joined(&[&lines[..2], &lines[3..]].concat()), "lines were taken out"),
        ("a line doubled", joined(&[&lines[..3], &lines[2..]].concat()), "lines were taken out, doubled or moved"),
        ("two lines swapped", joined(&[lines[0], lines[2], lines[1], lines[3], lines[4], lines[5]]), "moved"),
        ("a line rewritten", whole.replace(lines[2], &rewritten), "line 4 does not follow"),
        ("cut in the middle", whole.replace(&lines[2][40..], ""), "after line 2 is no line"),
        ("its beginning taken away", joined(&lines[2..]), "after line 0 comes line 3"),
        (
            "something put in",
            format!("{}\u{1b}[2J\n{}", joined(&lines[..2]), joined(&lines[2..])),
            "no line of an audit log",
        ),
        ("a huge line", format!("{}{}\n", joined(&lines[..2]), "a".repeat(5 << 20)), "longer than any line"),
    ];
    for (what, text, words) in cases {
        recorded.put(&text);
        let output = recorded.verify(&["-o", "json"]);
        output.exits(exit::FAIL);
        let found = output.json();
        assert!(found["broken"].as_str().is_some_and(|why| why.contains(words)), "{what}: {found}");
        assert_eq!(found["whole"], false, "{what}");
        recorded.verify(&[]).exits(exit::FAIL).says("not what dbg wrote").hides("\u{1b}");
        let show = recorded.context.dbg(["audit", "show"]).arg(&recorded.log).run();
        show.exits(exit::FAIL).warns("warning: ").hides("\u{1b}");
    }
}

#[test]
fn a_cut_end_shows_by_the_report_or_by_what_it_says() {
    let (recorded, report) = three_runs();
    recorded.verify(&["--report", &report]).exits(exit::PASS).says("line 6 is the one that was seen before");
    let audit = recorded.context.dbg(["audit", "verify"]).arg(&recorded.log).arg("-o").arg("json").run().json();
    let head = audit["head"].as_str().expect("a digest").to_owned();
    let whole = recorded.text();
    let cut: String = whole.lines().take(4).map(|line| format!("{line}\n")).collect();
    recorded.put(cut);
    recorded.verify(&[]).exits(exit::PASS).says("whole, 4 lines");
    recorded.verify(&["--report", &report]).exits(exit::FAIL).says("cut off");
    recorded.verify(&["--line", "6", "--head", &head]).exits(exit::FAIL).says("there was a line 6");
    // Written anew to the same length.
    recorded.run(&[]).run().exits(exit::PASS);
    recorded.verify(&["--report", &report]).exits(exit::FAIL).says("written anew");
}

#[test]
fn a_report_of_a_run_that_was_not_recorded_verifies_nothing() {
    let (recorded, _) = three_runs();
    let report = recorded.context.run_guest("every-report", &["-o", "json", "every-report"]).run();
    recorded.context.home.write("other.json", report.stdout());
    recorded.verify(&["--report", "other.json"]).exits(exit::USAGE).warns("names no line").warns("--audit-log");
    recorded.context.home.write("text.json", "{");
    recorded.verify(&["--report", "text.json"]).exits(exit::USAGE).warns("no report");
    recorded.verify(&["--line", "6"]).exits(exit::USAGE).warns("--head");
}

#[test]
fn a_torn_line_is_told_sealed_by_the_next_run_and_told_again() {
    let (recorded, report) = three_runs();
    let whole = recorded.text();
    recorded.put(format!("{whole}{{\"audit\":1,\"line\":7,\"previo"));
    recorded.verify(&[]).exits(exit::WARN).says("torn at its end").says("the next run seals them");
    recorded.verify(&["--report", &report]).exits(exit::WARN);
    let run = recorded.run(&[]).run();
    run.exits(exit::PASS).warns("was torn").warns("27 bytes were sealed");
    recorded.verify(&["--report", &report]).exits(exit::PASS).says("whole, 9 lines").says("line 7 seals 27 bytes");
}

#[test]
fn a_log_of_two_gigabytes_is_verified_in_little_memory() {
    let (recorded, _) = three_runs();
    // Sparse: it takes no disk, and reads as zeros without a line end.
    let file = std::fs::OpenOptions::new().append(true).open(&recorded.log).expect("our own file");
    file.set_len(2 << 30).expect("a sparse file");
    let output = recorded.verify(&[]);
    output.exits(exit::FAIL).says("longer than any line");
    assert!(output.peak_memory < 96 << 20, "{} bytes", output.peak_memory);
    recorded.run(&[]).run().exits(exit::ERROR).warns("audit log");
}

#[test]
fn what_is_no_file_is_not_waited_for() {
    let recorded = Recorded::new();
    let verify = |path: &str| recorded.context.dbg(["audit", "verify", path]).run();
    verify("/dev/zero").exits(exit::USAGE).warns("no regular file");
    verify("nowhere.log").exits(exit::USAGE).warns("nowhere.log");
    recorded.context.home.write("empty.log", "");
    verify("empty.log").exits(exit::PASS).says("no line");
}
