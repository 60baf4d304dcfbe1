//! `dbg:resolver`: how the target itself resolves names. Source: man 5 resolv.conf.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// One name server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nameserver {
    /// An address in canonical text, with `%zone` where it has one.
    pub address: String,
    /// 53 unless the configuration says otherwise.
    pub port: u16,
}

/// One reading of the resolver's configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Configuration {
    /// In the order in which the target asks.
    pub nameservers: Vec<Nameserver>,
    /// Search domains in order, without trailing dot.
    pub search: Vec<String>,
    /// 0..15.
    pub ndots: u32,
    /// Milliseconds for one server.
    pub timeout_ms: u32,
    /// How often each server is asked.
    pub attempts: u32,
    /// All words of `options` lines as they stand.
    pub options: Vec<String>,
    /// The file's bytes, at most 64 KiB.
    pub raw: Vec<u8>,
}

/// The cause, as far as a program can act on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResolverErrorCode {
    /// EACCES, EPERM.
    Denied,
    /// ENOENT.
    NotFound,
    /// More than 64 KiB, or no text at all.
    Malformed,
    /// Anything else.
    Other,
}

/// Why the configuration could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{text}")]
pub struct ResolverError {
    /// The cause.
    pub code: ResolverErrorCode,
    /// One sentence, lower case, no full stop.
    pub text: String,
}

/// Answers `dbg:resolver` at the target.
#[async_trait]
pub trait Resolver: Send + Sync {
    /// Reads the configuration once.
    async fn read(&self) -> Result<Configuration, ResolverError>;
}
