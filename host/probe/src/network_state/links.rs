//! Interfaces and their addresses.

use std::net::IpAddr;

use dbg_capability::{Capped, InterfaceAddress, NetworkInterface};
use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::address::{AddressAttribute, AddressMessage};
use netlink_packet_route::link::{LinkAttribute, LinkFlags, LinkInfo, LinkMessage};

use super::dump::table;
use super::netlink::Fault;
use super::words;
use crate::files::escape;

pub(super) fn interfaces(cap: usize) -> Result<Capped<NetworkInterface>, Fault> {
    table(RouteNetlinkMessage::GetLink(LinkMessage::default()), cap, |message| match message {
        RouteNetlinkMessage::NewLink(link) => Some(interface(link)),
        _ => None,
    })
}

fn interface(link: LinkMessage) -> NetworkInterface {
    let mut found = NetworkInterface {
        index: link.header.index,
        name: String::new(),
        kind: String::new(),
        state: "unknown".to_owned(),
        enabled: link.header.flags.contains(LinkFlags::Up),
        mtu: 0,
        hardware_address: String::new(),
        controller: 0,
    };
    for attribute in link.attributes {
        match attribute {
            LinkAttribute::IfName(name) => found.name = escape(name.as_bytes()),
            LinkAttribute::OperState(state) => words::link_state(state).clone_into(&mut found.state),
            LinkAttribute::Mtu(mtu) => found.mtu = mtu,
            LinkAttribute::Address(bytes) => found.hardware_address = words::hardware(&bytes),
            LinkAttribute::Controller(index) => found.controller = index,
            LinkAttribute::LinkInfo(infos) => {
                for info in infos {
                    if let LinkInfo::Kind(kind) = info {
                        found.kind = escape(kind.to_string().as_bytes());
                    }
                }
            }
            _ => {}
        }
    }
    found
}

pub(super) fn addresses(cap: usize) -> Result<Capped<InterfaceAddress>, Fault> {
    table(RouteNetlinkMessage::GetAddress(AddressMessage::default()), cap, |message| match message {
        RouteNetlinkMessage::NewAddress(address) => interface_address(&address),
        _ => None,
    })
}

fn interface_address(message: &AddressMessage) -> Option<InterfaceAddress> {
    let (mut local, mut peer): (Option<IpAddr>, Option<IpAddr>) = (None, None);
    for attribute in &message.attributes {
        match attribute {
            AddressAttribute::Local(ip) => local = Some(*ip),
            AddressAttribute::Address(ip) => peer = Some(*ip),
            _ => {}
        }
    }
    Some(InterfaceAddress {
        interface_index: message.header.index,
        // On a point-to-point link the other one is the peer's.
        address: local.or(peer)?,
        prefix_length: message.header.prefix_len,
        scope: words::scope(message.header.scope),
    })
}
