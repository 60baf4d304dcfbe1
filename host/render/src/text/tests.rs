use super::*;
use crate::sample::{self, HOSTILE};
use crate::text::measure::width;
use dbg_model::{ColumnKind, ColumnValues, Event, Failure, FailureCode, Severity};

fn written(report: &Report, options: TextOptions) -> String {
    let mut out = Vec::new();
    write_text(&mut out, report, &options).unwrap();
    String::from_utf8(out).unwrap()
}

fn plain(report: &Report) -> String {
    written(report, TextOptions::default())
}

fn in_verbosity(report: &Report, verbosity: Verbosity) -> String {
    written(report, TextOptions { verbosity, ..TextOptions::default() })
}

#[test]
fn the_verdict_comes_first_then_the_worst_with_evidence_and_next_step_then_tables() {
    let expected = "\
FAIL dns-check on local: 10.0.0.11:53 does not answer

fail     10.0.0.11:53 does not answer (dns-timeout)
         asked:    shop.test A, shop.test AAAA
         attempts: 2 of 2 s each
         queries:  see the table `Queries`
         next: ask who runs 10.0.0.11 whether it is up, and try `dig @10.0.0.11
               shop.test`
pass     10.0.0.10:53 answers
         answer: 192.0.2.7, 192.0.2.8, chain: shop.test → shop.cdn.test

Queries
SERVER        TYPE  RCODE    TOOK (ms)  ANSWERED
10.0.0.10:53  A     NOERROR       1.25  yes
10.0.0.11:53  AAAA  -                -  no

Metrics
NAME                             VALUE  UNIT
lookup-time{server=\"10.0.0.10\"}   1.25  ms

Artifacts (`-o json` has their bytes)
  answer.bin (application/octet-stream, 4B)

lost: 3 items over a budget or without sense, and the end of 1 text
masked: a secret, in 2 places
withheld: files (denied by the operator)

dns-check 0.1.0 (stock), took 1.3s, run 00010203040506ff
";
    assert_eq!(plain(&sample::ordinary()), expected);
}

#[test]
fn rounds_come_before_what_the_worst_of_them_found() {
    let expected = "\
FAIL dns-check on local: 2 of 6 rounds failed: 10.0.0.11:53 does not answer

Rounds
loss:    50.0 % of 6 every 5s: 2 fail, 1 unknown, 3 pass; 2 not begun, as the
         one before took too long
first:   2026-11-24T20:35:56Z (after 5s), round 2: 10.0.0.11:53 does not answer
last:    2026-11-24T20:36:11Z (after 20s), round 5: 10.0.0.11:53 does not answer
longest: 2 in a row
below:   round 2, the first that came out so

NAME                             COUNT      MIN      P50      P99      MAX
took                                 6  1.234 s  1.234 s  1.234 s  1.234 s
lookup-time{server=\"10.0.0.10\"}      2  1.25 ms  1.25 ms  1.25 ms  1.25 ms

fail     10.0.0.11:53 does not answer (dns-timeout)
";
    let text = plain(&sample::repeated());
    assert!(text.starts_with(expected), "{text}");
    assert!(!text.contains("\nMetrics\n"), "{text}");
    let passed = || vec![Event::Finding(sample::finding(0, Severity::Pass, "a", "all is well")), sample::ended(None)];
    let text = plain(&sample::report(vec![sample::repeat([passed(), passed()])]));
    assert!(
        text.starts_with("PASS dns-check on local: 2 of 2 rounds passed: all is well\n\nRounds\nloss:    0 %"),
        "{text}"
    );
    assert!(text.contains("\nbelow:   round 2, the last\n") && !text.contains("first:"), "{text}");
}

#[test]
fn hostile_rounds_stay_within_the_width_and_say_nothing_raw() {
    let report = sample::report(vec![sample::repeat(std::iter::repeat_n(sample::hostile_events(), 3))]);
    for line in plain(&report).lines() {
        assert!(width(line) <= 80 && !line.contains(['\x1b', '\u{202e}', '\r']), "{line:?}");
    }
}

#[test]
fn many_targets_are_counted_grouped_and_none_is_left_out() {
    let text = plain(&sample::over_targets());
    let expected = "\
FAIL dns-check on 3 targets: 2 fail, 1 unknown

fail     2 targets have a name server that does not answer (dns-timeout)
         on: node/n1, node/n2
         for example on node/n1:
         asked:    shop.test A, shop.test AAAA
         attempts: 2 of 2 s each
         queries:  see the table `Queries`
         next: ask who runs 10.0.0.11 whether it is up, and try `dig @10.0.0.11
               shop.test`
unknown  on node/n3: unreachable executed
warn     on node/n3: 10.0.0.10:53 is slow (dns-slow)
pass     2 targets: 10.0.0.10:53 answers (dns-ok)
         on: node/n1, node/n2

Queries
TARGET   SERVER        TYPE  RCODE    TOOK (ms)  ANSWERED
node/n1  10.0.0.10:53  A     NOERROR       1.25  yes
node/n1  10.0.0.11:53  AAAA  -                -  no
node/n2  10.0.0.10:53  A     NOERROR       1.25  yes
node/n2  10.0.0.11:53  AAAA  -                -  no
";
    assert!(text.starts_with(expected), "{text}");
}

#[test]
fn quiet_is_the_verdicts_alone() {
    let text = in_verbosity(&sample::ordinary(), Verbosity::Quiet);
    assert_eq!(text, "FAIL dns-check on local: 10.0.0.11:53 does not answer\n");
    let mut two = sample::ordinary();
    let mut other = sample::collect(sample::subject("local"), [sample::ended(None)]);
    other.subject.check = "tcp-reach".parse().unwrap();
    two.results.push(other);
    let expected = "\
FAIL 2 results: 1 fail, 1 unknown
FAIL dns-check on local: 10.0.0.11:53 does not answer
UNKNOWN tcp-reach on local: the check said nothing
";
    assert_eq!(in_verbosity(&two, Verbosity::Quiet), expected);
}

#[test]
fn verbose_tells_what_exactly_ran_with_what() {
    let text = in_verbosity(&sample::ordinary(), Verbosity::Verbose);
    for part in
        ["argument: name=shop.test\n", "granted: sockets udp 10.0.0.10:53\n", "sha256:abab", "1.5MiB", "(dns-ok)"]
    {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn a_check_that_never_ran_says_why() {
    let failure = Failure { code: FailureCode::Denied, text: "`sockets` was not granted".to_owned() };
    let report = sample::report(vec![CheckResult::not_run(sample::subject("local"), failure)]);
    let text = plain(&report);
    assert!(text.starts_with("UNKNOWN dns-check on local: `sockets` was not"), "{text}");
}

#[test]
fn a_run_without_results_is_said_to_be_one() {
    assert!(plain(&sample::report(vec![])).starts_with("UNKNOWN nothing was checked\n"));
}

#[test]
fn nothing_hostile_reaches_the_terminal_and_no_line_is_wider_than_it() {
    let merged = || {
        let (mut one, mut two) = (sample::hostile(), sample::hostile());
        two.results[0].subject.target.push('2');
        one.results.append(&mut two.results);
        one
    };
    for report in [sample::hostile(), merged()] {
        for verbosity in [Verbosity::Quiet, Verbosity::Normal, Verbosity::Verbose] {
            for columns in [0, 24, 40, 80, 200] {
                let text = written(&report, TextOptions { width: columns, colour: Colour::Never, verbosity });
                let bad = text.chars().find(|c| {
                    (c.is_control() && *c != '\n') || matches!(c, '\u{200b}' | '\u{2028}' | '\u{202a}'..='\u{202e}')
                });
                assert_eq!(bad, None, "{verbosity:?} at {columns}");
                let wide = text.lines().find(|line| width(line) > columns.max(24));
                assert_eq!(wide, None, "{verbosity:?} at {columns}");
            }
        }
    }
}

#[test]
fn colour_adds_escape_sequences_and_changes_no_word() {
    for report in [sample::ordinary(), sample::over_targets(), sample::hostile()] {
        let coloured = written(&report, TextOptions { colour: Colour::Always, ..TextOptions::default() });
        assert!(coloured.starts_with("\x1b[1;31mFAIL \x1b[0m"));
        let mut stripped = String::new();
        for (index, part) in coloured.split('\x1b').enumerate() {
            let part = if index == 0 { part } else { part.split_once('m').unwrap().1 };
            stripped.push_str(part);
        }
        assert_eq!(stripped, plain(&report));
    }
}

#[test]
fn a_long_table_and_a_long_value_are_cut_and_say_where_the_rest_is() {
    let mut long = sample::finding(0, Severity::Warn, "long", "much was said");
    long.evidence = vec![sample::text("log", &"line\n".repeat(1_000))];
    let events = [
        sample::head(0, "Rows", vec![sample::column("n", ColumnKind::Integer, "count")]),
        sample::rows(0, vec![ColumnValues::Integer((0..10_000).collect())]),
        Event::Finding(long),
        sample::ended(None),
    ];
    let report = sample::report(vec![sample::collect(sample::subject("local"), events)]);
    let text = plain(&report);
    assert!(text.contains("\n… 9900 more rows; `-o json` has them\n"), "{text}");
    assert!(text.contains("… 994 more lines; `-o json` has them\n"), "{text}");
    assert!(in_verbosity(&report, Verbosity::Verbose).lines().count() > 11_000);
}

#[test]
fn a_table_without_rows_shows_its_columns_and_says_so() {
    let columns = vec![sample::column("a", ColumnKind::Text, ""), sample::column("b", ColumnKind::Integer, "ms")];
    let events = [sample::head(0, "Empty", columns), sample::ended(None)];
    let text = plain(&sample::report(vec![sample::collect(sample::subject("local"), events)]));
    assert!(text.contains("\nEmpty\nA  B (ms)\nno rows\n"), "{text}");
}

#[test]
fn a_cell_with_a_newline_stays_on_its_line() {
    let columns = vec![sample::column("a", ColumnKind::Text, ""), sample::column("b", ColumnKind::Text, "")];
    let rows = sample::rows(0, vec![sample::texts(&["x\ny"]), sample::texts(&[HOSTILE])]);
    let events = [sample::head(0, "T", columns), rows, sample::ended(None)];
    let text = plain(&sample::report(vec![sample::collect(sample::subject("local"), events)]));
    assert!(text.contains("\nT\nA     B\nx\\ny  a\\x1b[2J"), "{text}");
}

#[test]
fn findings_of_one_id_on_one_target_are_each_shown() {
    let events = [
        Event::Finding(sample::finding(0, Severity::Warn, "slow", "a is slow")),
        Event::Finding(sample::finding(1, Severity::Warn, "slow", "b is slow")),
        sample::ended(None),
    ];
    let other = sample::collect(sample::subject("n2"), [sample::ended(None)]);
    let report = sample::report(vec![sample::collect(sample::subject("n1"), events), other]);
    let text = plain(&report);
    assert!(text.contains("warn     on n1: a is slow (slow)\nwarn     on n1: b is slow (slow)\n"), "{text}");
    assert!(text.contains("unknown  on n2: the check said nothing\n"), "{text}");
}

#[test]
fn a_run_that_was_recorded_says_where() {
    let text = plain(&sample::recorded(Some("/var/log/dbg\x1b.log")));
    let last: Vec<&str> = text.lines().rev().take(2).collect();
    assert!(last[1].starts_with("audit: line 12 of /var/log/dbg\\x1b.log,"), "{text}");
    assert_eq!(last[0].trim(), format!("sha256:{}", "ab".repeat(32)));
    assert!(plain(&sample::recorded(None)).contains("audit: line 12 of the syslog"));
}
