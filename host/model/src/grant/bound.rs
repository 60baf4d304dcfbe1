//! The bounds of a requested grant, parsed.

use std::fmt;
use std::str::FromStr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::parameter::{AddressRange, Host};
use crate::{Address, Cell, ParameterName, PortRange, truncate_at_char};

/// A transport protocol of `wasi:sockets`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// Either.
    Any,
}

/// Whom a check asks to reach: `<udp|tcp|any>:<where>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SocketsBound {
    /// By which protocol.
    pub protocol: Protocol,
    /// Whom.
    pub to: Where,
}

/// Whom a check asks to connect to, by TCP alone: the second half of a [`SocketsBound`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectBound {
    /// Whom.
    pub to: Where,
}

/// The second half of a [`SocketsBound`], and all of a [`ConnectBound`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Where {
    /// The target's configured name servers, port 53.
    Resolvers,
    /// What the operator gives for a parameter; its port, or any when it has none.
    Parameter(ParameterName),
    /// A network.
    Net(IpNet, PortRange),
    /// A name, resolved by the target's resolver.
    Name(String, PortRange),
    /// Anything that is not special: not loopback, link-local, metadata or multicast.
    Anything(PortRange),
}

/// Which files a check asks to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilesBound {
    /// An absolute path; `*` stands for any part of one name, `**` for any number of folders.
    Pattern(String),
    /// The path that the operator gives for a parameter.
    Parameter(ParameterName),
}

/// Why a text is no bound.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BoundError {
    /// No protocol in front.
    #[error("the bound `{shown}` does not start with `udp:`, `tcp:` or `any:`")]
    Protocol {
        /// The bound, escaped and cut.
        shown: String,
    },
    /// Neither an address, nor a name, nor a word.
    #[error("the bound `{shown}` names no address, network, host, `resolvers`, `param:<name>` or `*`")]
    Where {
        /// The bound, escaped and cut.
        shown: String,
    },
    /// Not an absolute, plain path.
    #[error("the bound `{shown}` is no absolute path without `.` and `..`")]
    Path {
        /// The bound, escaped and cut.
        shown: String,
    },
    /// Neither what of a cluster is read, nor how much.
    #[error(
        "the bound `{shown}` is neither `<get|list|logs>:<Kind>:<target|*|NAMESPACE|param:NAME>[/NAME]` nor `at-most:<objects>:<size>`"
    )]
    Cluster {
        /// The bound, escaped and cut.
        shown: String,
    },
    /// What no grant opens.
    #[error("secrets of a cluster are read by nobody")]
    Secrets,
    /// A capability without bounds was given some.
    #[error("this capability takes no bounds, and `{shown}` is one")]
    NotWanted {
        /// The bound, escaped and cut.
        shown: String,
    },
    /// A capability that needs bounds has none.
    #[error("it has no bounds, and without any it allows nothing")]
    Empty,
}

fn shown(text: &str) -> String {
    Cell(truncate_at_char(text, 128)).to_string()
}

impl BoundError {
    pub(super) fn cluster(text: &str) -> Self {
        Self::Cluster { shown: shown(text) }
    }

    /// The error for a bound that a capability without bounds was given.
    #[must_use]
    pub fn not_wanted(bound: &str) -> Self {
        Self::NotWanted { shown: shown(bound) }
    }
}

impl Protocol {
    /// Whether traffic of `actual` falls under it.
    #[must_use]
    pub fn covers(self, actual: Self) -> bool {
        self == Self::Any || self == actual
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Any => "any",
        })
    }
}

impl FromStr for SocketsBound {
    type Err = BoundError;

    fn from_str(text: &str) -> Result<Self, BoundError> {
        let (protocol, to) = match text.split_once(':') {
            Some(("tcp", to)) => (Protocol::Tcp, to),
            Some(("udp", to)) => (Protocol::Udp, to),
            Some(("any", to)) => (Protocol::Any, to),
            _ => return Err(BoundError::Protocol { shown: shown(text) }),
        };
        parse_where(to).map(|to| Self { protocol, to }).ok_or_else(|| BoundError::Where { shown: shown(text) })
    }
}

impl FromStr for ConnectBound {
    type Err = BoundError;

    fn from_str(text: &str) -> Result<Self, BoundError> {
        parse_where(text).map(|to| Self { to }).ok_or_else(|| BoundError::Where { shown: shown(text) })
    }
}

