//! Guests that connect to whom they were not granted, or to too many.

use std::net::{Ipv4Addr, TcpListener};

use dbg_tests::dns::{Fault, Faulty};
use dbg_tests::{Context, Home, Namespace};

use crate::case::cases;

cases! {
    /// Every spelling of this machine, in a network where a granted name also leads to it.
    ungranted_connect => |_| {
        let files = Home::new();
        let configuration = files.write("resolv.conf", "nameserver 127.0.0.1\n");
        let Some(namespace) = Namespace::with_resolver(&configuration) else { return Vec::new() };
        let _server = namespace.enter(|| Faulty::start_at(Fault::LoopbackSecond, 53));
        let listener = namespace.enter(|| TcpListener::bind((Ipv4Addr::LOCALHOST, 4711)).expect("the port is free"));
        let context = Context::within(namespace);
        let mut words = vec!["ungranted-connect".to_owned()];
        words.extend(LOCAL.iter().map(|host| format!("to={host} 4711")));
        words.extend(OTHERS.iter().map(|to| format!("to={to}")));
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = context.run_guest("hostile-connect", &words).run();
        listener.set_nonblocking(true).expect("a socket takes a mode");
        assert!(listener.accept().is_err(), "somebody connected\n{output}");
        context.nothing_is_left();
        vec![output]
    };
    odd_endpoints => |context| vec![context.run_guest("hostile-connect", &["odd-endpoints"]).run()];
    batches_without_end => |context| vec![context.run_guest("hostile-connect", &["batches-without-end"]).run()];
    batch_of_nobody => |context| vec![context.run_guest("hostile-connect", &["batch-of-nobody"]).run()];
}

/// This machine, spelled so that a careless comparison misses it.
const LOCAL: [&str; 11] = [
    "127.0.0.1",
    "127.1.2.3",
    "0.0.0.0",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "fe80::1%lo",
    "fe80::7f00:1%2",
];

/// Other machines, among them the granted ones at another port, and names that are not granted.
const OTHERS: [&str; 14] = [
    "two-faced.test 4711",
    // A declaration that says `localhost` in disguise, and the name itself, which was not declared.
    "harmless.localhost 4711",
    "localhost 4711",
    "other.localhost 4711",
    "10.0.0.1 53",
    "192.0.2.7 54",
    "2001:db8::7 54",
    "169.254.169.254 80",
    "fd00:ec2::254 80",
    "255.255.255.255 53",
    "224.0.0.1 53",
    "secrets.test 4711",
    "not.two-faced.test 4711",
    "two-faced.test 4712",
];
