//! How the machines reach each other: a bridge in the control plane's machine, a link to each, and one to this machine's own network.
//!
//! 10.96.0.0/16 are services, 10.97.0.0/24 machines, 10.98.0.0/16 pods. Only the one link and its routes are visible from outside.

use std::net::Ipv4Addr;
use std::process::Command;

use anyhow::{Result, bail};

use super::machine::{Machine, NODES, Name};
use crate::shell;

/// This machine's end of the link to the cluster.
pub(super) const LINK: &str = "dbg-cluster";
/// Services' addresses; they exist in the nodes only.
pub(super) const SERVICES: &str = "10.96.0.0/16";
/// The API server's own service.
pub(super) const API_SERVICE: Ipv4Addr = Ipv4Addr::new(10, 96, 0, 1);
/// The name server's service.
pub(super) const DNS_SERVICE: Ipv4Addr = Ipv4Addr::new(10, 96, 0, 10);
/// All pods.
pub(super) const PODS: &str = "10.98.0.0/16";
const MACHINES: &str = "10.97.0.0/24";
/// This machine, as the cluster sees it.
const OUTSIDE: Ipv4Addr = Ipv4Addr::new(10, 97, 0, 1);

/// A machine's address.
pub(super) fn address(name: Name) -> Ipv4Addr {
    let last = match name {
        Name::Control => 2,
        Name::N1 => 11,
        Name::N2 => 12,
    };
    Ipv4Addr::new(10, 97, 0, last)
}

/// The addresses of a node's pods.
pub(super) fn pods(node: Name) -> String {
    let third = match node {
        Name::Control => 0,
        Name::N1 => 1,
        Name::N2 => 2,
    };
    format!("10.98.{third}.0/24")
}

/// Refuses a machine that uses these addresses for something else.
pub(super) fn check_free() -> Result<()> {
    let routes = shell::output(Command::new("ip").args(["-4", "route", "show"]))?;
    match routes.lines().find(|line| overlaps(line)) {
        Some(route) => bail!(
            "the addresses of a cluster ({MACHINES} and {PODS}) are in use on this machine: route `{}`",
            route.trim()
        ),
        None => Ok(()),
    }
}

/// Whether a line of `ip route` leads to one of the cluster's networks, or to one that holds it. The default route does neither.
fn overlaps(route: &str) -> bool {
    let Some(first) = route.split_whitespace().next() else { return false };
    let (network, length) = first.split_once('/').unwrap_or((first, "32"));
    let (Ok(network), Ok(length)) = (network.parse::<Ipv4Addr>(), length.parse::<u32>()) else { return false };
    let within = |other: Ipv4Addr, its_length: u32| {
        let mask = u32::MAX.checked_shl(32 - length.min(its_length)).unwrap_or(0);
        (u32::from(network) & mask) == (u32::from(other) & mask)
    };
    within(Ipv4Addr::new(10, 97, 0, 0), 24) || within(Ipv4Addr::new(10, 98, 0, 0), 16)
}

/// Makes links, addresses and routes of all machines.
pub(super) fn connect(control: &Machine, nodes: &[Machine]) -> Result<()> {
    let holder = control.holder.to_string();
    ip(&["link", "add", LINK, "type", "veth", "peer", "name", "outside", "netns", &holder])?;
    let mut batch = format!(
        "link set lo up\nlink add cluster type bridge\naddr add {}/24 dev cluster\nlink set cluster up\n\
         link set outside master cluster up\nroute add default via {OUTSIDE}\n",
        address(Name::Control)
    );
    for node in nodes {
        batch += &format!(
            "link add {name} type veth peer name eth0 netns {}\nlink set {name} master cluster up\nroute add {} via {}\n",
            node.holder,
            pods(node.name),
            address(node.name),
            name = node.name.text()
        );
    }
    within(control, &batch)?;
    for node in nodes {
        within(node, &node_batch(node.name))?;
        let mut forward = node.command("sysctl");
        shell::output(forward.args(["-q", "-w", "net.ipv4.ip_forward=1"]))?;
    }
    ip(&["addr", "add", &format!("{OUTSIDE}/24"), "dev", LINK])?;
    ip(&["link", "set", LINK, "up"])?;
    for node in NODES {
        ip(&["route", "add", &pods(node), "via", &address(node).to_string()])?;
    }
    Ok(())
}

fn node_batch(node: Name) -> String {
    let mut batch = format!(
        "link set lo up\naddr add {}/24 dev eth0\nlink set eth0 up\nroute add default via {OUTSIDE}\n",
        address(node)
    );
    for other in NODES.into_iter().filter(|other| *other != node) {
        batch += &format!("route add {} via {}\n", pods(other), address(other));
    }
    batch
}

fn within(machine: &Machine, batch: &str) -> Result<()> {
    let mut command = machine.network_command("sh");
    shell::output(command.args(["-c", "printf %s \"$1\" | ip -batch -", "ip", batch])).map(drop)
}

fn ip(arguments: &[&str]) -> Result<()> {
    shell::output(Command::new("ip").args(arguments)).map(drop)
}

/// Whether this machine's end of the link is there. `/sys/class/net` has the links of the network in which it was mounted, which need not be ours.
pub(super) fn is_there() -> bool {
    ip(&["link", "show", "dev", LINK]).is_ok()
}

/// Removes this machine's end, and so the link and the routes over it. The kernel does it too when the other end is gone, but later.
pub(super) fn remove() -> Result<()> {
    if !is_there() {
        return Ok(());
    }
    match ip(&["link", "delete", LINK]) {
        Err(error) if is_there() => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_that_holds_or_lies_in_one_of_our_networks_overlaps_and_the_default_does_not() {
        for route in ["10.97.0.0/24 dev eth1", "10.0.0.0/8 via 192.0.2.1", "10.98.7.1 dev eth1", "10.97.0.128/25 dev a"]
        {
            assert!(overlaps(route), "{route}");
        }
        for route in
            ["default via 10.97.0.1 dev eth0", "10.97.1.0/24 dev a", "172.17.0.0/16 dev docker0", "", "unreachable x"]
        {
            assert!(!overlaps(route), "{route}");
        }
    }

    #[test]
    fn each_node_has_a_route_to_the_pods_of_the_other_and_none_to_its_own() {
        let batch = node_batch(Name::N1);
        assert!(batch.contains("route add 10.98.2.0/24 via 10.97.0.12"));
        assert!(!batch.contains("10.98.1.0/24"));
    }
}
