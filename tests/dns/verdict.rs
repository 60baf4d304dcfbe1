//! Verdicts over the real servers: what a person reads.

use dbg_tests::dns::World;
use dbg_tests::{Context, exit};

use crate::answer::run_alone;

#[test]
fn a_broken_signature_is_told_from_a_broken_server() {
    let Some(world) = World::start() else { return };
    let server = format!("server={}", world.resolver.address);
    let ask = |name: &str, more: &[&str]| {
        let name = format!("name={name}.");
        let words: Vec<&str> =
            [&server, &name, "type=A", "timeout=10s"].into_iter().chain(more.iter().copied()).collect();
        run_alone(&words)
    };
    ask("good.signed.test", &[]).finds_only("dns-ok", "pass");
    ask("bogus.signed.test", &[]).finds_only("dns-bogus", "fail");
    ask("bogus.signed.test", &["dnssec=no"]).finds_only("dns-servfail", "fail");
    ask("www.broken.test", &[]).finds_only("dns-servfail", "fail");
}

#[test]
fn a_missing_name_is_told_from_a_missing_record_and_a_closed_zone() {
    let Some(world) = World::start() else { return };
    let server = format!("server={}", world.authority.address);
    let ask = |name: &str, kind: &str| {
        run_alone(&[&server, &format!("name={name}."), &format!("type={kind}"), "timeout=10s"])
    };
    ask("missing.shop.test", "A").finds_only("dns-nxdomain", "fail");
    ask("v4only.shop.test", "A,AAAA").finds_only("dns-ok", "pass");
    ask("shop.test", "A").finds_only("dns-nodata", "fail");
    ask("www.closed.test", "A").finds_only("dns-refused", "fail");
    ask("host.lame.shop.test", "A").finds_only("dns-lame", "fail");
    ask("loop1.shop.test", "A").finds_only("dns-cname-loop", "fail");
    ask("self.shop.test", "A").finds_only("dns-cname-loop", "fail");
    ask("many.shop.test", "A").finds_only("dns-ok", "pass");
    ask("big.shop.test", "TXT").finds_only("dns-ok", "pass");
}

#[test]
fn an_address_is_asked_for_its_name() {
    let Some(world) = World::start() else { return };
    let report = run_alone(&[&format!("server={}", world.authority.address), "name=192.0.2.10", "timeout=10s"]);
    report.finds_only("dns-ok", "pass").output.says("www.shop.test");
    assert_eq!(report.cell("PTR", "name").trim_end_matches('.'), "10.2.0.192.in-addr.arpa");
}

#[test]
fn a_person_reads_the_server_the_fault_and_the_next_step() {
    let Some(world) = World::start() else { return };
    let server = world.authority.address;
    let context = Context::new();
    let line = format!("run dns-check name=www.closed.test. type=A server={server} timeout=10s");
    let output = context.type_in(&line).run();
    output.exits(exit::FAIL).says("FAIL").says(&server.to_string()).says("refuses").says("allow-query").says("dig ");
}
