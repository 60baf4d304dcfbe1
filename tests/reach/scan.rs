//! Ranges of ports beside `nmap`, in a network where only this test listens.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, TcpListener};

use dbg_tests::{Context, Namespace, exit, tool};

use crate::answer::run;

#[test]
fn the_open_ports_of_a_range_are_those_that_nmap_finds() {
    let Some(nmap) = tool("nmap", "nmap") else { return };
    let Some(namespace) = Namespace::new("true") else { return };
    let ports = [22, 80, 81, 443, 1_024, 32_768, 40_001, 65_535];
    let listen = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("the port is free there");
    let _listeners: Vec<TcpListener> = namespace.enter(|| ports.map(listen).into());
    let scan = || {
        let mut command = std::process::Command::new(nmap);
        command.args(["-sT", "-T5", "-n", "-p-", "-oG", "-", "127.0.0.1"]).output().expect("`nmap` starts")
    };
    let theirs = String::from_utf8_lossy(&namespace.enter(scan).stdout).into_owned();
    let theirs: BTreeSet<u16> =
        theirs.split([' ', '\t', '\n']).filter_map(|word| word.split_once("/open/")?.0.parse().ok()).collect();
    assert_eq!(theirs, BTreeSet::from(ports));

    let context = Context::within(namespace);
    let report = run(&context, &["to=127.0.0.1:1-65535", "rate=0"]);
    report.finds_only("tcp-scanned", "pass").output.exits(exit::PASS);
    assert_eq!(report.rows[0], ("open".to_owned(), "22, 80-81, 443, 1024, 32768, 40001, 65535".to_owned()));
    assert_eq!((report.metric("tcp-open"), report.metric("tcp-refused")), (8.0, 65_527.0));
    assert_eq!(report.rows.len(), 2, "{}", report.output);
}

#[test]
fn a_range_with_nothing_open_is_a_warning() {
    let Some(namespace) = Namespace::new("true") else { return };
    let report = run(&Context::within(namespace), &["to=127.0.0.1:1-100"]);
    report.finds_only("tcp-none-open", "warn").output.exits(exit::WARN);
}

#[test]
fn a_network_is_asked_address_by_address() {
    let Some(namespace) = Namespace::new("true") else { return };
    let listen = || TcpListener::bind((Ipv4Addr::new(127, 0, 0, 5), 80)).expect("the port is free there");
    let _listener = namespace.enter(listen);
    let context = Context::within(namespace);
    let report = run(&context, &["to=127.0.0.0/29:80-81"]);
    report.finds_only("tcp-scanned", "pass");
    report.output.says("open at 127.0.0.5");
}
