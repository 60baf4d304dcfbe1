//! What firewalls and routes do to a connect, told apart.

use std::net::{Ipv4Addr, TcpListener};

use dbg_tests::{Context, Namespace, exit, tool};

use crate::answer::{kernel_tells, run};

/// An address of the network of the test that is not loopback, on which a firewall drops and rejects.
const HOST: &str = "10.77.0.1";

const FIREWALL: &str = "
ip address add 10.77.0.1/32 dev lo
ip route add unreachable 10.78.0.0/16
nft -f - <<END
table inet wall {
  chain in {
    type filter hook input priority 0;
    ip daddr 10.77.0.1 tcp dport 1-1024 drop
    ip daddr 10.77.0.1 tcp dport 2000 reject with icmp type admin-prohibited
    ip daddr 10.77.0.1 tcp dport 2001 reject with icmp type port-unreachable
    ip daddr 10.77.0.1 tcp dport 2002 reject with tcp reset
  }
}
END
";

fn behind_the_firewall() -> Option<Context> {
    tool("nft", "nftables")?;
    Namespace::new(FIREWALL).map(Context::within)
}

#[test]
fn a_dropped_port_is_filtered_and_not_refused() {
    let Some(context) = behind_the_firewall() else { return };
    let report = run(&context, &[&format!("to={HOST}:80"), "timeout=100ms"]);
    report.finds_only("tcp-filtered", "fail").output.exits(exit::FAIL);
    assert_eq!(report.rows, [("filtered".to_owned(), "80".to_owned())]);
}

/// One after the other they would take 1,024 s.
#[test]
fn a_thousand_dropped_ports_are_waited_for_together() {
    let Some(context) = behind_the_firewall() else { return };
    let report = run(&context, &[&format!("to={HOST}:1-1024"), "timeout=1s"]);
    report.finds_only("tcp-none-open", "warn");
    assert_eq!(report.metric("tcp-filtered"), 1_024.0);
    assert!(report.output.took < std::time::Duration::from_secs(30), "{}", report.output);
}

#[test]
fn a_rejection_names_who_rejects() {
    let Some(context) = behind_the_firewall() else { return };
    let output = run(&context, &[&format!("to={HOST}:2000")]);
    output.finds_only("tcp-unreachable", "fail");
    if kernel_tells() {
        output.output.says("10.77.0.1 says administratively prohibited");
        let output = run(&context, &[&format!("to={HOST}:2001")]);
        output.finds_only("tcp-unreachable", "fail").output.says("10.77.0.1 says port unreachable");
    }
    run(&context, &[&format!("to={HOST}:2002")]).finds_only("tcp-refused", "fail");
}

#[test]
fn no_route_is_unreachable() {
    let Some(context) = behind_the_firewall() else { return };
    run(&context, &["to=10.78.0.1:80"]).finds_only("tcp-unreachable", "fail");
    // A network without a default route.
    run(&context, &["to=192.0.2.1:80"]).finds_only("tcp-unreachable", "fail").output.says("no route");
}

#[test]
fn outcomes_of_one_run_are_told_apart() {
    let Some(context) = behind_the_firewall() else { return };
    let listen = || TcpListener::bind((Ipv4Addr::LOCALHOST, 80)).expect("the port is free there");
    let _listener = context.in_namespace(|namespace| namespace.enter(listen));
    let to = format!("to=127.0.0.1:80,127.0.0.1:81,{HOST}:80,10.78.0.1:80");
    let report = run(&context, &[&to, "timeout=100ms"]);
    let ids: Vec<&str> = report.findings.keys().map(String::as_str).collect();
    assert_eq!(ids, ["tcp-as-expected", "tcp-filtered", "tcp-refused", "tcp-unreachable"]);
}
