//! Trouble made for real.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;

use dbg_tests::{Context, Namespace, exit};
use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, connect, getsockname, listen, socket_with};

use crate::report::{By, run};

fn connected(listener: &TcpListener) -> (TcpStream, TcpStream) {
    let client = TcpStream::connect(listener.local_addr().expect("bound")).expect("loopback connects");
    let (server, _) = listener.accept().expect("a client waits");
    (client, server)
}

/// Connections that the peers have closed, and we have not.
fn pile(count: usize) -> (TcpListener, Vec<TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback binds");
    let kept = (0..count).map(|_| connected(&listener).1).collect();
    (listener, kept)
}

#[test]
fn a_pile_of_unclosed_connections_names_its_process_to_root_alone() {
    let Some(namespace) = Namespace::with_empty_root_store() else { return };
    let context = Context::within(namespace);
    let held = context.in_namespace(|namespace| namespace.enter(|| pile(60)));
    let me = format!("(pid {})", std::process::id());

    let report = run(&context, By::Root, &[]);
    report.output.exits(exit::WARN);
    let finding = report.finding("sock-close-wait", "warn").to_string();
    assert!(finding.contains(&me) && finding.contains("keeps 60 connections"), "{finding}");
    report.lacks("sock-owners-hidden");
    assert!(report.rows("sock-connections").iter().any(|row| row["process"].to_string().contains(&me)));

    let report = run(&context, By::Nobody, &[]);
    report.output.exits(exit::WARN);
    let finding = report.finding("sock-close-wait", "warn").to_string();
    assert!(finding.contains("an unseen process of user 0"), "{finding}");
    report.finding("sock-owners-hidden", "info");

    run(&context, By::Root, &["close-wait=61"]).finding("sock-ok", "pass");
    drop(held);
}

/// A listening socket with a backlog of two, and more clients than it can keep.
fn full() -> (OwnedFd, Vec<OwnedFd>) {
    let new = || {
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        socket_with(AddressFamily::INET, SocketType::STREAM, flags, None).expect("a socket")
    };
    let listener = new();
    bind(&listener, &SocketAddr::from(([127, 0, 0, 1], 0))).expect("loopback binds");
    listen(&listener, 2).expect("a bound socket listens");
    let address: SocketAddr = getsockname(&listener).expect("bound").try_into().expect("IPv4");
    let client = || {
        let client = new();
        // It is under way, and for those that find no room it stays so.
        connect(&client, &address).expect_err("it does not wait");
        client
    };
    let clients = (0..6).map(|_| client()).collect();
    (listener, clients)
}

#[test]
fn a_full_queue_of_connections_that_nobody_accepts_fails() {
    let Some(namespace) = Namespace::new("") else { return };
    let context = Context::within(namespace);
    let held = context.in_namespace(|namespace| namespace.enter(full));
    let report = run(&context, By::Nobody, &["syn-sent=2"]);
    report.output.exits(exit::FAIL);
    let finding = report.finding("sock-backlog-full", "fail").to_string();
    assert!(finding.contains("its queue is full"), "{finding}");
    // Who found no room is still asking.
    report.finding("sock-syn-sent", "warn");
    drop(held);
}

#[test]
fn bytes_that_a_peer_does_not_take_are_told_on_both_sides() {
    let Some(namespace) = Namespace::new("") else { return };
    let context = Context::within(namespace);
    let stuck = || {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback binds");
        let (mut client, server) = connected(&listener);
        client.set_nonblocking(true).expect("a socket");
        // Until both queues are full.
        while client.write(&[0; 65_536]).is_ok() {}
        (client, server)
    };
    let held = context.in_namespace(|namespace| namespace.enter(stuck));
    let report = run(&context, By::Nobody, &["queue=4KiB"]);
    report.output.exits(exit::WARN);
    report.finding("sock-send-queue", "warn");
    report.finding("sock-receive-queue", "warn");
    drop(held);
}

#[test]
fn local_ports_that_run_out_are_told_before_they_do() {
    let Some(namespace) = Namespace::new("echo 40000 40039 > /proc/sys/net/ipv4/ip_local_port_range") else { return };
    let context = Context::within(namespace);
    let many = || {
        let listener = TcpListener::bind("127.0.0.1:80").expect("its own network");
        let pairs: Vec<_> = (0..36).map(|_| connected(&listener)).collect();
        (listener, pairs)
    };
    let held = context.in_namespace(|namespace| namespace.enter(many));
    let report = run(&context, By::Nobody, &[]);
    report.output.exits(exit::WARN);
    let finding = report.finding("sock-ports-taken", "warn").to_string();
    assert!(finding.contains("90 % of the local ports from 127.0.0.1 to 127.0.0.1:80"), "{finding}");
    run(&context, By::Nobody, &["ports-percent=91"]).finding("sock-ok", "pass");
    drop(held);
}

#[test]
fn without_the_grant_for_processes_sockets_have_no_owner_and_are_told_all_the_same() {
    let Some(namespace) = Namespace::new("") else { return };
    let context = Context::within(namespace);
    let held = context.in_namespace(|namespace| namespace.enter(|| pile(1)));
    let report = run(&context, By::Nobody, &["--deny", "processes"]);
    report.output.exits(exit::PASS);
    report.finding("sock-owners-unknown", "info");
    report.lacks("sock-owners-hidden");
    let output = context.type_in("run --deny network-state sock-summary").run();
    output.warns("cannot do without `network-state`");
    drop(held);
}
