//! Who has which address on the links.

use std::net::IpAddr;

use dbg_capability::{Capped, Neighbour};
use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::neighbour::{NeighbourAddress, NeighbourAttribute, NeighbourMessage};

use super::dump::table;
use super::netlink::Fault;
use super::words;

pub(super) fn neighbours(cap: usize) -> Result<Capped<Neighbour>, Fault> {
    table(RouteNetlinkMessage::GetNeighbour(NeighbourMessage::default()), cap, |message| match message {
        RouteNetlinkMessage::NewNeighbour(neighbour) => of(&neighbour),
        _ => None,
    })
}

fn of(message: &NeighbourMessage) -> Option<Neighbour> {
    let mut address: Option<IpAddr> = None;
    let mut hardware_address = String::new();
    for attribute in &message.attributes {
        match attribute {
            NeighbourAttribute::Destination(NeighbourAddress::Inet(ip)) => address = Some((*ip).into()),
            NeighbourAttribute::Destination(NeighbourAddress::Inet6(ip)) => address = Some((*ip).into()),
            NeighbourAttribute::LinkLayerAddress(bytes) => hardware_address = words::hardware(bytes),
            _ => {}
        }
    }
    Some(Neighbour {
        interface_index: message.header.ifindex,
        address: address?,
        hardware_address,
        state: words::neighbour_state(message.header.state),
    })
}
