//! The kernel's numbers as the words of the WIT; a number without a word stays a number.

use netlink_packet_route::address::AddressScope;
use netlink_packet_route::link::State;
use netlink_packet_route::neighbour::NeighbourState;
use netlink_packet_route::route::{RouteProtocol, RouteType};

pub(super) fn link_state(state: State) -> &'static str {
    match state {
        State::Up => "up",
        State::Down => "down",
        State::LowerLayerDown => "lower-layer-down",
        State::Dormant => "dormant",
        State::Testing => "testing",
        State::NotPresent => "not-present",
        _ => "unknown",
    }
}

pub(super) fn scope(scope: AddressScope) -> String {
    match scope {
        AddressScope::Universe => "global".to_owned(),
        AddressScope::Site => "site".to_owned(),
        AddressScope::Link => "link".to_owned(),
        AddressScope::Host => "host".to_owned(),
        AddressScope::Nowhere => "nowhere".to_owned(),
        other => u8::from(other).to_string(),
    }
}

pub(super) fn route_kind(kind: RouteType) -> String {
    match kind {
        RouteType::Unicast => "unicast".to_owned(),
        RouteType::Local => "local".to_owned(),
        RouteType::Broadcast => "broadcast".to_owned(),
        RouteType::Anycast => "anycast".to_owned(),
        RouteType::Multicast => "multicast".to_owned(),
        RouteType::BlackHole => "blackhole".to_owned(),
        RouteType::Unreachable => "unreachable".to_owned(),
        RouteType::Prohibit => "prohibit".to_owned(),
        RouteType::Throw => "throw".to_owned(),
        other => u8::from(other).to_string(),
    }
}

pub(super) fn route_protocol(protocol: RouteProtocol) -> String {
    match protocol {
        RouteProtocol::IcmpRedirect => "redirect".to_owned(),
        RouteProtocol::Kernel => "kernel".to_owned(),
        RouteProtocol::Boot => "boot".to_owned(),
        RouteProtocol::Static => "static".to_owned(),
        RouteProtocol::Ra => "ra".to_owned(),
        RouteProtocol::Zebra => "zebra".to_owned(),
        RouteProtocol::Bird => "bird".to_owned(),
        RouteProtocol::Dhcp => "dhcp".to_owned(),
        RouteProtocol::KeepAlived => "keepalived".to_owned(),
        RouteProtocol::Babel => "babel".to_owned(),
        RouteProtocol::Bgp => "bgp".to_owned(),
        RouteProtocol::Isis => "isis".to_owned(),
        RouteProtocol::Ospf => "ospf".to_owned(),
        RouteProtocol::Rip => "rip".to_owned(),
        RouteProtocol::Eigrp => "eigrp".to_owned(),
        other => u8::from(other).to_string(),
    }
}

pub(super) fn neighbour_state(state: NeighbourState) -> String {
    match state {
        NeighbourState::Incomplete => "incomplete".to_owned(),
        NeighbourState::Reachable => "reachable".to_owned(),
        NeighbourState::Stale => "stale".to_owned(),
        NeighbourState::Delay => "delay".to_owned(),
        NeighbourState::Probe => "probe".to_owned(),
        NeighbourState::Failed => "failed".to_owned(),
        NeighbourState::Noarp => "noarp".to_owned(),
        NeighbourState::Permanent => "permanent".to_owned(),
        NeighbourState::None => "none".to_owned(),
        other => u16::from(other).to_string(),
    }
}

/// `52:54:00:12:34:56`; nothing for no address, or one of nothing but zeros, as loopback has.
pub(super) fn hardware(bytes: &[u8]) -> String {
    if bytes.iter().all(|byte| *byte == 0) {
        return String::new();
    }
    let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    pairs.join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_without_a_word_stays_a_number() {
        assert_eq!(scope(AddressScope::Universe), "global");
        assert_eq!(scope(AddressScope::Other(7)), "7");
        assert_eq!(route_protocol(RouteProtocol::from(99)), "99");
        assert_eq!(neighbour_state(NeighbourState::from(0x400)), "1024");
    }

    #[test]
    fn a_hardware_address_of_zeros_is_none() {
        assert_eq!(hardware(&[0x52, 0x54, 0, 0x12, 0x34, 0xab]), "52:54:00:12:34:ab");
        assert_eq!(hardware(&[0; 6]), "");
        assert_eq!(hardware(&[]), "");
    }
}
