//! How the target itself resolves names: its `/etc/resolv.conf`. Needs a grant of `resolver`.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use crate::host::{resolver_config, resolver_errors};

/// Why the configuration could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// Not granted, or the target's kernel refused.
    Denied,
    /// The target has no such configuration.
    NotFound,
    /// It is there and makes no sense.
    Malformed,
    /// Anything else; the text says what.
    Other,
}

/// What [`read`] answers when it cannot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Error {
    /// The cause.
    pub code: ErrorCode,
    /// One sentence, lower case, no full stop.
    pub text: String,
}

impl Error {
    /// What to do about it, where there is something.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self.code {
            ErrorCode::Denied => Some(
                "the check needs `grant(capability = \"resolver\", …)`, and the operator's consent to it".to_owned(),
            ),
            ErrorCode::NotFound | ErrorCode::Malformed | ErrorCode::Other => None,
        }
    }
}

impl From<resolver_errors::Error> for Error {
    fn from(error: resolver_errors::Error) -> Self {
        let code = match error.code {
            resolver_errors::ErrorCode::Denied => ErrorCode::Denied,
            resolver_errors::ErrorCode::NotFound => ErrorCode::NotFound,
            resolver_errors::ErrorCode::Malformed => ErrorCode::Malformed,
            resolver_errors::ErrorCode::Other => ErrorCode::Other,
        };
        Self { code, text: error.text }
    }
}

/// One name server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nameserver {
    /// An IPv4 or IPv6 address, with `%zone` where it has one.
    pub address: String,
    /// 53 unless the configuration says otherwise.
    pub port: u16,
}

impl Nameserver {
    /// IP address and port; none where the address has a zone, which sockets of a guest cannot express.
    #[must_use]
    pub fn socket(&self) -> Option<SocketAddr> {
        self.address.parse::<IpAddr>().ok().map(|ip| SocketAddr::new(ip, self.port))
    }
}

/// One reading of the configuration; it does not change when the file does.
#[derive(Debug)]
pub struct Configuration {
    handle: resolver_config::Configuration,
}

/// Reads the configuration.
///
/// # Errors
/// [`ErrorCode::Denied`], [`ErrorCode::NotFound`], [`ErrorCode::Malformed`] (more than 64 KiB, or no text at all), [`ErrorCode::Other`].
pub fn read() -> Result<Configuration, Error> {
    Ok(Configuration { handle: resolver_config::read()? })
}

impl Configuration {
    /// The name servers, in the order in which the target asks. Empty when the file names none: the target then asks 127.0.0.1.
    /// glibc and musl ask only the first three.
    #[must_use]
    pub fn nameservers(&self) -> Vec<Nameserver> {
        self.handle
            .nameservers()
            .into_iter()
            .map(|server| Nameserver { address: server.address, port: server.port })
            .collect()
    }

    /// The search domains in order, without trailing dot.
    #[must_use]
    pub fn search(&self) -> Vec<String> {
        self.handle.search()
    }

    /// Names with fewer dots are first tried with the search domains. 0 to 15.
    #[must_use]
    pub fn ndots(&self) -> u32 {
        self.handle.ndots()
    }

    /// How long the target waits for one server.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        Duration::from_millis(self.handle.timeout_ms().into())
    }

    /// How often the target asks each server.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.handle.attempts()
    }

    /// All words of `options` lines as they stand.
    #[must_use]
    pub fn options(&self) -> Vec<String> {
        self.handle.options()
    }

    /// The file's bytes, at most 64 KiB.
    #[must_use]
    pub fn raw(&self) -> Vec<u8> {
        self.handle.raw()
    }
}