fn parse_where(text: &str) -> Option<Where> {
    if text == "resolvers" {
        return Some(Where::Resolvers);
    }
    if let Some(name) = text.strip_prefix("param:") {
        return name.parse().ok().map(Where::Parameter);
    }
    if let Some(rest) = text.strip_prefix('*') {
        return match rest.strip_prefix(':') {
            Some(ports) => ports.parse().ok().map(Where::Anything),
            None if rest.is_empty() => Some(Where::Anything(PortRange::ALL)),
            None => None,
        };
    }
    if let Ok(AddressRange::Net(net)) = text.parse() {
        return Some(Where::Net(net, PortRange::ALL));
    }
    // `10.0.0.0/8:1-1024`, `[2001:db8::]/32:443`
    if let Some((address, prefix_and_ports)) = text.split_once('/') {
        let address = address.trim_start_matches('[').trim_end_matches(']');
        let (prefix, ports) = match prefix_and_ports.split_once(':') {
            Some((prefix, ports)) => (prefix, ports.parse().ok()?),
            None => (prefix_and_ports, PortRange::ALL),
        };
        return format!("{address}/{prefix}").parse().ok().map(|net: IpNet| Where::Net(net.trunc(), ports));
    }
    // `192.0.2.7:1-1024` has a range where an address has one port.
    let (host, ports) = match text.parse::<Address>() {
        Ok(Address { host, port }) => (host, port.map_or(PortRange::ALL, PortRange::one)),
        Err(_) => {
            let (host, ports) = text.rsplit_once(':')?;
            let host: Address = host.parse().ok().filter(|address: &Address| address.port.is_none())?;
            (host.host, ports.parse().ok()?)
        }
    };
    match host {
        Host::Ip(ip) => Some(Where::Net(IpNet::from(ip), ports)),
        Host::Name(name) => Some(Where::Name(name, ports)),
        // A zone is a fact of one machine: a declaration cannot know it.
        Host::Scoped(..) => None,
    }
}

impl FromStr for FilesBound {
    type Err = BoundError;

    fn from_str(text: &str) -> Result<Self, BoundError> {
        let error = || BoundError::Path { shown: shown(text) };
        if let Some(name) = text.strip_prefix("param:") {
            return name.parse().map(Self::Parameter).map_err(|_| error());
        }
        let inside = text.strip_prefix('/').ok_or_else(error)?;
        let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
        if text.len() > 4096 || text.contains('\0') || !inside.split('/').all(plain) {
            return Err(error());
        }
        Ok(Self::Pattern(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sockets(text: &str) -> Option<Where> {
        text.parse::<SocketsBound>().ok().map(|bound| bound.to)
    }

    #[test]
    fn bounds_of_sockets_are_read_in_every_form() {
        let net = |text: &str, ports| Some(Where::Net(text.parse().unwrap(), ports));
        assert_eq!(sockets("udp:resolvers"), Some(Where::Resolvers));
        assert_eq!(sockets("tcp:param:server"), Some(Where::Parameter("server".parse().unwrap())));
        assert_eq!(sockets("tcp:192.0.2.7"), net("192.0.2.7/32", PortRange::ALL));
        assert_eq!(sockets("tcp:192.0.2.7:443"), net("192.0.2.7/32", PortRange::one(443)));
        assert_eq!(sockets("tcp:[2001:db8::1]:443"), net("2001:db8::1/128", PortRange::one(443)));
        assert_eq!(sockets("any:10.0.0.0/8:1-1024"), net("10.0.0.0/8", "1-1024".parse().unwrap()));
        assert_eq!(sockets("any:[2001:db8::]/32:443"), net("2001:db8::/32", PortRange::one(443)));
        assert_eq!(sockets("tcp:example.com:443"), Some(Where::Name("example.com".into(), PortRange::one(443))));
        assert_eq!(sockets("tcp:192.0.2.7:1-1024"), net("192.0.2.7/32", "1-1024".parse().unwrap()));
        assert_eq!(sockets("any:*"), Some(Where::Anything(PortRange::ALL)));
    }

    #[test]
    fn what_is_no_bound_is_refused() {
        for text in [
            "",
            "resolvers",
            "sctp:resolvers",
            "tcp:",
            "tcp:param:",
            "tcp:*x",
            "tcp:fe80::1%eth0",
            "tcp:a b",
            "tcp:10.0.0.0/99",
        ] {
            assert!(text.parse::<SocketsBound>().is_err(), "{text}");
        }
        for text in ["", "etc/passwd", "/a/../b", "//a", "/a/", "/a\0b"] {
            assert!(text.parse::<FilesBound>().is_err(), "{text:?}");
        }
    }
}
