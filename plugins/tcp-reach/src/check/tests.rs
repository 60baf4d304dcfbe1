use dbg_sdk::connect::{Ending, ErrorCode, Outcome};
use dbg_sdk::fake::{Cell, Connect, Host, Report};
use dbg_sdk::prelude::*;

use super::*;

fn reach_with(connect: Connect, to: &[&str], expect: Option<&str>) -> Report {
    // As the host hands them over: always both ports.
    let both = |text: &str| match text.rsplit_once(':') {
        Some((_, ports)) if ports.contains('-') => text.to_owned(),
        Some((hosts, port)) => format!("{hosts}:{port}-{port}"),
        None => text.to_owned(),
    };
    let to = to.iter().map(|text| both(text).parse().unwrap()).collect();
    let parameters = TcpReach { expect: expect.map(str::to_owned), ..TcpReach::defaults(to) };
    let report = Host::new().connect(connect).run(|run| tcp_reach(parameters, run));
    assert!(report.mistakes.is_empty(), "{:?}", report.mistakes);
    report
}

fn reach(connect: Connect, to: &[&str]) -> Report {
    reach_with(connect, to, None)
}

fn ids(report: &Report) -> Vec<&str> {
    report.findings.iter().map(|finding| finding.id.as_str()).collect()
}

#[test]
fn an_open_port_passes_and_its_time_is_a_metric() {
    let report = reach(Connect::new().open("10.0.0.1", 80), &["10.0.0.1:80"]);
    assert_eq!(ids(&report), ["tcp-as-expected"]);
    assert_eq!(report.findings[0].sentence, "10.0.0.1:80 is open");
    assert_eq!(report.verdict(), Severity::Pass);
    assert_eq!(report.metric("tcp-open"), Some(1.0));
    assert_eq!(report.metric("tcp-connect-p99"), Some(1.0));
}

#[test]
fn each_way_to_fail_is_a_finding_of_its_own_with_a_next_step() {
    for (outcome, id, severity) in [
        (Outcome::Refused, "tcp-refused", Severity::Fail),
        (Outcome::TimedOut, "tcp-filtered", Severity::Fail),
        (Outcome::Unreachable, "tcp-unreachable", Severity::Fail),
        (Outcome::Unresolved, "tcp-unresolved", Severity::Fail),
        (Outcome::Denied, "tcp-not-granted", Severity::Unknown),
        (Outcome::Other, "tcp-not-known", Severity::Unknown),
    ] {
        let report = reach(Connect::new().outcome("db.test", 5432, outcome, "somebody says so"), &["db.test:5432"]);
        assert_eq!(ids(&report), [id]);
        let finding = &report.findings[0];
        assert_eq!(finding.severity, severity, "{id}");
        assert!(finding.sentence.starts_with("db.test:5432 "), "{}", finding.sentence);
        assert_eq!(finding.about.as_deref(), Some("db.test:5432"));
        assert_eq!(finding.evidence("because"), Some("somebody says so"));
        assert!(!finding.next_steps.is_empty(), "{id}");
    }
}

#[test]
fn many_that_fail_alike_are_one_finding() {
    let report =
        reach(Connect::new().open("10.0.0.9", 1), &["10.0.0.1:80", "10.0.0.1:81", "10.0.0.2:80", "10.0.0.9:1"]);
    assert_eq!(ids(&report), ["tcp-refused", "tcp-as-expected"]);
    let refused = &report.findings[0];
    assert_eq!(refused.sentence, "3 connects were refused");
    assert_eq!(refused.evidence("10.0.0.2"), Some("80"));
}

#[test]
fn a_range_lists_what_is_open_and_fails_for_nothing() {
    let connect = Connect::new().open("127.0.0.1", 22).open("127.0.0.1", 80);
    let connect = connect.outcome("127.0.0.1", 81, Outcome::TimedOut, "");
    let report = reach(connect, &["127.0.0.1:1-1024"]);
    assert_eq!(ids(&report), ["tcp-scanned"]);
    assert_eq!(report.findings[0].sentence, "127.0.0.1:1-1024: 2 open, 1021 refused, 1 filtered");
    assert_eq!(report.findings[0].evidence("open at 127.0.0.1"), Some("22, 80"));
    assert_eq!(report.verdict(), Severity::Pass);
    let table = report.table("tcp-reach").unwrap();
    let text = |name: &str| table.column(name).into_iter().cloned().collect::<Vec<Cell>>();
    let cells = |texts: [&str; 3]| texts.map(|text| Cell::Text(text.to_owned())).to_vec();
    assert_eq!(text("result"), cells(["open", "refused", "filtered"]));
    assert_eq!(text("ports"), cells(["22, 80", "1-21, 23-79, 82-1024", "81"]));
}

