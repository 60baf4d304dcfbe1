//! Each fault is told apart from the others, with the weight that it has for the operator.

use std::time::Duration;

use dbg_tests::dns::{Fault, Faulty};
use dbg_tests::{Context, exit};

use crate::answer::{Report, run_alone};

/// Asks a server with this fault for A and AAAA, with patience for a busy machine and no more.
fn ask(fault: Fault, words: &[&str]) -> Report {
    let server = Faulty::start(fault);
    let server = format!("server={}", server.address);
    let words: Vec<&str> = [server.as_str(), "name=www.test."].into_iter().chain(words.iter().copied()).collect();
    run_alone(&words)
}

/// The only finding with weight, and the exit code that follows from it.
#[track_caller]
fn expect(fault: Fault, words: &[&str], id: &str, severity: &str) {
    let report = ask(fault, words);
    report.finds_only(id, severity);
    report.output.exits(match severity {
        "fail" => exit::FAIL,
        "warn" => exit::WARN,
        _ => exit::PASS,
    });
}

/// Nothing comes, so waiting longer shows nothing.
const QUICK: [&str; 2] = ["timeout=200ms", "attempts=2"];
/// Something comes, so the wait is only as long as the machine is busy.
const PATIENT: [&str; 1] = ["timeout=10s"];

#[test]
fn a_good_server_passes() {
    expect(Fault::None, &PATIENT, "dns-ok", "pass");
}

#[test]
fn silence_is_a_timeout() {
    expect(Fault::Silent, &QUICK, "dns-timeout", "fail");
}

#[test]
fn a_port_where_nobody_listens_is_unreachable() {
    let report = run_alone(&["server=127.0.0.1:9", "name=www.test.", "timeout=200ms"]);
    report.finds_only("dns-unreachable", "fail");
}

#[test]
fn an_answer_with_a_wrong_id_is_no_answer() {
    expect(Fault::WrongId, &QUICK, "dns-wrong-id", "fail");
}

#[test]
fn a_strangers_answer_before_the_right_one_is_a_warning() {
    expect(Fault::LateStranger, &PATIENT, "dns-wrong-id", "warn");
}

#[test]
fn an_answer_to_another_question_is_no_answer() {
    expect(Fault::WrongQuestion, &QUICK, "dns-wrong-question", "fail");
}

#[test]
fn an_answer_from_another_port_is_no_answer() {
    expect(Fault::WrongSource, &QUICK, "dns-wrong-source", "fail");
}

#[test]
fn a_server_without_edns_is_a_warning() {
    expect(Fault::FormerrOnEdns, &PATIENT, "dns-no-edns", "warn");
    expect(Fault::NotimpOnEdns, &PATIENT, "dns-no-edns", "warn");
}

#[test]
fn each_response_code_is_its_own_finding() {
    expect(Fault::Formerr, &PATIENT, "dns-formerr", "fail");
    expect(Fault::Servfail, &PATIENT, "dns-servfail", "fail");
    expect(Fault::Refused, &PATIENT, "dns-refused", "fail");
    expect(Fault::Nxdomain, &PATIENT, "dns-nxdomain", "fail");
}

#[test]
fn a_lame_server_is_no_missing_name() {
    expect(Fault::Lame, &PATIENT, "dns-lame", "fail");
}

#[test]
fn a_truncated_answer_is_fetched_over_tcp() {
    let server = Faulty::start(Fault::Truncated);
    let report = run_alone(&[&format!("server={}", server.address), "name=www.test.", "type=A", "timeout=10s"]);
    report.finds_only("dns-ok", "pass");
    assert_eq!(server.asked_over_tcp(), 1);
    assert!(report.cell("A", "by").contains("tcp"), "{}", report.output);
}

#[test]
fn a_truncated_answer_without_tcp_is_a_failure() {
    expect(Fault::TruncatedTcpRefused, &QUICK, "dns-no-tcp", "fail");
    expect(Fault::TruncatedTcpCut, &PATIENT, "dns-no-tcp", "fail");
    expect(Fault::TruncatedTcpSilent, &QUICK, "dns-no-tcp", "fail");
}

#[test]
fn an_answer_of_64_kib_over_tcp_is_taken() {
    let report = ask(Fault::TruncatedTcpHuge, &["type=TXT", "timeout=10s"]);
    report.finds_only("dns-ok", "pass");
}

#[test]
fn never_means_never_over_tcp_and_always_means_always() {
    let server = Faulty::start(Fault::Truncated);
    let address = format!("server={}", server.address);
    let report = run_alone(&[&address, "name=www.test.", "tcp=never", "timeout=10s"]);
    report.finds_only("dns-truncated", "fail");
    assert_eq!(server.asked_over_tcp(), 0);

    let server = Faulty::start(Fault::None);
    let address = format!("server={}", server.address);
    run_alone(&[&address, "name=www.test.", "tcp=always", "timeout=10s"]).finds_only("dns-ok", "pass");
    assert_eq!(server.asked_over_udp(), 0);
}

#[test]
fn the_lost_half_of_a_pair_is_told_from_a_dead_server() {
    let report = ask(Fault::DropsSecondOfPair, &["timeout=500ms"]);
    report.finds("dns-pair-lost", "fail");
    assert!(!report.findings.iter().any(|(id, _)| id == "dns-timeout" || id == "dns-retried"), "{}", report.output);
}

#[test]
fn aaaa_that_never_comes_is_no_lost_pair() {
    let report = ask(Fault::DropsAaaa, &QUICK);
    assert!(!report.findings.iter().any(|(id, _)| id == "dns-pair-lost"), "{}", report.output);
    report.output.exits(exit::FAIL);
}

#[test]
fn a_slow_answer_is_a_warning_above_the_bound_alone() {
    let slow = Fault::Slow(Duration::from_millis(150));
    expect(slow.clone(), &["timeout=10s", "slow=50ms"], "dns-slow", "warn");
    expect(slow, &["timeout=20s", "slow=20s"], "dns-ok", "pass");
}

#[test]
fn aliases_that_lead_nowhere_end() {
    expect(Fault::CnameLoop, &PATIENT, "dns-cname-loop", "fail");
    let server = Faulty::start(Fault::EndlessChain);
    let address = format!("server={}", server.address);
    run_alone(&[&address, "name=www.test.", "type=A", "timeout=10s"]).finds_only("dns-cname-loop", "fail");
    assert!(server.asked_over_udp() <= 20, "asked {} times", server.asked_over_udp());
}

#[test]
fn bytes_that_are_no_message_are_told() {
    for fault in [Fault::Garbage, Fault::HeaderOnly, Fault::PointerLoop, Fault::CountTooHigh] {
        let report = ask(fault.clone(), &QUICK);
        report.output.exits(exit::FAIL);
        assert!(report.findings.iter().any(|(id, _)| id == "dns-garbled"), "{fault:?}\n{}", report.output);
    }
    ask(Fault::Empty, &QUICK).output.exits(exit::FAIL);
}

#[test]
fn escapes_in_an_answer_reach_no_terminal() {
    let server = Faulty::start(Fault::Escapes);
    let context = Context::new();
    for form in ["text", "json", "ndjson", "junit"] {
        let server = format!("server={}", server.address);
        // Every answer of dbg is looked through for raw control characters.
        let words = ["run", "-o", form, "dns-check", &server, "name=www.test.", "type=TXT", "timeout=10s"];
        context.dbg(words).run().exits(exit::PASS).says("txt.exe");
    }
}
