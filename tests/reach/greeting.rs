//! What a server does right after the connect: it greets, waits, or hangs up.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::fd::AsFd as _;
use std::time::Duration;

use dbg_tests::{Context, exit};

use crate::answer::run;

/// A port whose server does this with each connection.
fn server(act: impl Fn(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has free ports");
    let port = listener.local_addr().expect("a bound socket has an address").port();
    // It ends with the test's process.
    std::thread::spawn(move || listener.incoming().flatten().for_each(act));
    port
}

/// Until the other side is gone.
fn hold(mut stream: TcpStream) {
    while stream.read(&mut [0; 64]).is_ok_and(|count| count > 0) {}
}

fn greets(said: &'static [u8]) -> impl Fn(TcpStream) {
    move |mut stream| {
        // Who does not listen is gone already.
        if stream.write_all(said).is_ok() {
            hold(stream);
        }
    }
}

fn breaks(stream: TcpStream) {
    rustix::net::sockopt::set_socket_linger(stream.as_fd(), Some(Duration::ZERO)).expect("a socket takes it");
}

#[test]
fn a_port_that_resets_or_closes_at_once_fails_though_it_accepts() {
    let context = Context::new();
    let report = run(&context, &[&format!("to=127.0.0.1:{}", server(breaks)), "banner=10s"]);
    report.finds_only("tcp-reset", "fail").output.exits(exit::FAIL).says("accepts and resets at once");
    let report = run(&context, &[&format!("to=127.0.0.1:{}", server(drop)), "banner=10s"]);
    report.finds_only("tcp-closed", "fail").output.exits(exit::FAIL).says("accepts and closes at once");
    let report = run(&context, &[&format!("to=127.0.0.1:{}", server(drop)), "banner=10s", "expect=closed"]);
    report.finds_only("tcp-unexpectedly-open", "fail");
}

#[test]
fn a_server_that_waits_for_its_client_is_open_however_long_it_is_listened_to() {
    let report = run(&Context::new(), &[&format!("to=127.0.0.1:{}", server(hold)), "banner=50ms"]);
    report.finds_only("tcp-as-expected", "pass").output.hides("tcp-banner");
}

#[test]
fn a_banner_is_shown_when_asked_for_and_does_nothing_to_a_terminal() {
    let context = Context::new();
    let to = format!("to=127.0.0.1:{}", server(greets(b"220 mail.test\x1b[2J \xff\r\n")));
    context.dbg(["run", "tcp-reach", "banner=10s"]).arg(&to).run().exits(exit::PASS).says("What servers say first");
    run(&context, &[&to, "banner=10s"]).output.says("tcp-banner").says(r"220 mail.test\\u{1b}[2J \\xff");
    run(&context, &[&to]).finds_only("tcp-as-expected", "pass").output.hides("mail.test");
}

/// A wrapper that says why before it hangs up is no silent one.
#[test]
fn who_says_something_and_hangs_up_is_open() {
    let says = |mut stream: TcpStream| stream.write_all(b"not you").unwrap_or_default();
    let report = run(&Context::new(), &[&format!("to=127.0.0.1:{}", server(says)), "banner=10s"]);
    report.finds_only("tcp-as-expected", "pass").output.says("not you");
}

#[test]
fn the_banners_of_a_range_are_those_of_its_open_ports() {
    let port = server(greets(b"SSH-2.0-test\r\n"));
    let (first, last) = (port.saturating_sub(2), port.saturating_add(2));
    let report = run(&Context::new(), &[&format!("to=127.0.0.1:{first}-{last}"), "banner=10s"]);
    report.output.says("SSH-2.0-test");
}
