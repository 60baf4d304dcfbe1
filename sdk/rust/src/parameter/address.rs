//! The kind `address`.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

/// An IP address or a host name, with or without a port. With `default_port` declared the port is always there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    host: String,
    port: Option<u16>,
}

impl Address {
    /// Without a port.
    pub fn new(host: impl Into<String>) -> Self {
        Self { host: host.into(), port: None }
    }

    /// With a port.
    pub fn with_port(host: impl Into<String>, port: u16) -> Self {
        Self { host: host.into(), port: Some(port) }
    }

    /// The host alone: an IP address without brackets, or a name.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, when one was given or declared.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// The IP address, unless it is a name.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }

    /// IP address and port, unless it is a name; `port` where none was given.
    #[must_use]
    pub fn socket(&self, port: u16) -> Option<SocketAddr> {
        Some(SocketAddr::new(self.ip()?, self.port.unwrap_or(port)))
    }
}

impl From<SocketAddr> for Address {
    fn from(socket: SocketAddr) -> Self {
        Self::with_port(socket.ip().to_string(), socket.port())
    }
}

impl From<IpAddr> for Address {
    fn from(ip: IpAddr) -> Self {
        Self::new(ip.to_string())
    }
}

/// `host`, `host:port`, `[v6]:port`: as the host hands it over.
impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            None => formatter.write_str(&self.host),
            Some(port) if self.host.contains(':') => write!(formatter, "[{}]:{port}", self.host),
            Some(port) => write!(formatter, "{}:{port}", self.host),
        }
    }
}

/// Reads what the host hands over; it has validated it, so little is looked at again.
impl FromStr for Address {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.parse::<Ipv6Addr>().is_ok() {
            return Ok(Self::new(text));
        }
        let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, rest)) => (host, rest.strip_prefix(':')),
            None => text.rsplit_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
        };
        Ok(Self { host: host.to_owned(), port: port.map(str::parse).transpose()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_the_host_survives_both_ways() {
        for text in
            ["192.0.2.7", "192.0.2.7:53", "2001:db8::1", "[2001:db8::1]:53", "ns.example.com", "ns.example.com:53"]
        {
            let address: Address = text.parse().unwrap();
            assert_eq!(address.to_string(), text);
        }
    }

    #[test]
    fn a_name_has_no_socket() {
        assert_eq!(Address::with_port("ns.test", 53).socket(1), None);
        assert_eq!(Address::new("::1").socket(53), Some("[::1]:53".parse().unwrap()));
    }
}
