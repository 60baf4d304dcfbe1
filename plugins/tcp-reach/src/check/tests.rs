use dbg_sdk::connect::{ErrorCode, Outcome};
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
