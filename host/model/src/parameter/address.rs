//! Addresses, address ranges and port ranges as people type them.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::KindError;

/// A host: an address, or a name to be resolved by the target's resolver.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Host {
    /// An address without zone.
    Ip(IpAddr),
    /// An IPv6 address with its zone, `fe80::1%eth0`.
    Scoped(Ipv6Addr, String),
    /// A DNS name, lower case, without trailing dot.
    Name(String),
}

/// A host with or without a port.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Address {
    /// The host.
    pub host: Host,
    /// The port, when one was typed or the declaration has a default.
    pub port: Option<u16>,
}

/// A set of addresses that can be written as one range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AddressRange {
    /// `10.0.0.0/8`; one address is a /32 or /128.
    Net(IpNet),
    /// `10.0.0.5-10.0.0.9`, both included, of one family, ascending.
    Between(IpAddr, IpAddr),
}

/// Ports from `low` to `high`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PortRange {
    low: u16,
    high: u16,
}

/// A DNS name in the form that resolvers accept: labels of 1 to 63 of letters, digits, `-` and `_`, 253 in all.
/// Source: RFC 1035 2.3.4; underscores as in RFC 8552.
fn dns_name(text: &str) -> Result<String, KindError> {
    let name = text.strip_suffix('.').unwrap_or(text);
    let label_ok = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    };
    // A last label of digits alone would make `10.0.0.999` a name.
    let numeric = name.rsplit('.').next().is_some_and(|label| label.chars().all(|c| c.is_ascii_digit()));
    if name.len() > 253 || numeric || !name.split('.').all(label_ok) {
        return Err(KindError::Address);
    }
    Ok(name.to_ascii_lowercase())
}

impl Host {
    /// The name of whatever machine it is used on.
    pub const LOCALHOST: &str = "localhost";

    /// Whether it is a name that always means the machine it is used on: `localhost`, and names that end in `.localhost`.
    /// Source: RFC 6761 6.3.
    #[must_use]
    pub fn is_localhost(&self) -> bool {
        let Self::Name(name) = self else { return false };
        name.strip_suffix(Self::LOCALHOST).is_some_and(|front| front.is_empty() || front.ends_with('.'))
    }
}

impl FromStr for Host {
    type Err = KindError;

    fn from_str(text: &str) -> Result<Self, KindError> {
        if let Ok(ip) = text.parse::<IpAddr>() {
            return Ok(Self::Ip(ip));
        }
        if let Some((ip, zone)) = text.split_once('%') {
            let zone_ok = (1..=15).contains(&zone.len()) && zone.chars().all(|c| c.is_ascii_graphic() && c != '/');
            return match ip.parse() {
                Ok(ip) if zone_ok => Ok(Self::Scoped(ip, zone.to_owned())),
                _ => Err(KindError::Address),
            };
        }
        dns_name(text).map(Self::Name)
    }
}

impl FromStr for Address {
    type Err = KindError;

    fn from_str(text: &str) -> Result<Self, KindError> {
        let port = |text: &str| text.parse::<u16>().ok().filter(|port| *port != 0).ok_or(KindError::Port);
        if let Some(rest) = text.strip_prefix('[') {
            let (host, rest) = rest.split_once(']').ok_or(KindError::Address)?;
            let host: Host = host.parse()?;
            if matches!(host, Host::Name(_) | Host::Ip(IpAddr::V4(_))) {
                return Err(KindError::Address);
            }
            return match rest.strip_prefix(':') {
                Some(digits) => Ok(Self { host, port: Some(port(digits)?) }),
                None if rest.is_empty() => Ok(Self { host, port: None }),
                None => Err(KindError::Address),
            };
        }
        // Two colons or more: an IPv6 address without brackets, so without a port.
        match text.split_once(':') {
            Some((host, digits)) if !digits.contains(':') => {
                Ok(Self { host: host.parse()?, port: Some(port(digits)?) })
            }
            _ => Ok(Self { host: text.parse()?, port: None }),
        }
    }
}

impl FromStr for AddressRange {
    type Err = KindError;

    fn from_str(text: &str) -> Result<Self, KindError> {
        if let Ok(net) = text.parse::<IpNet>() {
            return Ok(Self::Net(net.trunc()));
        }
        if let Ok(ip) = text.parse::<IpAddr>() {
            return Ok(Self::Net(IpNet::from(ip)));
        }
        let (low, high) = text.split_once('-').ok_or(KindError::AddressRange)?;
        match (low.trim().parse::<IpAddr>(), high.trim().parse::<IpAddr>()) {
            (Ok(low), Ok(high)) if low.is_ipv4() == high.is_ipv4() && low <= high => Ok(Self::Between(low, high)),
            _ => Err(KindError::AddressRange),
        }
    }
}

