//! The same sockets, counted by `ss`.

use std::net::{TcpListener, TcpStream};

use dbg_tests::{Context, Namespace, exit, tool};

use crate::report::{By, run};
use crate::ss;

/// Sockets of several states and both families, held open.
fn sockets() -> (Vec<TcpListener>, Vec<TcpStream>) {
    let (mut listeners, mut streams) = (Vec::new(), Vec::new());
    for loopback in ["127.0.0.1:0", "[::1]:0", "0.0.0.0:0"] {
        let Ok(listener) = TcpListener::bind(loopback) else { continue };
        let port = listener.local_addr().expect("bound").port();
        let host = if loopback.starts_with('[') { "[::1]" } else { "127.0.0.1" };
        for number in 0..7 {
            let client = TcpStream::connect(format!("{host}:{port}")).expect("loopback connects");
            let (server, _) = listener.accept().expect("a client waits");
            match number {
                // Closed here first: TIME-WAIT.
                0 => drop((client, server)),
                // Closed by the peer alone: CLOSE-WAIT here, FIN-WAIT-2 there.
                1 => {
                    drop(client);
                    streams.push(server);
                }
                _ => streams.extend([client, server]),
            }
        }
        listeners.push(listener);
    }
    (listeners, streams)
}

#[test]
fn every_state_has_as_many_sockets_as_ss_counts() {
    let Some(ss) = tool("ss", "iproute2") else { return };
    let Some(namespace) = Namespace::new("") else { return };
    let context = Context::within(namespace);
    let held = context.in_namespace(|namespace| namespace.enter(sockets));
    let report = run(&context, By::Nobody, &[]);
    report.output.exits(exit::PASS);
    report.finding("sock-ok", "pass");
    let counted = context.in_namespace(|namespace| ss::states(&ss, namespace));
    assert!(counted["ESTAB"] > 20 && counted["CLOSE-WAIT"] > 0 && counted["LISTEN"] > 1, "{counted:?}");
    assert_eq!(report.states(), counted, "{}", report.output);
    drop(held);
}

#[test]
fn listening_sockets_have_the_addresses_queues_and_backlogs_that_ss_tells() {
    let Some(ss) = tool("ss", "iproute2") else { return };
    let Some(namespace) = Namespace::new("") else { return };
    let context = Context::within(namespace);
    let held = context.in_namespace(|namespace| namespace.enter(sockets));
    let report = run(&context, By::Nobody, &[]);
    let mut told: Vec<[String; 3]> = report
        .rows("sock-listening")
        .iter()
        .filter(|row| row["protocol"] == "tcp")
        .map(|row| {
            [
                row["local"].as_str().unwrap_or_default().to_owned(),
                row["waiting"].to_string(),
                row["backlog"].to_string(),
            ]
        })
        .collect();
    // State, Recv-Q, Send-Q, local address.
    let lines = context.in_namespace(|namespace| ss::lines(&ss, namespace, "-Htln"));
    let mut listed: Vec<[String; 3]> =
        lines.iter().map(|line| [line[3].clone(), line[1].clone(), line[2].clone()]).collect();
    told.sort();
    listed.sort();
    assert_eq!(told, listed, "{}", report.output);
    drop(held);
}
