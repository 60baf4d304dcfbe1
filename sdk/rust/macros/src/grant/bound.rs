//! The bounds of a grant, judged by their form. What they allow is the host's business.

mod cluster;

use std::net::{IpAddr, Ipv6Addr};

use proc_macro2::Span;
use syn::{LitStr, Result};

use super::Capability;
use crate::literal::refuse;
use crate::value::{Value, number};

/// `param:<name>`: a parameter that must exist and be of one of the kinds.
#[derive(Debug)]
pub(crate) struct NamedParameter {
    pub(crate) name: String,
    pub(crate) kinds: &'static [&'static str],
    pub(crate) span: Span,
}

/// Judges one bound; gives the parameters it names.
pub(crate) fn judge(capability: Capability, bound: &LitStr) -> Result<Vec<NamedParameter>> {
    let text = bound.value();
    let named = match capability {
        Capability::Resolver | Capability::NetworkState | Capability::Processes => {
            refuse(bound.span(), format!("`{}` has no bounds", capability.name()))
        }
        Capability::Files => file(&text, bound.span()),
        Capability::Sockets => socket(&text, bound.span()),
        Capability::Connect => place(&text, bound.span()),
        Capability::Cluster => return cluster::judge(&text, bound.span()),
    };
    named.map(|named| named.into_iter().collect())
}

fn file(text: &str, span: Span) -> Result<Option<NamedParameter>> {
    if let Some(name) = text.strip_prefix("param:") {
        return Ok(Some(NamedParameter { name: name.to_owned(), kinds: &["string"], span }));
    }
    let is_plain = text.starts_with('/') && !text.split('/').any(|part| part == ".." || part == ".");
    if is_plain && !text.contains('\0') {
        Ok(None)
    } else {
        refuse(
            span,
            format!(
                "`{text}` is no bound of `files`: an absolute path or glob without `.` and `..`, or `param:<name>`"
            ),
        )
    }
}

fn socket(text: &str, span: Span) -> Result<Option<NamedParameter>> {
    let Some((protocol, place)) = text.split_once(':') else {
        return refuse(
            span,
            format!(
                "`{text}` is no bound of `sockets`: `<udp|tcp|any>:<where>`, as in `udp:resolvers` or `tcp:param:server`"
            ),
        );
    };
    if !matches!(protocol, "udp" | "tcp" | "any") {
        return refuse(span, format!("`{protocol}` is no protocol: there are `udp`, `tcp` and `any`"));
    }
    self::place(place, span)
}

/// Whom: all of a bound of `connect`, and a bound of `sockets` behind its protocol.
fn place(place: &str, span: Span) -> Result<Option<NamedParameter>> {
    if let Some(name) = place.strip_prefix("param:") {
        return Ok(Some(NamedParameter {
            name: name.to_owned(),
            kinds: &["address", "address-range", "endpoint"],
            span,
        }));
    }
    if place == "resolvers" || place == "*" || is_network(place) || is_address(place) || is_endpoint(place) {
        return Ok(None);
    }
    refuse(
        span,
        format!(
            "`{place}` is no place: `resolvers`, `param:<name>`, an address, `address:port`, a network, `network:ports`, `host.name:port` or `*`"
        ),
    )
}

/// `10.0.0.0/8` or `10.0.0.0/8:1-1024`.
fn is_network(place: &str) -> bool {
    let Some((address, rest)) = place.split_once('/') else { return false };
    let (prefix, ports) = rest.split_once(':').map_or((rest, None), |(prefix, ports)| (prefix, Some(ports)));
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    let width: u8 = if address.is_ipv4() { 32 } else { 128 };
    prefix.parse::<u8>().is_ok_and(|prefix| prefix <= width) && ports.is_none_or(|ports| number::ports(ports).is_ok())
}

/// An IP address with or without port, or a host name with one.
fn is_address(place: &str) -> bool {
    match Value::read(&crate::kind::Kind::Address, place) {
        Ok(Value::Address { host, port }) => {
            port.is_some() || host.parse::<IpAddr>().is_ok() || place.parse::<Ipv6Addr>().is_ok()
        }
        _ => false,
    }
}

/// An IP address or a host name with a range of ports.
fn is_endpoint(place: &str) -> bool {
    let read = Value::read(&crate::kind::Kind::Endpoint, place);
    matches!(read, Ok(Value::Endpoint { hosts, .. }) if matches!(*hosts, Value::Address { .. }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(capability: Capability, text: &str) -> Result<Vec<NamedParameter>> {
        judge(capability, &LitStr::new(text, Span::call_site()))
    }

    #[test]
    fn every_form_of_a_place_is_taken() {
        for good in [
            "udp:resolvers",
            "tcp:param:server",
            "any:192.0.2.7",
            "tcp:192.0.2.7:443",
            "tcp:[2001:db8::1]:443",
            "udp:10.0.0.0/8",
            "udp:10.0.0.0/8:1-1024",
            "tcp:2001:db8::/32:443",
            "tcp:example.com:443",
            "any:*",
        ] {
            assert!(judged(Capability::Sockets, good).is_ok(), "{good}");
        }
    }

    #[test]
    fn a_place_that_means_nothing_is_refused() {
        for bad in
            ["resolvers", "sctp:*", "tcp:example.com", "udp:10.0.0.0/33", "udp:10.0.0.0/8:0", "tcp:", "any:a b:1"]
        {
            assert!(judged(Capability::Sockets, bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_bound_of_connect_is_a_place_without_protocol() {
        for good in ["param:to", "192.0.2.7:1-1024", "10.0.0.0/8:80", "db.test:5432", "*"] {
            assert!(judged(Capability::Connect, good).is_ok(), "{good}");
        }
        for bad in ["tcp:192.0.2.7:443", "tcp:*", "db.test", ""] {
            assert!(judged(Capability::Connect, bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_bound_of_files_is_absolute_and_does_not_climb() {
        assert!(judged(Capability::Files, "/var/log/**").is_ok());
        assert_eq!(judged(Capability::Files, "param:path").unwrap()[0].name, "path");
        for bad in ["etc/passwd", "/var/../etc", "", "~/.ssh"] {
            assert!(judged(Capability::Files, bad).is_err(), "{bad}");
        }
        assert!(judged(Capability::Resolver, "x").is_err());
    }
}
