//! Names, through the target's own resolver.

use std::net::{Ipv4Addr, TcpListener};

use dbg_tests::{Context, Home, Namespace, exit};

use crate::answer::run;

/// A network in which every address of 10.79.0.0/16 is here without being an address of an interface, and these are the hosts.
fn with_hosts(hosts: &str) -> Option<(Home, Context)> {
    let files = Home::new();
    let hosts = files.write("hosts", hosts);
    let script = format!("ip route add local 10.79.0.0/16 dev lo; mount --bind '{}' /etc/hosts", hosts.display());
    Some((files, Context::within(Namespace::new(&script)?)))
}

fn listen(context: &Context, address: Ipv4Addr) -> TcpListener {
    let bind = || TcpListener::bind((address, 5432)).expect("the port is free there");
    context.in_namespace(|namespace| namespace.enter(bind))
}

#[test]
fn a_name_is_reached_at_its_address() {
    let Some((_files, context)) = with_hosts("10.79.0.5 db.test\n") else { return };
    let _listener = listen(&context, Ipv4Addr::new(10, 79, 0, 5));
    let report = run(&context, &["to=db.test:5432"]);
    report.finds_only("tcp-as-expected", "pass").output.exits(exit::PASS).says("10.79.0.5");
}

#[test]
fn a_name_that_is_open_at_one_of_its_addresses_is_a_warning() {
    let Some((_files, context)) = with_hosts("10.79.0.5 db.test\n10.79.0.6 db.test\n") else { return };
    let _listener = listen(&context, Ipv4Addr::new(10, 79, 0, 5));
    let report = run(&context, &["to=db.test:5432"]);
    report.finds_only("tcp-some-addresses", "warn").output.exits(exit::WARN).says("10.79.0.6");
}

#[test]
fn a_name_without_address_is_unresolved() {
    let Some((_files, context)) = with_hosts("10.79.0.5 db.test\n") else { return };
    let report = run(&context, &["to=elsewhere.test:5432"]);
    report.finds_only("tcp-unresolved", "fail").output.exits(exit::FAIL).says("dbg run dns-check name=elsewhere.test");
}

/// A name never leads to the target itself: whoever answers for the name would choose what is reached here.
#[test]
fn a_name_for_this_machine_is_not_granted_and_its_address_is() {
    let Some((_files, context)) = with_hosts("127.0.0.1 db.test\n") else { return };
    let _listener = listen(&context, Ipv4Addr::LOCALHOST);
    let report = run(&context, &["to=db.test:5432"]);
    report
        .finds_only("tcp-not-granted", "unknown")
        .output
        .exits(exit::UNKNOWN)
        .says("loopback, the target itself")
        .says("give the address: `to=127.0.0.1:5432`");
    run(&context, &["to=127.0.0.1:5432"]).finds_only("tcp-as-expected", "pass");
}

/// Whatever a file or a resolver says: RFC 6761 6.3.
#[test]
fn localhost_is_this_machine_and_one_of_its_two_addresses_is_enough() {
    let Some((_files, context)) = with_hosts("10.79.0.5 localhost db.localhost\n") else { return };
    let _listener = listen(&context, Ipv4Addr::LOCALHOST);
    for to in ["to=localhost:5432", "to=db.localhost:5432"] {
        let report = run(&context, &[to]);
        report.finds_only("tcp-as-expected", "pass").output.exits(exit::PASS).says("127.0.0.1").hides("10.79.0.5");
    }
    run(&context, &["to=localhost:5433"]).finds_only("tcp-refused", "fail");
}

#[test]
fn a_name_for_an_address_of_this_machine_is_told_why_it_is_not_granted() {
    let Some((_files, context)) = with_hosts("10.79.1.1 own.test\nfe80::1 link.test\n") else { return };
    let assign = || std::process::Command::new("ip").args(["address", "add", "10.79.1.1/32", "dev", "lo"]).status();
    context.in_namespace(|namespace| namespace.enter(assign)).expect("`ip` starts");
    let report = run(&context, &["to=own.test:5432"]);
    report.finds_only("tcp-not-granted", "unknown").output.says("an address of the target itself");
    report.output.says("`to=10.79.1.1:5432`");
    let report = run(&context, &["to=link.test:5432"]);
    report.finds_only("tcp-not-granted", "unknown").output.says("own link").says("`to=[fe80::1%INTERFACE]:5432`");
}
