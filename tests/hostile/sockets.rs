//! Guests that reach for what they were not granted, or for too much of what they were.

use std::net::{Ipv4Addr, TcpListener, UdpSocket};

use dbg_tests::dns::{Fault, Faulty};
use dbg_tests::{Context, Home, Namespace, Output};

use crate::case::cases;

/// Where the guests that were granted a name want to go.
const PORT: u16 = 4711;

cases! {
    opens_all_sockets => |context| vec![context.run_guest("hostile-sockets", &["opens-all-sockets"]).run()];
    listens => |context| vec![context.run_guest("hostile-sockets", &["listens"]).run()];
    /// Every spelling of an address that leads to where it must not.
    ungranted_address => |context| {
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has free ports");
        let port = tcp.local_addr().expect("a bound socket has an address").port();
        let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).ok();
        let mut words = vec!["ungranted-address".to_owned()];
        words.extend(LOCAL.iter().map(|host| format!("to={host}:{port}")));
        words.extend(OTHERS.iter().map(|address| format!("to={address}")));
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = context.run_guest("hostile-sockets", &words).run();
        assert!(!was_reached(&tcp), "somebody connected\n{output}");
        if let Some(udp) = udp {
            udp.set_nonblocking(true).expect("a socket takes a mode");
            assert!(udp.recv(&mut [0; 8]).is_err(), "somebody sent a datagram\n{output}");
        }
        vec![output]
    };
    ten_thousand_look_ups => |_| with_resolver(Fault::None, |context, _| {
        context.run_guest("hostile-sockets", &["ten-thousand-look-ups"]).run()
    });
    /// The second address of a granted name is 127.0.0.1.
    two_faced_name => |_| with_resolver(Fault::LoopbackSecond, |context, _| {
        let bind = || TcpListener::bind((Ipv4Addr::LOCALHOST, PORT)).expect("the port is free there");
        let listener = context.in_namespace(|namespace| namespace.enter(bind));
        let output = context.run_guest("hostile-sockets", &["two-faced-name"]).run();
        assert!(!was_reached(&listener), "somebody connected\n{output}");
        output
    });
    /// A question would carry data out, so it must not even be asked.
    ungranted_name => |_| with_resolver(Fault::None, |context, server| {
        let output = context.run_guest("hostile-sockets", &["ungranted-name"]).run();
        assert_eq!(server.asked_over_udp() + server.asked_over_tcp(), 0, "it was asked\n{output}");
        output
    });
}

/// This machine, spelled so that a careless comparison misses it.
const LOCAL: [&str; 12] = [
    "127.0.0.1",
    "127.1.2.3",
    "0.0.0.0",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[fe80::1%1]",
    "[fe80::7f00:1%2]",
];

/// Other machines, among them the granted ones at another port.
const OTHERS: [&str; 12] = [
    "10.0.0.1:53",
    "192.0.2.8:53",
    "192.0.2.7:54",
    "[2001:db8::7]:54",
    "[2001:db8::8]:53",
    "[::ffff:10.0.0.1]:53",
    "[64:ff9b::a00:1]:53",
    "169.254.169.254:80",
    "[fd00:ec2::254]:80",
    "255.255.255.255:53",
    "224.0.0.1:53",
    "[ff02::1%1]:53",
];

/// Whether a connection waits to be accepted.
fn was_reached(listener: &TcpListener) -> bool {
    listener.set_nonblocking(true).expect("a socket takes a mode");
    listener.accept().is_ok()
}

/// Runs `act` in a network whose only name server has this fault.
fn with_resolver(fault: Fault, act: impl FnOnce(&Context, &Faulty) -> Output) -> Vec<Output> {
    let files = Home::new();
    let configuration = files.write("resolv.conf", "nameserver 127.0.0.1\n");
    let Some(namespace) = Namespace::with_resolver(&configuration) else { return Vec::new() };
    let server = namespace.enter(|| Faulty::start_at(fault, 53));
    let context = Context::within(namespace);
    let output = act(&context, &server);
    context.nothing_is_left();
    vec![output]
}
