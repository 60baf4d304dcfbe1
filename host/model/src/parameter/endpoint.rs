//! Hosts with ports, as people type them: what a check of reachability is about.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{AddressRange, Host, KindError, PortRange};

/// The hosts of an [`Endpoint`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Hosts {
    /// One address, or one name.
    One(Host),
    /// Several addresses.
    Range(AddressRange),
}

/// Each of these hosts on each of these ports.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Endpoint {
    /// Which hosts.
    pub hosts: Hosts,
    /// Which ports.
    pub ports: PortRange,
}

impl FromStr for Hosts {
    type Err = KindError;

    fn from_str(text: &str) -> Result<Self, KindError> {
        // A name may hold a dash, and a range of addresses is no name: its last label is a number.
        if let Ok(host) = text.parse() {
            return Ok(Self::One(host));
        }
        let range: AddressRange = text.parse().map_err(|_| KindError::Endpoint)?;
        Ok(match range {
            AddressRange::Net(net) if net.prefix_len() == net.max_prefix_len() => Self::One(Host::Ip(net.addr())),
            range => Self::Range(range),
        })
    }
}

impl FromStr for Endpoint {
    type Err = KindError;

    fn from_str(text: &str) -> Result<Self, KindError> {
        let (hosts, ports) = match text.strip_prefix('[') {
            Some(rest) => rest.split_once("]:").filter(|(hosts, _)| hosts.contains(':')),
            // Several colons are an IPv6 address without brackets, whose last group could be taken for a port.
            None => text.rsplit_once(':').filter(|(hosts, _)| !hosts.contains(':')),
        }
        .ok_or(KindError::Endpoint)?;
        Ok(Self { hosts: hosts.parse()?, ports: ports.parse()? })
    }
}

impl Endpoint {
    /// As a guest gets it: `host:low-high`, always both ports, IPv6 in brackets.
    #[must_use]
    pub fn spelled(&self) -> String {
        let hosts = self.bracketed();
        format!("{hosts}:{}-{}", self.ports.low(), self.ports.high())
    }

    fn bracketed(&self) -> String {
        let hosts = self.hosts.to_string();
        if hosts.contains(':') { format!("[{hosts}]") } else { hosts }
    }
}

impl fmt::Display for Hosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(host) => write!(f, "{host}"),
            Self::Range(range) => write!(f, "{range}"),
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.bracketed(), self.ports)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_of_every_form_are_read_and_shown_again() {
        for text in [
            "db:5432",
            "db-1.shop:5432",
            "127.0.0.1:1-1024",
            "10.0.0.0/28:80",
            "10.0.0.5-10.0.0.9:80-90",
            "[::1]:80",
            "[2001:db8::/120]:443",
            "[2001:db8::1-2001:db8::9]:443",
            "[fe80::1%eth0]:22",
        ] {
            assert_eq!(text.parse::<Endpoint>().map(|endpoint| endpoint.to_string()).as_deref(), Ok(text));
        }
        assert_eq!("10.0.0.1/32:80".parse::<Endpoint>(), "10.0.0.1:80".parse());
    }

    #[test]
    fn what_has_no_port_or_could_be_read_in_two_ways_is_refused() {
        for text in [
            "",
            "db",
            "db:",
            ":80",
            "db:0",
            "db:80-70",
            "db:65536",
            "::1:80",
            "2001:db8::1",
            "[::1]",
            "[::1]80",
            "[db]:80",
            "[10.0.0.1]:80",
            "10.0.0.9-10.0.0.1:80",
            "10.0.0.0/33:80",
            "10.0.0.999:80",
            "a b:80",
            "http://db:80",
        ] {
            assert!(text.parse::<Endpoint>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_guest_always_gets_both_ports() {
        assert_eq!("[::1]:80".parse::<Endpoint>().map(|endpoint| endpoint.spelled()).as_deref(), Ok("[::1]:80-80"));
    }
}
