//! What a declaration says of one parameter, and how one typed text becomes a value.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Address, AddressRange, Endpoint, PortRange};
use crate::{
    Cell, ParameterName, Redacted, UnitError, format_duration, format_size, nearest, parse_duration, parse_size,
};

/// The kind of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Any text up to 64 KiB.
    String,
    /// A whole number within ±2^53.
    Integer,
    /// `true` or `false`, also `yes`, `no`, `on`, `off`, `1`, `0`.
    Bool,
    /// A duration, `500ms`.
    Duration,
    /// A size in bytes, `64KiB`.
    Size,
    /// A host or address with or without port.
    Address,
    /// A network, one address, or two with a dash between.
    AddressRange,
    /// One port or two with a dash between.
    PortRange,
    /// A host or a range of addresses, with a port or a range of ports.
    Endpoint,
    /// One of the declaration's choices.
    Enum,
    /// A secret, read from a file, the environment or stdin, never typed.
    Secret,
}

/// One parameter as the declaration has it. Its texts (`default`, `min`, `max`) are spelled as an operator would type them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Its name.
    pub name: ParameterName,
    /// Its kind.
    pub kind: Kind,
    /// What it means; the first line is the summary.
    pub doc: String,
    /// Whether the operator must give it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// Whether it takes any number of values.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub repeated: bool,
    /// The values when it is not given: one for a plain parameter.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub default: Vec<String>,
    /// The least value; for a string, its least length in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<String>,
    /// The greatest value; for a string, its greatest length in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<String>,
    /// The choices of an enum.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// The port of an address typed without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_port: Option<u16>,
    /// How many values a repeated parameter takes; 64 unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_values: Option<u32>,
}

/// One value after parsing.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A string, or a choice spelled as declared.
    Text(String),
    /// An integer.
    Integer(i64),
    /// A bool.
    Bool(bool),
    /// A duration.
    Duration(Duration),
    /// A size in bytes.
    Size(u64),
    /// An address.
    Address(Address),
    /// An address range.
    AddressRange(AddressRange),
    /// A port range.
    PortRange(PortRange),
    /// Hosts with ports.
    Endpoint(Endpoint),
    /// A secret.
    Secret(Redacted),
}

/// One value in the form of the WIT's `scalar`, as the guest gets it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Scalar {
    /// At most 64 KiB.
    Text(String),
    /// Within ±2^53.
    Integer(i64),
    /// A bool.
    Boolean(bool),
    /// As text for the guest; masked in every output of the host.
    Secret(Redacted),
}

/// Where a secret is to be read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// `@file`.
    File(String),
    /// `env:NAME`.
    Environment(String),
    /// `-`.
    Stdin,
}

/// Why a text is no value of its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KindError {
    /// Longer than any value may be.
    #[error("it has {bytes} bytes, and a value has at most 65536")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// No integer.
    #[error("it is no whole number within ±2^53")]
    Integer,
    /// No bool.
    #[error("it is neither `true` nor `false`")]
    Bool,
    /// No duration or size.
    #[error("{0}")]
    Unit(#[from] UnitError),
    /// No address.
    #[error("it is no address and no host name, for example `10.0.0.10`, `[2001:db8::1]:53`, `db.shop:5432`")]
    Address,
    /// No address range.
    #[error("it is no address range, for example `10.0.0.0/8` or `10.0.0.5-10.0.0.9`")]
    AddressRange,
    /// No port.
    #[error("its port is not within 1 to 65535")]
    Port,
    /// No port range.
    #[error("it is no port range, for example `80` or `1-1024`")]
    PortRange,
    /// No endpoint.
    #[error("it is no host with a port, for example `db.shop:5432`, `10.0.0.0/28:1-1024`, `[2001:db8::1]:443`")]
    Endpoint,
    /// None of the choices.
    #[error("it is none of {choices}")]
    Choice {
        /// The valid choices, in backticks.
        choices: String,
        /// The nearest of them.
        nearest: Option<String>,
    },
    /// Below the least value.
    #[error("it is below {min}")]
    BelowMin {
        /// The least value.
        min: String,
    },
    /// Above the greatest value.
    #[error("it is above {max}")]
    AboveMax {
        /// The greatest value.
        max: String,
    },
    /// A secret was typed.
    #[error("a secret is never typed: give `@file`, `env:NAME` or `-` for stdin")]
    SecretTyped,
}

const MAX_VALUE_BYTES: usize = 64 * 1024;
const MAX_EXACT: i64 = 1 << 53;

