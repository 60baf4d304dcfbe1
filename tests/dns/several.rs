//! Several servers at once.

use std::time::Duration;

use dbg_tests::dns::{Fault, Faulty};
use dbg_tests::exit;

use crate::answer::run_alone;

#[test]
fn servers_that_agree_pass_together() {
    let servers = [Fault::None, Fault::None, Fault::None].map(Faulty::start);
    let list = servers.each_ref().map(|server| server.address.to_string()).join(",");
    let report = run_alone(&[&format!("server={list}"), "name=www.test.", "timeout=10s"]);
    report.finds_only("dns-ok", "pass");
    assert_eq!(report.rows.len(), 6, "{}", report.output);
}

#[test]
fn servers_that_disagree_on_a_name_fail() {
    let servers = [Fault::None, Fault::Nxdomain].map(Faulty::start);
    let list = servers.each_ref().map(|server| server.address.to_string()).join(",");
    let report = run_alone(&[&format!("server={list}"), "name=www.test.", "timeout=10s"]);
    report.finds("dns-disagree", "fail").finds("dns-nxdomain", "fail").output.exits(exit::FAIL);
}

#[test]
fn servers_with_different_answers_are_a_warning() {
    let servers = [Fault::None, Fault::LoopbackSecond].map(Faulty::start);
    let list = servers.each_ref().map(|server| server.address.to_string()).join(",");
    let report = run_alone(&[&format!("server={list}"), "name=www.test.", "type=A", "timeout=10s"]);
    report.finds_only("dns-disagree", "warn").output.exits(exit::WARN);
}

#[test]
fn dead_servers_are_waited_for_together_and_named_one_by_one() {
    let good = Faulty::start(Fault::None);
    let dead: Vec<Faulty> = (0..8).map(|_| Faulty::start(Fault::Silent)).collect();
    let list: Vec<String> = dead.iter().chain([&good]).map(|server| server.address.to_string()).collect();
    let words = [&format!("server={}", list.join(",")), "name=www.test.", "timeout=1s", "attempts=2"];
    let report = run_alone(&words);
    report.finds("dns-timeout", "fail").output.exits(exit::FAIL);
    // One after the other they would take 16 s.
    assert!(report.output.took < Duration::from_secs(10), "{}", report.output);
    for server in &dead {
        report.output.says(&format!("{} does not answer", server.address));
    }
}

#[test]
fn each_problem_is_told_of_the_server_that_has_it() {
    let servers = [Fault::Refused, Fault::Servfail, Fault::None].map(Faulty::start);
    let list = servers.each_ref().map(|server| server.address.to_string()).join(",");
    let report = run_alone(&[&format!("server={list}"), "name=www.test.", "timeout=10s"]);
    report.finds("dns-refused", "fail").finds("dns-servfail", "fail");
    let [refused, failed, good] = servers.each_ref().map(|server| server.address);
    report.output.says(&format!("{refused} refuses")).says(&format!("{failed} fails"));
    assert!(!report.output.stdout().contains(&format!("{good} refuses")));
}
