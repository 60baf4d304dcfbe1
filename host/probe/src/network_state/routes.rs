//! Routes, one for each next hop.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use dbg_capability::{Capped, Route};
use netlink_packet_route::route::{RouteAddress, RouteAttribute, RouteMessage, RouteNextHop, RouteVia};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};

use super::dump::table;
use super::netlink::Fault;
use super::words;

pub(super) fn routes(cap: usize) -> Result<Capped<Route>, Fault> {
    table(RouteNetlinkMessage::GetRoute(RouteMessage::default()), cap, |message| match message {
        RouteNetlinkMessage::NewRoute(route) => of(&route),
        _ => Vec::new(),
    })
}

fn of(message: &RouteMessage) -> Vec<Route> {
    let header = &message.header;
    let any: IpAddr = match header.address_family {
        AddressFamily::Inet => Ipv4Addr::UNSPECIFIED.into(),
        AddressFamily::Inet6 => Ipv6Addr::UNSPECIFIED.into(),
        // MPLS, and what the kernel keeps of multicast.
        _ => return Vec::new(),
    };
    let mut route = Route {
        destination: any,
        prefix_length: header.destination_prefix_length,
        gateway: None,
        interface_index: 0,
        source: None,
        metric: 0,
        table: header.table.into(),
        kind: words::route_kind(header.kind),
        protocol: words::route_protocol(header.protocol),
    };
    let mut hops: &[RouteNextHop] = &[];
    for attribute in &message.attributes {
        match attribute {
            RouteAttribute::Destination(address) => route.destination = ip(address).unwrap_or(any),
            RouteAttribute::PrefSource(address) => route.source = ip(address),
            RouteAttribute::Priority(metric) => route.metric = *metric,
            RouteAttribute::Table(table) => route.table = *table,
            RouteAttribute::MultiPath(several) => hops = several,
            other => way(&mut route, other),
        }
    }
    if hops.is_empty() {
        return vec![route];
    }
    let hop = |hop: &RouteNextHop| {
        let mut route = Route { interface_index: hop.interface_index, ..route.clone() };
        hop.attributes.iter().for_each(|attribute| way(&mut route, attribute));
        route
    };
    hops.iter().map(hop).collect()
}

/// Where it leaves and to whom: of the route itself, or of one of its next hops.
fn way(route: &mut Route, attribute: &RouteAttribute) {
    match attribute {
        RouteAttribute::Oif(index) => route.interface_index = *index,
        RouteAttribute::Gateway(address) => route.gateway = ip(address),
        RouteAttribute::Via(RouteVia::Inet(address)) => route.gateway = Some((*address).into()),
        RouteAttribute::Via(RouteVia::Inet6(address)) => route.gateway = Some((*address).into()),
        _ => {}
    }
}

fn ip(address: &RouteAddress) -> Option<IpAddr> {
    match address {
        RouteAddress::Inet(ip) => Some((*ip).into()),
        RouteAddress::Inet6(ip) => Some((*ip).into()),
        _ => None,
    }
}
