//! What one server said of one name, and what that means for the look-up.

use std::net::IpAddr;

use dbg_capability::{LookupError, LookupErrorCode};
use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;

/// What became of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// At least one.
    Addresses(Vec<IpAddr>),
    /// NXDOMAIN.
    NoName,
    /// NODATA: the name exists and has no address.
    NoAddress,
    /// No answer to the question.
    Failed(Trouble),
}

/// Why there is no answer; the later, the more it says of the whole look-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Trouble {
    /// No server is configured and none listens on this machine.
    NoServer,
    /// REFUSED.
    Refused,
    /// Another response code, or an answer that is none.
    ServerFailure,
    /// The network said so.
    Unreachable,
    /// Nothing came in time.
    Timeout,
}

impl Answer {
    /// Of one query.
    pub(super) fn of(result: Result<Lookup, NetError>) -> Self {
        match result {
            Ok(lookup) => {
                let addresses: Vec<IpAddr> =
                    lookup.answers().iter().filter_map(|record| record.data.ip_addr()).collect();
                if addresses.is_empty() { Self::NoAddress } else { Self::Addresses(addresses) }
            }
            Err(NetError::Dns(DnsError::NoRecordsFound(none))) => match none.response_code {
                ResponseCode::NXDomain => Self::NoName,
                ResponseCode::NoError => Self::NoAddress,
                _ => Self::Failed(Trouble::ServerFailure),
            },
            Err(NetError::Dns(DnsError::ResponseCode(ResponseCode::Refused))) => Self::Failed(Trouble::Refused),
            Err(NetError::Timeout) => Self::Failed(Trouble::Timeout),
            Err(NetError::Io(_) | NetError::NoConnections) => Self::Failed(Trouble::Unreachable),
            Err(_) => Self::Failed(Trouble::ServerFailure),
        }
    }

    /// Of the two queries for one name: IPv4 first. An address of one family is good even if the other failed; without any,
    /// a failure hides whether there is one.
    pub(super) fn both(four: Self, six: Self) -> Self {
        match (four, six) {
            (Self::Addresses(mut four), Self::Addresses(six)) => {
                four.extend(six);
                four.dedup();
                Self::Addresses(four)
            }
            (Self::Addresses(addresses), _) | (_, Self::Addresses(addresses)) => Self::Addresses(addresses),
            (Self::NoName, _) | (_, Self::NoName) => Self::NoName,
            (four, six) => four.worse(six),
        }
    }

    /// Which of two answers without an address tells more: a failure before a name without addresses before no name.
    pub(super) fn worse(self, other: Self) -> Self {
        match (self, other) {
            (Self::Failed(one), Self::Failed(other)) => Self::Failed(one.max(other)),
            (Self::Failed(trouble), _) | (_, Self::Failed(trouble)) => Self::Failed(trouble),
            (Self::NoAddress, _) | (_, Self::NoAddress) => Self::NoAddress,
            (one, _) => one,
        }
    }

    /// What the asker of `name` gets.
    pub(super) fn into_addresses(self, name: &dyn std::fmt::Display) -> Result<Vec<IpAddr>, LookupError> {
        use LookupErrorCode::{NameUnresolvable, PermanentResolverFailure, TemporaryResolverFailure};
        let (code, text) = match self {
            Self::Addresses(addresses) => return Ok(addresses),
            Self::NoName => (NameUnresolvable, format!("`{name}` does not exist")),
            Self::NoAddress => (NameUnresolvable, format!("`{name}` exists and has no address")),
            Self::Failed(trouble) => {
                let code = match trouble {
                    Trouble::NoServer | Trouble::Refused => PermanentResolverFailure,
                    Trouble::ServerFailure | Trouble::Unreachable | Trouble::Timeout => TemporaryResolverFailure,
                };
                (code, format!("cannot look up `{name}`: {}", trouble.words()))
            }
        };
        Err(LookupError { code, text })
    }
}

impl Trouble {
    fn words(self) -> &'static str {
        match self {
            Self::NoServer => "no name server is configured and none listens on 127.0.0.1",
            Self::Refused => "the name servers refuse to answer",
            Self::ServerFailure => "the name servers fail",
            Self::Unreachable => "no name server can be reached",
            Self::Timeout => "no name server answers in time",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_one_family_is_good_even_if_the_other_failed() {
        let found = Answer::Addresses(vec!["192.0.2.1".parse().unwrap()]);
        assert_eq!(Answer::both(found.clone(), Answer::Failed(Trouble::Timeout)), found);
        assert_eq!(Answer::both(Answer::NoAddress, found.clone()), found);
    }

    #[test]
    fn a_failure_is_not_taken_for_the_absence_of_a_name() {
        let failed = Answer::Failed(Trouble::ServerFailure);
        assert_eq!(Answer::both(Answer::NoAddress, failed.clone()), failed);
        assert_eq!(Answer::NoName.worse(failed.clone()), failed);
        assert_eq!(Answer::both(Answer::NoName, failed), Answer::NoName);
    }
}
