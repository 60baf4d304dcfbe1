//! Addresses of name servers, and of this machine.

use std::net::{IpAddr, SocketAddr, SocketAddrV6};

use dbg_capability::Nameserver;
use dbg_model::Host;
use rustix::net::{AddressFamily, SocketType};

/// Where a name server listens; nothing when its text is no address.
pub(super) fn of(server: &Nameserver) -> Option<SocketAddr> {
    match server.address.parse().ok()? {
        Host::Ip(ip) => Some(SocketAddr::new(ip, server.port)),
        Host::Scoped(ip, zone) => Some(SocketAddrV6::new(ip, server.port, 0, scope(&zone)).into()),
        Host::Name(_) => None,
    }
}

/// The index of an interface; 0, which reaches nothing, when there is none of that name.
fn scope(zone: &str) -> u32 {
    if let Ok(index) = zone.parse() {
        return index;
    }
    let index = rustix::net::socket(AddressFamily::INET, SocketType::DGRAM, None)
        .and_then(|socket| rustix::net::netdevice::name_to_index(&socket, zone));
    index.unwrap_or(0)
}

/// The addresses of all interfaces, up or down.
pub(super) fn own() -> Vec<IpAddr> {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let mut addresses: Vec<IpAddr> = interfaces.iter().map(if_addrs::Interface::ip).collect();
    addresses.sort_unstable();
    addresses.dedup();
    addresses
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(address: &str) -> Nameserver {
        Nameserver { address: address.to_owned(), port: 53 }
    }

    #[test]
    fn a_zone_becomes_the_index_of_its_interface() {
        assert_eq!(of(&server("192.0.2.1")), Some("192.0.2.1:53".parse().unwrap()));
        assert_eq!(of(&server("fe80::1%lo")), Some(SocketAddrV6::new("fe80::1".parse().unwrap(), 53, 0, 1).into()));
        assert_eq!(of(&server("fe80::1%7")), Some(SocketAddrV6::new("fe80::1".parse().unwrap(), 53, 0, 7).into()));
        assert_eq!(of(&server("fe80::1%none0")), Some(SocketAddrV6::new("fe80::1".parse().unwrap(), 53, 0, 0).into()));
        assert_eq!(of(&server("ns.test")), None);
    }

    #[test]
    fn the_loopback_address_is_our_own() {
        assert!(own().contains(&"127.0.0.1".parse().unwrap()));
    }
}
