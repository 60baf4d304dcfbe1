use std::net::SocketAddr;

use dbg_sdk::fake::{self, Host, Resolver};
use dbg_sdk::{FailureCode, Severity};

use super::*;
use crate::exchange::faulty::{Act, Faulty, Query, closed_port};
use crate::kind::Kind;

/// Long enough for every answer that does come.
const PATIENT: Option<Duration> = Some(Duration::from_secs(20));
/// For answers that never come.
const SHORT: Option<Duration> = Some(Duration::from_millis(40));

fn asking(servers: &[SocketAddr]) -> DnsCheck {
    DnsCheck {
        name: vec!["shop.test.".into()],
        r#type: vec!["A".into()],
        server: servers.iter().map(|server| Address::from(*server)).collect(),
        timeout: PATIENT,
        slow: Duration::from_secs(20),
        ..DnsCheck::defaults()
    }
}

fn run(host: Host, parameters: DnsCheck) -> fake::Report {
    let report = host.run(|run| dns_check(parameters, run));
    assert_eq!(report.mistakes, Vec::<String>::new());
    report
}

fn run_with(servers: &[SocketAddr]) -> fake::Report {
    run(Host::new(), asking(servers))
}

/// The ids of what weighs, in order.
fn weighty(report: &fake::Report) -> Vec<(&str, Severity)> {
    let all = report.findings.iter().filter(|finding| finding.severity != Severity::Info);
    all.map(|finding| (finding.id.as_str(), finding.severity)).collect()
}

fn rcode(rcode: u8) -> impl Fn(&Query) -> Vec<Act> {
    move |query| vec![Act::Send(query.sample().rcode(rcode).bytes())]
}

#[test]
fn a_good_answer_passes_and_is_shown() {
    let server = Faulty::start(Query::good);
    let report = run_with(&[server.address]);
    assert_eq!(weighty(&report), [("dns-ok", Severity::Pass)]);
    let finding = report.finding("dns-ok").unwrap();
    assert_eq!(finding.sentence, format!("{} answers for `shop.test.`", server.address));
    assert_eq!(finding.evidence("shop.test. A"), Some("192.0.2.1"));
    let table = report.table("dns-queries").unwrap();
    assert_eq!(table.rows.len(), 1);
    assert!(report.metric("dns-slowest-answer").is_some());
}

#[test]
fn each_response_code_is_a_finding_of_its_own_about_its_server() {
    for (code, id) in [
        (1, "dns-formerr"),
        (2, "dns-servfail"),
        (3, "dns-nxdomain"),
        (4, "dns-notimp"),
        (5, "dns-refused"),
        (9, "dns-rcode"),
    ] {
        let server = Faulty::start(rcode(code));
        let report = run_with(&[server.address]);
        assert_eq!(weighty(&report), [(id, Severity::Fail)]);
        let finding = report.finding(id).unwrap();
        assert_eq!(finding.about.as_deref(), Some(server.address.to_string().as_str()));
        assert!(
            finding
                .next_steps
                .iter()
                .any(|step| step.contains(&format!("dig @127.0.0.1 -p {}", server.address.port())))
        );
    }
}

#[test]
fn a_silent_server_and_a_closed_port_are_told_apart() {
    let silent = Faulty::start(|_| vec![]);
    let report = run(Host::new(), DnsCheck { timeout: SHORT, ..asking(&[silent.address]) });
    assert_eq!(weighty(&report), [("dns-timeout", Severity::Fail)]);
    assert_eq!(weighty(&run_with(&[closed_port()])), [("dns-unreachable", Severity::Fail)]);
}

#[test]
fn a_server_whose_upstream_is_gone_is_told_from_a_dead_one() {
    let server = Faulty::start(|query| if query.recursion_desired { vec![] } else { rcode(5)(query) });
    let report = run(Host::new(), DnsCheck { timeout: Some(Duration::from_secs(1)), ..asking(&[server.address]) });
    assert_eq!(weighty(&report), [("dns-upstream-timeout", Severity::Fail)]);
}

#[test]
fn what_strangers_send_is_told_as_why_there_is_no_answer() {
    let wrong_id = Faulty::start(|query| vec![Act::Send(query.sample().id(query.id.wrapping_add(1)).bytes())]);
    let garbage = Faulty::start(|_| vec![Act::Send(vec![1, 2, 3])]);
    for (server, id) in [(&wrong_id, "dns-wrong-id"), (&garbage, "dns-garbled")] {
        let report =
            run(Host::new(), DnsCheck { timeout: Some(Duration::from_millis(300)), ..asking(&[server.address]) });
        assert_eq!(weighty(&report), [(id, Severity::Fail)]);
    }
}

#[test]
fn dnssec_failures_are_told_from_other_failures_unless_switched_off() {
    let server = Faulty::start(|query| if query.checking_disabled { query.good() } else { rcode(2)(query) });
    assert_eq!(weighty(&run_with(&[server.address])), [("dns-bogus", Severity::Fail)]);
    let report = run(Host::new(), DnsCheck { dnssec: false, ..asking(&[server.address]) });
    assert_eq!(weighty(&report), [("dns-servfail", Severity::Fail)]);
}

