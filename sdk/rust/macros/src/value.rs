//! One value as a user would type it, read by its kind.

mod address;
pub(crate) mod number;

use std::net::IpAddr;

use proc_macro2::TokenStream;
use quote::quote;

use crate::kind::Kind;

/// What was typed, understood.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Integer(i64),
    Boolean(bool),
    /// Nanoseconds.
    Duration(u64),
    /// Bytes.
    Size(u64),
    Address {
        host: String,
        port: Option<u16>,
    },
    Network {
        address: IpAddr,
        prefix: u8,
    },
    Between {
        first: IpAddr,
        last: IpAddr,
    },
    Ports {
        first: u16,
        last: u16,
    },
    /// The hosts are an address without port, or a range of addresses.
    Endpoint {
        hosts: Box<Value>,
        first: u16,
        last: u16,
    },
}

impl Value {
    /// Reads a text by its kind. The error says what was expected.
    pub(crate) fn read(kind: &Kind, text: &str) -> Result<Self, String> {
        match kind {
            Kind::String => Ok(Self::Text(text.to_owned())),
            Kind::Integer { lowest, highest } => number::integer(text, *lowest, *highest).map(Self::Integer),
            Kind::Bool => boolean(text).map(Self::Boolean),
            Kind::Duration => number::duration(text).map(Self::Duration),
            Kind::Size => number::size(text).map(Self::Size),
            Kind::Address => address::address(text),
            Kind::AddressRange => address::range(text),
            Kind::PortRange => number::ports(text).map(|(first, last)| Self::Ports { first, last }),
            Kind::Endpoint => address::endpoint(text),
            Kind::Enum(choices) => choice(text, choices).map(Self::Text),
            Kind::Secret => Err("a secret is given as `@file`, `env:NAME` or `-`, and has no default".to_owned()),
        }
    }

    /// What `min` and `max` compare: a number, or a text's length in characters.
    pub(crate) fn rank(&self) -> Option<i128> {
        match self {
            Self::Text(text) => i128::try_from(text.chars().count()).ok(),
            Self::Integer(value) => Some((*value).into()),
            Self::Duration(value) | Self::Size(value) => Some((*value).into()),
            _ => None,
        }
    }

    /// The Rust expression of this value.
    pub(crate) fn expression(&self, default_port: Option<u16>) -> TokenStream {
        match self {
            Self::Text(text) => quote!(::std::string::String::from(#text)),
            Self::Integer(value) => {
                let literal = proc_macro2::Literal::i64_unsuffixed(*value);
                quote!(#literal)
            }
            Self::Boolean(value) => quote!(#value),
            Self::Duration(value) => quote!(::std::time::Duration::from_nanos(#value)),
            Self::Size(value) => quote!(::dbg_sdk::Size::from_bytes(#value)),
            Self::Address { host, port } => match port.or(default_port) {
                Some(port) => quote!(::dbg_sdk::Address::with_port(#host, #port)),
                None => quote!(::dbg_sdk::Address::new(#host)),
            },
            Self::Network { address, prefix } => {
                let address = ip(address);
                quote!(::dbg_sdk::AddressRange::Network { address: #address, prefix: #prefix })
            }
            Self::Between { first, last } => {
                let (first, last) = (ip(first), ip(last));
                quote!(::dbg_sdk::AddressRange::Between { first: #first, last: #last })
            }
            Self::Ports { first, last } => quote!(::dbg_sdk::PortRange { first: #first, last: #last }),
            Self::Endpoint { hosts, first, last } => {
                let hosts = match &**hosts {
                    Self::Address { host, .. } => quote!(::dbg_sdk::Hosts::One(::std::string::String::from(#host))),
                    range => {
                        let range = range.expression(None);
                        quote!(::dbg_sdk::Hosts::Range(#range))
                    }
                };
                quote!(::dbg_sdk::Endpoint { hosts: #hosts, ports: ::dbg_sdk::PortRange { first: #first, last: #last } })
            }
        }
    }
}

fn ip(address: &IpAddr) -> TokenStream {
    match address {
        IpAddr::V4(address) => {
            let bits = address.to_bits();
            quote!(::std::net::IpAddr::V4(::std::net::Ipv4Addr::from_bits(#bits)))
        }
        IpAddr::V6(address) => {
            let bits = address.to_bits();
            quote!(::std::net::IpAddr::V6(::std::net::Ipv6Addr::from_bits(#bits)))
        }
    }
}

fn boolean(text: &str) -> Result<bool, String> {
    match text {
        "true" | "yes" | "on" | "1" => Ok(true),
        "false" | "no" | "off" | "0" => Ok(false),
        _ => Err(format!("`{text}` is neither `true` nor `false`")),
    }
}

fn choice(text: &str, choices: &[String]) -> Result<String, String> {
    choices
        .iter()
        .find(|choice| choice.eq_ignore_ascii_case(text))
        .cloned()
        .ok_or_else(|| format!("`{text}` is none of the choices: `{}`", choices.join("`, `")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_found_in_any_case_and_kept_as_declared() {
        let kind = Kind::Enum(vec!["A".into(), "AAAA".into()]);
        assert_eq!(Value::read(&kind, "aaaa"), Ok(Value::Text("AAAA".into())));
        assert!(Value::read(&kind, "MX").is_err());
    }

    #[test]
    fn a_secret_has_no_default() {
        assert!(Value::read(&Kind::Secret, "@file").is_err());
    }
}