#[test]
fn a_range_with_nothing_open_is_a_warning() {
    let report = reach(Connect::new(), &["10.0.0.1:1-9"]);
    assert_eq!(ids(&report), ["tcp-none-open"]);
    assert_eq!(report.verdict(), Severity::Warn);
}

#[test]
fn hosts_where_the_same_ports_ended_alike_share_a_row() {
    let report = reach(Connect::new().open("10.0.0.2", 80), &["10.0.0.0/29:80-81"]);
    let table = report.table("tcp-reach").unwrap();
    assert_eq!(table.rows.len(), 3, "{:?}", table.rows);
    let addresses: Vec<Cell> = table.column("address").into_iter().cloned().collect();
    assert!(addresses.contains(&Cell::Text("10.0.0.0-10.0.0.1, 10.0.0.3-10.0.0.7".into())), "{addresses:?}");
}

#[test]
fn a_name_that_is_open_at_one_address_only_is_a_warning() {
    let ms = Duration::from_millis(1);
    let connect = Connect::new().answer("db.test", 5432, "10.0.0.1", Outcome::Connected, ms, "").answer(
        "db.test",
        5432,
        "10.0.0.2",
        Outcome::Refused,
        ms,
        "",
    );
    let report = reach(connect, &["db.test:5432"]);
    assert_eq!(ids(&report), ["tcp-some-addresses"]);
    assert_eq!(report.verdict(), Severity::Warn);
    assert_eq!(report.findings[0].evidence("10.0.0.2"), Some("5432"));
}

#[test]
fn expect_holds_for_ranges_too() {
    let connect = || Connect::new().open("10.0.0.1", 80);
    let report = reach_with(connect(), &["10.0.0.1:80-81"], Some("open"));
    assert_eq!(ids(&report), ["tcp-refused"]);
    let report = reach_with(connect(), &["10.0.0.1:80-81"], Some("closed"));
    assert_eq!(ids(&report), ["tcp-unexpectedly-open"]);
    let report = reach_with(connect(), &["10.0.0.1:81"], Some("closed"));
    assert_eq!(report.findings[0].sentence, "10.0.0.1:81 is closed, as it should be");
    assert_eq!(report.verdict(), Severity::Pass);
}

#[test]
fn what_the_time_did_not_suffice_for_is_unknown() {
    let parameters = TcpReach::defaults(vec!["10.0.0.1:1-9".parse().unwrap()]);
    let report =
        Host::new().connect(Connect::new()).remaining(Duration::ZERO).run(|run| tcp_reach(parameters.clone(), run));
    assert_eq!(ids(&report), ["tcp-not-tried"]);
    assert_eq!(report.verdict(), Severity::Unknown);
    let report = Host::new().connect(Connect::new()).cancelled().run(|run| tcp_reach(parameters, run));
    assert_eq!(ids(&report), ["tcp-not-tried"]);
}

#[test]
fn without_the_grant_or_with_too_many_endpoints_it_says_so() {
    let parameters = TcpReach::defaults(vec!["10.0.0.0/8:1-9".parse().unwrap()]);
    let report = Host::new().connect(Connect::new()).run(|run| tcp_reach(parameters, run));
    assert_eq!(report.failure.map(|failure| failure.code), Some(dbg_sdk::FailureCode::BadArguments));
    let parameters = TcpReach::defaults(vec!["10.0.0.1:80-80".parse().unwrap()]);
    let report = Host::new().connect_error(ErrorCode::Denied, "no").run(|run| tcp_reach(parameters, run));
    assert_eq!(report.failure.map(|failure| failure.code), Some(dbg_sdk::FailureCode::Denied));
}

