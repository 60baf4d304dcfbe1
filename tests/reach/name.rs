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
    report.finds_only("tcp-not-granted", "unknown").output.exits(exit::UNKNOWN).says("give the address");
    run(&context, &["to=127.0.0.1:5432"]).finds_only("tcp-as-expected", "pass");
}