impl AddressRange {
    /// The same addresses as the fewest networks.
    #[must_use]
    pub fn networks(&self) -> Vec<IpNet> {
        match *self {
            Self::Net(net) => vec![net],
            Self::Between(IpAddr::V4(low), IpAddr::V4(high)) => {
                ipnet::Ipv4Subnets::new(low, high, 0).map(IpNet::V4).collect()
            }
            Self::Between(IpAddr::V6(low), IpAddr::V6(high)) => {
                ipnet::Ipv6Subnets::new(low, high, 0).map(IpNet::V6).collect()
            }
            // The parser makes no range of two families.
            Self::Between(..) => Vec::new(),
        }
    }
}

impl PortRange {
    /// Every port.
    pub const ALL: Self = Self { low: 0, high: u16::MAX };

    /// One port alone.
    #[must_use]
    pub fn one(port: u16) -> Self {
        Self { low: port, high: port }
    }

    /// Whether `port` lies in it.
    #[must_use]
    pub fn contains(&self, port: u16) -> bool {
        (self.low..=self.high).contains(&port)
    }

    /// The first port.
    #[must_use]
    pub fn low(&self) -> u16 {
        self.low
    }

    /// The last port.
    #[must_use]
    pub fn high(&self) -> u16 {
        self.high
    }
}

impl FromStr for PortRange {
    type Err = KindError;

    fn from_str(text: &str) -> Result<Self, KindError> {
        let (low, high) = text.split_once('-').unwrap_or((text, text));
        match (low.parse::<u16>(), high.parse::<u16>()) {
            (Ok(low), Ok(high)) if low != 0 && low <= high => Ok(Self { low, high }),
            _ => Err(KindError::PortRange),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(ip) => write!(f, "{ip}"),
            Self::Scoped(ip, zone) => write!(f, "{ip}%{zone}"),
            Self::Name(name) => f.write_str(name),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.host, self.port) {
            (host, None) => write!(f, "{host}"),
            (Host::Ip(IpAddr::V6(_)) | Host::Scoped(..), Some(port)) => write!(f, "[{}]:{port}", self.host),
            (host, Some(port)) => write!(f, "{host}:{port}"),
        }
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Net(net) => write!(f, "{net}"),
            Self::Between(low, high) => write!(f, "{low}-{high}"),
        }
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::ALL => f.write_str("any port"),
            Self { low, high } if low == high => write!(f, "{low}"),
            Self { low, high } => write!(f, "{low}-{high}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_every_form_are_read_and_shown_again() {
        for text in [
            "192.0.2.7",
            "192.0.2.7:53",
            "2001:db8::1",
            "[2001:db8::1]:53",
            "db.shop:5432",
            "_sip._tcp.test",
            "fe80::1%eth0",
            "[fe80::1%eth0]:53",
        ] {
            assert_eq!(text.parse::<Address>().map(|a| a.to_string()).as_deref(), Ok(text));
        }
    }

    #[test]
    fn localhost_and_what_is_below_it_is_this_machine_and_nothing_that_looks_like_it() {
        let is_localhost = |text: &str| text.parse::<Host>().unwrap().is_localhost();
        for text in ["localhost", "LocalHost", "localhost.", "db.localhost", "a.b.localhost"] {
            assert!(is_localhost(text), "{text}");
        }
        for text in ["notlocalhost", "localhost.test", "localhost.localdomain", "local-host", "127.0.0.1", "::1"] {
            assert!(!is_localhost(text), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_an_address_is_refused() {
        for text in [
            "",
            "10.0.0.999",
            "1.2.3.4:0",
            "1.2.3.4:70000",
            "[::1",
            "[1.2.3.4]:1",
            "a b",
            "-a.test",
            "a..b",
            "x%y",
            "http://x",
            &"a".repeat(300),
        ] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }

    #[test]
    fn ranges_become_the_networks_that_cover_them_exactly() {
        let range: AddressRange = "10.0.0.5-10.0.0.8".parse().unwrap();
        let networks: Vec<_> = range.networks().iter().map(ToString::to_string).collect();
        assert_eq!(networks, ["10.0.0.5/32", "10.0.0.6/31", "10.0.0.8/32"]);
        assert!("10.0.0.9-10.0.0.1".parse::<AddressRange>().is_err());
        assert!("10.0.0.1-::1".parse::<AddressRange>().is_err());
    }

    #[test]
    fn port_ranges_ascend_and_never_hold_port_zero() {
        assert_eq!("80".parse(), Ok(PortRange::one(80)));
        assert!("0-5".parse::<PortRange>().is_err());
        assert!("9-5".parse::<PortRange>().is_err());
        assert!("1-65536".parse::<PortRange>().is_err());
    }
}