#[test]
fn a_hundred_thousand_endpoints_are_one_readable_report() {
    let report = reach(Connect::new().open("10.0.0.7", 443), &["10.0.0.1-10.0.0.100:1-1000"]);
    assert!(report.table("tcp-reach").unwrap().rows.len() <= 3);
    assert_eq!(ids(&report), ["tcp-scanned"]);
    assert_eq!(report.dropped, 0);
}

#[test]
fn percentiles_are_values_that_were_measured() {
    assert_eq!(percentile(&[], 50), None);
    assert_eq!(percentile(&[7], 99), Some(7));
    assert_eq!(percentile(&[1, 2, 3, 4], 50), Some(2));
    assert_eq!(percentile(&(1..=100).collect::<Vec<_>>(), 99), Some(99));
}

#[test]
fn a_single_port_that_hangs_up_at_once_fails_and_one_that_speaks_does_not() {
    let connect = Connect::new()
        .hears("10.0.0.1", 1, b"", Ending::Reset)
        .hears("10.0.0.1", 2, b"", Ending::Closed)
        .hears("10.0.0.1", 3, b"go away", Ending::Closed)
        .hears("10.0.0.1", 4, b"", Ending::Open);
    for (to, id) in [("10.0.0.1:1", "tcp-reset"), ("10.0.0.1:2", "tcp-closed")] {
        let report = reach(connect.clone(), &[to]);
        assert_eq!(ids(&report), [id]);
        assert_eq!(report.verdict(), Severity::Fail);
        assert_eq!(report.metric("tcp-open"), Some(0.0));
    }
    let report = reach(connect, &["10.0.0.1:3", "10.0.0.1:4"]);
    assert_eq!(ids(&report), ["tcp-as-expected"]);
    assert!(report.table("tcp-banner").is_none(), "nobody asked for it");
}

#[test]
fn ranges_are_listened_to_only_when_asked_for_and_banners_have_a_row_each() {
    let connect =
        Connect::new().hears("10.0.0.1", 1, b"", Ending::Reset).hears("10.0.0.1", 2, b"SSH-2.0-x\r\n", Ending::Open);
    let report = reach(connect.clone(), &["10.0.0.1:1-3"]);
    assert_eq!(report.findings[0].sentence, "10.0.0.1:1-3: 2 open, 1 refused");
    let to = vec!["10.0.0.1:1-3".parse().unwrap()];
    let parameters = TcpReach { banner: Some(Duration::from_secs(1)), ..TcpReach::defaults(to) };
    let report = Host::new().connect(connect).run(|run| tcp_reach(parameters, run));
    assert_eq!(report.findings[0].sentence, "10.0.0.1:1-3: 1 open, 1 reset at once, 1 refused");
    let banners: Vec<Cell> = report.table("tcp-banner").unwrap().column("banner").into_iter().cloned().collect();
    assert_eq!(banners, [Cell::Text("SSH-2.0-x".to_owned())]);
}

#[test]
fn localhost_needs_one_of_its_addresses_and_a_refusal_of_all_is_one_finding() {
    let ms = Duration::from_millis(1);
    let answers = |outcome| {
        let connect = Connect::new().answer("localhost", 80, "127.0.0.1", outcome, ms, "");
        connect.answer("localhost", 80, "::1", Outcome::Refused, ms, "")
    };
    assert_eq!(ids(&reach(answers(Outcome::Connected), &["localhost:80"])), ["tcp-as-expected"]);
    let report = reach(answers(Outcome::Refused), &["localhost:80"]);
    assert_eq!(report.findings[0].sentence, "localhost:80 refuses connections: nobody listens there (2 connects)");
}

#[test]
fn a_name_that_is_not_granted_gets_the_address_to_type() {
    let ms = Duration::from_millis(1);
    for (address, typed) in
        [("10.0.0.5", "`to=10.0.0.5:80`"), ("::1", "`to=[::1]:80`"), ("fe80::1", "`to=[fe80::1%INTERFACE]:80`")]
    {
        let connect = Connect::new().answer("own.test", 80, address, Outcome::Denied, ms, "because");
        let report = reach(connect, &["own.test:80"]);
        assert!(report.findings[0].next_steps[0].ends_with(typed), "{:?}", report.findings[0].next_steps);
    }
}
