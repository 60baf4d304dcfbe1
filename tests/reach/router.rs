//! A router between the target and a server: what it says is told, and that it was the one who said it.

use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};

use dbg_tests::{Context, Namespace, tool};

use crate::answer::{kernel_tells, run};

/// The target is 10.90.0.2, the router 10.90.0.1 and 10.91.0.1, the server 10.91.0.2; the same with `fd90::` and `fd91::`.
const NETWORKS: &str = "
mount -t tmpfs none /run
ip netns add router
ip netns add server
ip link add c0 type veth peer name r0 netns router
ip -n router link add r1 type veth peer name s0 netns server
ip address add 10.90.0.2/24 dev c0
ip address add fd90::2/64 dev c0 nodad
ip -n router address add 10.90.0.1/24 dev r0
ip -n router address add fd90::1/64 dev r0 nodad
ip -n router address add 10.91.0.1/24 dev r1
ip -n router address add fd91::1/64 dev r1 nodad
ip -n server address add 10.91.0.2/24 dev s0
ip -n server address add fd91::2/64 dev s0 nodad
ip link set c0 up
ip -n router link set r0 up
ip -n router link set r1 up
ip -n server link set s0 up
for hop in router server; do ip netns exec $hop sh -c '
  cd /proc/sys/net
  echo 1 > ipv4/ip_forward
  echo 1 > ipv6/conf/all/forwarding
  echo 0 > ipv4/icmp_ratelimit
  echo 0 > ipv6/icmp/ratelimit'
done
ip route add default via 10.90.0.1
ip route add default via fd90::1
ip route add blackhole 10.95.0.0/16
ip route add prohibit 10.96.0.0/16
ip -n server route add default via 10.91.0.1
ip -n server route add default via fd91::1
ip -n router route add prohibit 10.92.0.0/16
ip -n router route add prohibit fd92::/16
ip -n router route add unreachable 10.93.0.0/16
ip -n router route add blackhole 10.94.0.0/16
ip -n router route add 10.97.0.0/16 via 10.91.0.2
ip netns exec router nft -f - <<END
table inet wall {
  chain through {
    type filter hook forward priority 0;
    tcp dport 1001 reject with icmpx admin-prohibited
    tcp dport 1002 reject with icmpx host-unreachable
    tcp dport 2000 tcp flags & (syn | ack) == syn numgen inc mod 2 == 0 drop
  }
}
END
";

fn behind_the_router() -> Option<Context> {
    tool("nft", "nftables")?;
    Namespace::new(NETWORKS).map(Context::within)
}

#[test]
fn what_a_router_says_is_unreachable_and_the_router_is_named() {
    let Some(context) = behind_the_router() else { return };
    for (to, why) in [
        ("10.91.0.2:1001", "10.90.0.1 says administratively prohibited"),
        ("[fd91::2]:1001", "fd90::1 says administratively prohibited"),
        ("10.91.0.2:1002", "10.90.0.1 says host unreachable"),
        ("[fd91::2]:1002", "fd90::1 says host unreachable"),
        ("10.92.0.1:80", "10.90.0.1 says administratively prohibited"),
        ("[fd92::1]:80", "fd90::1 says administratively prohibited"),
        ("10.93.0.1:80", "10.90.0.1 says host unreachable"),
        ("10.98.0.1:80", "10.90.0.1 says no route"),
        ("10.97.0.1:80", "says too many hops: the route may be a loop"),
    ] {
        let report = run(&context, &[&format!("to={to}")]);
        report.finds_only("tcp-unreachable", "fail");
        if kernel_tells() {
            report.output.says(why);
        }
    }
}

#[test]
fn a_router_that_says_nothing_leaves_a_port_filtered() {
    let Some(context) = behind_the_router() else { return };
    run(&context, &["to=10.94.0.1:80", "timeout=300ms"]).finds_only("tcp-filtered", "fail");
}

#[test]
fn a_route_of_the_target_that_forbids_it_is_unreachable() {
    let Some(context) = behind_the_router() else { return };
    run(&context, &["to=10.95.0.1:80"]).finds_only("tcp-unreachable", "fail").output.says("blackhole route");
    run(&context, &["to=10.96.0.1:80"]).finds_only("tcp-unreachable", "fail").output.says("kernel forbids it");
}

#[test]
fn a_server_behind_a_router_is_open_by_both_families_and_its_closed_port_refused() {
    let Some(context) = behind_the_router() else { return };
    let _listeners = context.in_namespace(|namespace| {
        namespace.enter_named("server", || {
            let listen = |port| TcpListener::bind((Ipv6Addr::UNSPECIFIED, port)).expect("the port is free there");
            [80, 81].map(listen)
        })
    });
    let report = run(&context, &["to=10.91.0.2:80,[fd91::2]:81"]);
    report.finds_only("tcp-as-expected", "pass");
    run(&context, &["to=10.91.0.2:9"]).finds_only("tcp-refused", "fail");
}

/// Every other SYN is lost; the kernel sends the second after a second.
#[test]
fn a_lossy_way_is_open_and_its_time_shows_the_loss() {
    let Some(context) = behind_the_router() else { return };
    let listen = || TcpListener::bind((Ipv4Addr::UNSPECIFIED, 2000)).expect("the port is free there");
    let _listener = context.in_namespace(|namespace| namespace.enter_named("server", listen));
    let report = run(&context, &["to=10.91.0.2:2000", "timeout=20s"]);
    report.finds_only("tcp-as-expected", "pass");
    assert!(report.metric("tcp-connect-p50") >= 900.0, "{}", report.output);
}