impl Kind {
    /// The word in a declaration.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Bool => "bool",
            Self::Duration => "duration",
            Self::Size => "size",
            Self::Address => "address",
            Self::AddressRange => "address-range",
            Self::PortRange => "port-range",
            Self::Endpoint => "endpoint",
            Self::Enum => "enum",
            Self::Secret => "secret",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl Parameter {
    /// Where the secret that `text` names is to be read from. For parameters of kind secret.
    pub fn parse_secret_source(text: &str) -> Result<SecretSource, KindError> {
        match (text, text.strip_prefix('@'), text.strip_prefix("env:")) {
            ("-", _, _) => Ok(SecretSource::Stdin),
            (_, Some(file), _) if !file.is_empty() => Ok(SecretSource::File(file.to_owned())),
            (_, _, Some(name)) if !name.is_empty() => Ok(SecretSource::Environment(name.to_owned())),
            _ => Err(KindError::SecretTyped),
        }
    }

    /// One typed text as a value, within the declared bounds. A secret is not parsed here: it is never typed.
    pub fn parse(&self, text: &str) -> Result<Value, KindError> {
        if text.len() > MAX_VALUE_BYTES {
            return Err(KindError::TooLong { bytes: text.len() });
        }
        let value = self.parse_unbounded(text)?;
        for bound in [Bound::Min, Bound::Max] {
            self.check_bound(bound, &value)?;
        }
        Ok(value)
    }

    fn parse_unbounded(&self, text: &str) -> Result<Value, KindError> {
        Ok(match self.kind {
            Kind::String => Value::Text(text.to_owned()),
            Kind::Integer => Value::Integer(parse_integer(text)?),
            Kind::Bool => Value::Bool(match text.to_ascii_lowercase().as_str() {
                "true" | "yes" | "on" | "1" => true,
                "false" | "no" | "off" | "0" => false,
                _ => return Err(KindError::Bool),
            }),
            Kind::Duration => Value::Duration(parse_duration(text)?),
            Kind::Size => Value::Size(parse_size(text)?),
            Kind::Address => {
                let address: Address = text.parse()?;
                Value::Address(Address { port: address.port.or(self.default_port), ..address })
            }
            Kind::AddressRange => Value::AddressRange(text.parse()?),
            Kind::PortRange => Value::PortRange(text.parse()?),
            Kind::Endpoint => Value::Endpoint(text.parse()?),
            Kind::Enum => match self.choices.iter().find(|choice| choice.eq_ignore_ascii_case(text)) {
                Some(choice) => Value::Text(choice.clone()),
                None => {
                    let shown: Vec<_> = self.choices.iter().map(|choice| format!("`{}`", Cell(choice))).collect();
                    return Err(KindError::Choice {
                        choices: shown.join(", "),
                        nearest: nearest(text, self.choices.iter().map(String::as_str)).map(str::to_owned),
                    });
                }
            },
            Kind::Secret => return Err(KindError::SecretTyped),
        })
    }

    /// Compares with the declared bound. A bound that does not parse was refused with its declaration.
    fn check_bound(&self, bound: Bound, value: &Value) -> Result<(), KindError> {
        let Some(text) = (match bound {
            Bound::Min => &self.min,
            Bound::Max => &self.max,
        }) else {
            return Ok(());
        };
        let (actual, limit) = match value {
            Value::Text(actual) if self.kind == Kind::String => {
                (i64::try_from(actual.chars().count()).unwrap_or(i64::MAX), parse_integer(text)?)
            }
            Value::Integer(actual) => (*actual, parse_integer(text)?),
            Value::Duration(actual) => (saturate(actual.as_nanos()), saturate(parse_duration(text)?.as_nanos())),
            Value::Size(actual) => (saturate(u128::from(*actual)), saturate(u128::from(parse_size(text)?))),
            _ => return Ok(()),
        };
        let shown = if self.kind == Kind::String { format!("{text} characters") } else { format!("`{}`", Cell(text)) };
        match bound {
            Bound::Min if actual < limit => Err(KindError::BelowMin { min: shown }),
            Bound::Max if actual > limit => Err(KindError::AboveMax { max: shown }),
            _ => Ok(()),
        }
    }

    /// How many values it takes at most.
    #[must_use]
    pub fn value_limit(&self) -> usize {
        match (self.repeated, self.max_values) {
            (false, _) => 1,
            (true, None) => 64,
            (true, Some(max)) => usize::try_from(max).unwrap_or(usize::MAX).min(1000),
        }
    }

    /// Whether kinds of this sort have a least and greatest value.
    #[must_use]
    pub fn has_range(&self) -> bool {
        matches!(self.kind, Kind::String | Kind::Integer | Kind::Duration | Kind::Size)
    }
}

#[derive(Clone, Copy)]
enum Bound {
    Min,
    Max,
}

fn saturate(value: u128) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn parse_integer(text: &str) -> Result<i64, KindError> {
    text.parse::<i64>().ok().filter(|value| (-MAX_EXACT..=MAX_EXACT).contains(value)).ok_or(KindError::Integer)
}

impl Value {
    /// As the guest gets it, in the spelling of the declaration's reference.
    #[must_use]
    pub fn scalar(&self) -> Scalar {
        match self {
            Self::Text(text) => Scalar::Text(text.clone()),
            Self::Integer(value) => Scalar::Integer(*value),
            Self::Bool(value) => Scalar::Boolean(*value),
            Self::Duration(duration) => Scalar::Text(format!("{}ns", duration.as_nanos())),
            Self::Size(bytes) => Scalar::Text(bytes.to_string()),
            Self::Address(address) => Scalar::Text(address.to_string()),
            Self::AddressRange(range) => Scalar::Text(range.to_string()),
            Self::PortRange(range) => Scalar::Text(format!("{}-{}", range.low(), range.high())),
            Self::Endpoint(endpoint) => Scalar::Text(endpoint.spelled()),
            Self::Secret(secret) => Scalar::Secret(secret.clone()),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{}", Cell(text)),
            Self::Integer(value) => write!(f, "{value}"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Duration(duration) => f.write_str(&format_duration(*duration)),
            Self::Size(bytes) => f.write_str(&format_size(*bytes)),
            Self::Address(address) => write!(f, "{address}"),
            Self::AddressRange(range) => write!(f, "{range}"),
            Self::PortRange(range) => write!(f, "{range}"),
            Self::Endpoint(endpoint) => write!(f, "{endpoint}"),
            Self::Secret(secret) => write!(f, "{secret}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter(json: &str) -> Parameter {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn values_outside_the_range_are_refused_with_the_bound() {
        let timeout = parameter(r#"{"name":"timeout","kind":"duration","doc":"","min":"10ms","max":"1m"}"#);
        assert!(timeout.parse("1m").is_ok());
        assert_eq!(timeout.parse("5ms"), Err(KindError::BelowMin { min: "`10ms`".into() }));
        assert_eq!(timeout.parse("2h"), Err(KindError::AboveMax { max: "`1m`".into() }));
    }

    #[test]
    fn an_enum_is_spelled_as_declared_and_suggests_the_nearest() {
        let kind = parameter(r#"{"name":"type","kind":"enum","doc":"","choices":["A","AAAA","CNAME"]}"#);
        assert_eq!(kind.parse("aaaa"), Ok(Value::Text("AAAA".into())));
        assert!(matches!(kind.parse("CNAM"), Err(KindError::Choice { nearest: Some(n), .. }) if n == "CNAME"));
    }

    #[test]
    fn an_address_takes_the_declared_port_when_none_is_typed() {
        let server = parameter(r#"{"name":"server","kind":"address","doc":"","default_port":53}"#);
        assert_eq!(server.parse("::1").unwrap().scalar(), Scalar::Text("[::1]:53".into()));
        assert_eq!(server.parse("10.0.0.1:5353").unwrap().scalar(), Scalar::Text("10.0.0.1:5353".into()));
    }

    #[test]
    fn every_kind_reaches_the_guest_in_its_one_spelling() {
        for (kind, typed, spelled) in [
            ("duration", "1.5s", "1500000000ns"),
            ("size", "64KiB", "65536"),
            ("address-range", "10.1.2.3/8", "10.0.0.0/8"),
            ("port-range", "80", "80-80"),
            ("endpoint", "DB.shop:5432", "db.shop:5432-5432"),
            ("endpoint", "[2001:db8::/126]:1-9", "[2001:db8::/126]:1-9"),
        ] {
            let parameter = parameter(&format!(r#"{{"name":"x","kind":"{kind}","doc":""}}"#));
            assert_eq!(parameter.parse(typed).unwrap().scalar(), Scalar::Text(spelled.into()));
        }
    }

    #[test]
    fn a_secret_is_never_taken_from_what_was_typed() {
        let token = parameter(r#"{"name":"token","kind":"secret","doc":""}"#);
        assert_eq!(token.parse("hunter2"), Err(KindError::SecretTyped));
        assert_eq!(Parameter::parse_secret_source("hunter2"), Err(KindError::SecretTyped));
        assert_eq!(Parameter::parse_secret_source("env:TOKEN"), Ok(SecretSource::Environment("TOKEN".into())));
    }

    #[test]
    fn a_value_of_megabytes_is_refused_before_it_is_parsed() {
        let text = parameter(r#"{"name":"x","kind":"string","doc":""}"#);
        assert_eq!(text.parse(&"a".repeat(70_000)), Err(KindError::TooLong { bytes: 70_000 }));
    }
}
