//! What `wasi:sockets` under a grant needs to know of the place.

use std::net::{IpAddr, SocketAddr};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// The cause, in the words of `wasi:sockets/ip-name-lookup`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LookupErrorCode {
    /// The name does not exist or has no address.
    NameUnresolvable,
    /// Try again: SERVFAIL, no answer in time.
    TemporaryResolverFailure,
    /// Trying again is no use: REFUSED, no resolver at all.
    PermanentResolverFailure,
}

/// Why a name has no addresses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{text}")]
pub struct LookupError {
    /// The cause.
    pub code: LookupErrorCode,
    /// One sentence, lower case, no full stop.
    pub text: String,
}

/// Names and addresses as the target sees them.
#[async_trait]
pub trait Sockets: Send + Sync {
    /// The addresses of `name` by the target's own `/etc/hosts` and resolver, never by this process's libc. Never an empty list.
    async fn lookup(&self, name: &str) -> Result<Vec<IpAddr>, LookupError>;

    /// The name servers that the target asks, with their ports: those of its configuration, this machine where it names none; empty when it
    /// cannot be read.
    async fn resolvers(&self) -> Vec<SocketAddr>;

    /// The addresses of the target's own interfaces: a name that a grant lists never covers them.
    async fn own_addresses(&self) -> Vec<IpAddr>;
}
