//! Addresses and ranges of them as a user types them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Value, number};

/// An IP address or a host name, each with or without `:port`.
pub(crate) fn address(text: &str) -> Result<Value, String> {
    let expected = || {
        format!(
            "`{text}` is no address: an IP address or a host name, with or without `:port`, IPv6 with a port in brackets"
        )
    };
    if let Ok(ip) = text.parse::<Ipv6Addr>() {
        return Ok(Value::Address { host: ip.to_string(), port: None });
    }
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let (host, rest) = rest.split_once(']').ok_or_else(expected)?;
        let ip: Ipv6Addr = host.parse().map_err(|_| expected())?;
        let port = if rest.is_empty() { None } else { Some(rest.strip_prefix(':').ok_or_else(expected)?) };
        (ip.to_string(), port)
    } else {
        let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
        if host.parse::<Ipv4Addr>().is_err() && !is_host_name(host) {
            return Err(expected());
        }
        (host.to_owned(), port)
    };
    let port = match port {
        Some(port) => Some(port.parse().ok().filter(|port| *port != 0_u16).ok_or_else(expected)?),
        None => None,
    };
    Ok(Value::Address { host, port })
}

/// `10.0.0.0/8`, one address, or `a-b`.
pub(crate) fn range(text: &str) -> Result<Value, String> {
    let expected = || format!("`{text}` is no range of addresses: `10.0.0.0/8`, one address, or `first-last`");
    if let Some((address, prefix)) = text.split_once('/') {
        let address: IpAddr = address.parse().map_err(|_| expected())?;
        let prefix: u8 = prefix.parse().map_err(|_| expected())?;
        if prefix > width(&address) {
            return Err(expected());
        }
        return Ok(Value::Network { address, prefix });
    }
    if let Some((first, last)) = text.split_once('-') {
        let first: IpAddr = first.parse().map_err(|_| expected())?;
        let last: IpAddr = last.parse().map_err(|_| expected())?;
        if width(&first) != width(&last) || first > last {
            return Err(expected());
        }
        return Ok(Value::Between { first, last });
    }
    let address: IpAddr = text.parse().map_err(|_| expected())?;
    Ok(Value::Network { address, prefix: width(&address) })
}

/// `db.test:5432`, `10.0.0.0/28:1-1024`, `[2001:db8::1]:443`: hosts with ports.
pub(crate) fn endpoint(text: &str) -> Result<Value, String> {
    let expected = || {
        format!(
            "`{text}` is no endpoint: a host or a range of addresses, `:`, and a port or a range of ports; IPv6 in brackets"
        )
    };
    let (hosts, ports) = match text.strip_prefix('[') {
        Some(rest) => rest.split_once("]:").filter(|(hosts, _)| hosts.contains(':')),
        None => text.rsplit_once(':').filter(|(hosts, _)| !hosts.contains(':')),
    }
    .ok_or_else(expected)?;
    let hosts = address(hosts).or_else(|_| range(hosts)).map_err(|_| expected())?;
    let (first, last) = number::ports(ports).map_err(|_| expected())?;
    Ok(Value::Endpoint { hosts: Box::new(hosts), first, last })
}

fn width(address: &IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// Letters, digits, `-` and `_` in labels of 1 to 63 bytes; a last label of digits alone would be a mistyped IPv4 address.
pub(crate) fn is_host_name(text: &str) -> bool {
    let name = text.strip_suffix('.').unwrap_or(text);
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= 253
        && name.split('.').all(label)
        && name.rsplit('.').next().is_some_and(|last| !last.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(String, Option<u16>)> {
        match address(text) {
            Ok(Value::Address { host, port }) => Some((host, port)),
            _ => None,
        }
    }

    #[test]
    fn every_form_of_an_address_is_read() {
        assert_eq!(read("192.0.2.7"), Some(("192.0.2.7".into(), None)));
        assert_eq!(read("192.0.2.7:53"), Some(("192.0.2.7".into(), Some(53))));
        assert_eq!(read("2001:db8::1"), Some(("2001:db8::1".into(), None)));
        assert_eq!(read("[2001:DB8::1]:53"), Some(("2001:db8::1".into(), Some(53))));
        assert_eq!(read("example.com.:443"), Some(("example.com.".into(), Some(443))));
    }

    #[test]
    fn an_endpoint_is_hosts_with_ports() {
        let ends = |text: &str| match endpoint(text) {
            Ok(Value::Endpoint { hosts, first, last }) => Some((*hosts, first, last)),
            _ => None,
        };
        let one = |host: &str| Value::Address { host: host.into(), port: None };
        assert_eq!(ends("db-1.test:5432"), Some((one("db-1.test"), 5432, 5432)));
        assert_eq!(ends("[::1]:1-9"), Some((one("::1"), 1, 9)));
        assert!(matches!(ends("10.0.0.0/28:80"), Some((Value::Network { prefix: 28, .. }, 80, 80))));
        assert!(matches!(ends("10.0.0.1-10.0.0.9:80"), Some((Value::Between { .. }, 80, 80))));
        for bad in ["db", "db:0", "::1:80", "[::1]", "[db]:80", "10.0.0.0/33:80", "db:9-1", ""] {
            assert_eq!(ends(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for bad in ["", "300.0.0.1", "1.2.3", "a b", "-x.test", "host:0", "host:70000", "[::1", "[::1]53", "a..b"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_range_is_a_network_an_address_or_two_ends() {
        assert_eq!(range("10.0.0.0/8"), Ok(Value::Network { address: "10.0.0.0".parse().unwrap(), prefix: 8 }));
        assert_eq!(range("::1"), Ok(Value::Network { address: "::1".parse().unwrap(), prefix: 128 }));
        assert!(matches!(range("10.0.0.1-10.0.0.9"), Ok(Value::Between { .. })));
        for bad in ["10.0.0.0/33", "10.0.0.9-10.0.0.1", "10.0.0.1-::1", "host/8"] {
            assert!(range(bad).is_err(), "{bad}");
        }
    }
}