#[test]
fn an_answer_above_the_bound_is_slow() {
    let server = Faulty::start(Query::good);
    let report = run(Host::new(), DnsCheck { slow: Duration::ZERO, ..asking(&[server.address]) });
    assert_eq!(weighty(&report), [("dns-slow", Severity::Warn)]);
}

#[test]
fn a_name_with_one_address_family_alone_is_well_and_one_with_none_is_not() {
    let server = Faulty::start(Query::good);
    let both = || vec!["A".to_owned(), "AAAA".to_owned()];
    let report = run(Host::new(), DnsCheck { r#type: both(), ..asking(&[server.address]) });
    assert_eq!(weighty(&report), [("dns-ok", Severity::Pass)]);
    let empty = Faulty::start(|query| vec![Act::Send(query.sample().soa("test").bytes())]);
    let report = run(Host::new(), DnsCheck { r#type: both(), ..asking(&[empty.address]) });
    assert_eq!(weighty(&report), [("dns-nodata", Severity::Fail)]);
    let report = run(Host::new(), DnsCheck { r#type: vec!["CAA".into()], ..asking(&[empty.address]) });
    assert_eq!(weighty(&report), [("dns-ok", Severity::Pass)]);
}

#[test]
fn servers_that_disagree_are_told_with_what_each_says() {
    let good = Faulty::start(Query::good);
    let other = Faulty::start(|query| vec![Act::Send(query.sample().a("shop.test", [192, 0, 2, 2]).bytes())]);
    let report = run_with(&[good.address, other.address]);
    assert_eq!(weighty(&report), [("dns-disagree", Severity::Warn)]);
    let finding = report.finding("dns-disagree").unwrap();
    assert_eq!(finding.evidence(&other.address.to_string()), Some("192.0.2.2"));

    let missing = Faulty::start(rcode(3));
    let report = run_with(&[good.address, missing.address]);
    assert_eq!(weighty(&report), [("dns-nxdomain", Severity::Fail), ("dns-disagree", Severity::Fail)]);
}

#[test]
fn aliases_and_their_loops_are_shown() {
    let server = Faulty::start(|query| {
        vec![Act::Send(query.sample().cname("shop.test", "b.test").cname("b.test", "shop.test").bytes())]
    });
    let report = run_with(&[server.address]);
    let finding = report.finding("dns-cname-loop").unwrap();
    assert!(finding.evidence("shop.test. A").is_some_and(|text| text.contains("shop.test → b.test → shop.test")));
}

#[test]
fn the_search_is_walked_and_shown() {
    let server = Faulty::start(|query| {
        if crate::name::text(&query.question.name) == "shop.b.test" {
            vec![Act::Send(query.sample().a("shop.b.test", [192, 0, 2, 1]).bytes())]
        } else {
            rcode(3)(query)
        }
    });
    let address = server.address;
    let resolver =
        Resolver::new().nameserver(address.ip().to_string(), address.port()).search("a.test").search("b.test");
    let parameters = DnsCheck { name: vec!["shop".into()], server: vec![], ..asking(&[]) };
    let report = run(Host::new().resolver(resolver), parameters);
    assert_eq!(weighty(&report), [("dns-ok", Severity::Pass)]);
    let finding = report.finding("dns-search").unwrap();
    assert_eq!(finding.evidence("tried"), Some("shop.a.test NXDOMAIN, shop.b.test answered"));
}

#[test]
fn without_a_name_the_configured_servers_and_search_domains_are_judged() {
    let server = Faulty::start(|query| match query.question.kind {
        Kind::Ns => vec![Act::Send(query.sample().ns(".", "a.root.test").bytes())],
        _ => rcode(3)(query),
    });
    let address = server.address;
    let resolver = Resolver::new().nameserver(address.ip().to_string(), address.port()).search("gone.test");
    let report = run(Host::new().resolver(resolver), DnsCheck { name: vec![], server: vec![], ..asking(&[]) });
    assert_eq!(weighty(&report), [("dns-ok", Severity::Pass)]);
    assert_eq!(report.finding("dns-nxdomain").unwrap().severity, Severity::Info);
}

#[test]
fn a_server_that_cannot_resolve_the_root_is_a_warning_alone() {
    let server = Faulty::start(rcode(2));
    let address = server.address;
    let resolver = Resolver::new().nameserver(address.ip().to_string(), address.port());
    let report = run(Host::new().resolver(resolver), DnsCheck { name: vec![], server: vec![], ..asking(&[]) });
    assert_eq!(weighty(&report), [("dns-no-root", Severity::Warn)]);
}

#[test]
fn without_configuration_and_server_nothing_can_be_said() {
    let report = run(Host::new(), DnsCheck { server: vec![], ..asking(&[]) });
    assert_eq!(weighty(&report), [("dns-no-configuration", Severity::Unknown)]);
}

#[test]
fn a_name_that_is_none_is_a_bad_argument() {
    let report = run(Host::new(), DnsCheck { name: vec!["a..b".into()], ..asking(&[closed_port()]) });
    assert_eq!(report.failure.unwrap().code, FailureCode::BadArguments);
}

#[test]
fn what_was_not_asked_before_the_time_was_up_is_unknown() {
    let server = Faulty::start(Query::good);
    let report = run(Host::new().remaining(Duration::from_millis(100)), asking(&[server.address]));
    assert_eq!(weighty(&report), [("dns-not-asked", Severity::Unknown)]);
}
