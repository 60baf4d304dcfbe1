//! The kind `endpoint`.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use super::{AddressRange, PortRange, RangeError};

/// The hosts of an [`Endpoint`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Hosts {
    /// An IP address, with `%zone` where it has one, or a host name.
    One(String),
    /// Several addresses.
    Range(AddressRange),
}

/// Each of these hosts on each of these ports.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// Which hosts.
    pub hosts: Hosts,
    /// Which ports.
    pub ports: PortRange,
}

impl Endpoint {
    /// How many pairs of host and port it stands for.
    #[must_use]
    pub fn count(&self) -> u128 {
        let hosts = match &self.hosts {
            Hosts::One(_) => 1,
            Hosts::Range(range) => range.count(),
        };
        let ports = u128::from(self.ports.last.saturating_sub(self.ports.first)) + 1;
        hosts.saturating_mul(ports)
    }

    /// Each pair of host and port, host by host.
    pub fn pairs(&self) -> impl Iterator<Item = (String, u16)> + '_ {
        let (one, range) = match &self.hosts {
            Hosts::One(host) => (Some(host.clone()), None),
            Hosts::Range(range) => (None, Some(range.addresses())),
        };
        let hosts = one.into_iter().chain(range.into_iter().flatten().map(|address| address.to_string()));
        hosts.flat_map(|host| self.ports.ports().map(move |port| (host.clone(), port)))
    }
}

/// As a user types it: one port alone, IPv6 in brackets.
impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts = match &self.hosts {
            Hosts::One(host) => host.clone(),
            Hosts::Range(range) => range.to_string(),
        };
        let PortRange { first, last } = self.ports;
        let ports = if first == last { first.to_string() } else { format!("{first}-{last}") };
        if hosts.contains(':') { write!(formatter, "[{hosts}]:{ports}") } else { write!(formatter, "{hosts}:{ports}") }
    }
}

/// Reads what the host hands over, `hosts:first-last`; it has validated it, so little is looked at again.
impl FromStr for Endpoint {
    type Err = RangeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (hosts, ports) = text.rsplit_once(':').ok_or(RangeError)?;
        let hosts = hosts.strip_prefix('[').and_then(|hosts| hosts.strip_suffix(']')).unwrap_or(hosts);
        // A name may hold a dash as a range does; only a range has an address before it.
        let is_range =
            hosts.contains('/') || hosts.split_once('-').is_some_and(|(first, _)| first.parse::<IpAddr>().is_ok());
        let hosts = if is_range { Hosts::Range(hosts.parse()?) } else { Hosts::One(hosts.to_owned()) };
        Ok(Self { hosts, ports: ports.parse()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(text: &str) -> Endpoint {
        text.parse().unwrap()
    }

    #[test]
    fn what_the_host_hands_over_is_shown_as_it_was_typed() {
        for (handed, typed) in [
            ("db-1.test:5432-5432", "db-1.test:5432"),
            ("127.0.0.1:1-1024", "127.0.0.1:1-1024"),
            ("[::1]:80-80", "[::1]:80"),
            ("[fe80::1%eth0]:80-80", "[fe80::1%eth0]:80"),
            ("10.0.0.0/28:80-81", "10.0.0.0/28:80-81"),
            ("[2001:db8::1-2001:db8::2]:80-80", "[2001:db8::1-2001:db8::2]:80"),
        ] {
            assert_eq!(endpoint(handed).to_string(), typed);
        }
        assert!("db".parse::<Endpoint>().is_err());
        assert!("10.0.0.0/x:1-1".parse::<Endpoint>().is_err());
    }

    #[test]
    fn its_pairs_are_as_many_as_it_counts() {
        let two = endpoint("10.0.0.0/31:80-81");
        let pairs: Vec<(String, u16)> = two.pairs().collect();
        let pair = |host: &str, port| (host.to_owned(), port);
        assert_eq!(pairs, [pair("10.0.0.0", 80), pair("10.0.0.0", 81), pair("10.0.0.1", 80), pair("10.0.0.1", 81)]);
        assert_eq!(two.count(), 4);
        assert_eq!(endpoint("db:1-65535").count(), 65_535);
        assert_eq!(endpoint("[::/0]:1-2").count(), u128::MAX);
    }
}
