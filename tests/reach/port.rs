//! Single ports of this machine, as an ordinary user.

use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};

use dbg_tests::{Context, exit};

use crate::answer::run;

fn listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has free ports");
    let port = listener.local_addr().expect("a bound socket has an address").port();
    (listener, port)
}

/// A port that nobody listens on: the listener is gone, and nothing of it is in TIME_WAIT.
fn closed() -> u16 {
    listener().1
}

#[test]
fn an_open_port_passes() {
    let (_listener, port) = listener();
    let report = run(&Context::new(), &[&format!("to=127.0.0.1:{port}")]);
    report.output.exits(exit::PASS);
    report.finds_only("tcp-as-expected", "pass");
    assert!(report.metric("tcp-connect-p50") > 0.0);
}

#[test]
fn a_closed_port_fails_with_a_next_step() {
    let context = Context::new();
    let port = closed();
    let to = format!("to=127.0.0.1:{port}");
    run(&context, &[&to]).finds_only("tcp-refused", "fail").output.exits(exit::FAIL);
    let output = context.dbg(["run", "tcp-reach"]).arg(&to).run();
    output.exits(exit::FAIL).says("refuses connections").says("next:").says("ss -ltnp");
}

#[test]
fn ipv6_is_reached_in_brackets() {
    let Ok(listener) = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)) else {
        return dbg_tests::skip("this machine has no IPv6 on loopback");
    };
    let port = listener.local_addr().expect("a bound socket has an address").port();
    run(&Context::new(), &[&format!("to=[::1]:{port}")]).finds_only("tcp-as-expected", "pass");
}

#[test]
fn closed_can_be_what_is_wanted() {
    let (_listener, open) = listener();
    let context = Context::new();
    let report = run(&context, &[&format!("to=127.0.0.1:{}", closed()), "expect=closed"]);
    report.finds_only("tcp-as-expected", "pass").output.exits(exit::PASS);
    let report = run(&context, &[&format!("to=127.0.0.1:{open}"), "expect=closed"]);
    report.finds_only("tcp-unexpectedly-open", "fail").output.exits(exit::FAIL);
}

#[test]
fn a_program_that_listens_gets_no_byte() {
    use std::io::Read as _;
    let (listener, port) = listener();
    run(&Context::new(), &[&format!("to=127.0.0.1:{port}")]);
    let (mut stream, _) = listener.accept().expect("it was connected to");
    let got = stream.read(&mut [0; 1]).map_err(|error| error.kind());
    assert_eq!(got, Err(std::io::ErrorKind::ConnectionReset));
}

#[test]
fn what_is_no_endpoint_is_refused_before_anything_runs() {
    let context = Context::new();
    for (word, why) in [
        ("to=127.0.0.1", "no host with a port"),
        ("to=::1:80", "no host with a port"),
        ("to=http://x:80", "no host with a port"),
        ("to=", "no host with a port"),
        ("to=127.0.0.1:0", "no port range"),
        ("to=127.0.0.1:9-1", "no port range"),
    ] {
        context.dbg(["run", "tcp-reach", word]).run().exits(exit::USAGE).is_silent().warns(why);
    }
    context.type_in("run tcp-reach").run().exits(exit::USAGE).warns("`to` is required");
    let output = context.type_in("run tcp-reach to=10.0.0.0/8:1-9").run();
    output.exits(exit::UNKNOWN).says("150994944 connects");
}

#[test]
fn without_the_grant_it_is_not_run() {
    let output = Context::new().type_in("run --deny connect tcp-reach to=127.0.0.1:9").run();
    output.exits(exit::USAGE).is_silent().warns("cannot do without `connect`");
}
