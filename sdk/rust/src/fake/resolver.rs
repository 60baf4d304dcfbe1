//! The resolver configuration that a test sets up.

use std::fmt::Write as _;
use std::time::Duration;

/// An empty configuration with the defaults of man 5 resolv.conf, to be filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolver {
    pub(super) nameservers: Vec<(String, u16)>,
    pub(super) search: Vec<String>,
    pub(super) ndots: u32,
    pub(super) timeout: Duration,
    pub(super) attempts: u32,
    pub(super) options: Vec<String>,
    pub(super) raw: Option<Vec<u8>>,
}

impl Resolver {
    /// No name server, no search domain, ndots 1, 5 s, 2 attempts.
    #[must_use]
    pub fn new() -> Self {
        Self {
            nameservers: Vec::new(),
            search: Vec::new(),
            ndots: 1,
            timeout: Duration::from_secs(5),
            attempts: 2,
            options: Vec::new(),
            raw: None,
        }
    }

    /// One more name server.
    #[must_use]
    pub fn nameserver(mut self, address: impl std::fmt::Display, port: u16) -> Self {
        self.nameservers.push((address.to_string(), port));
        self
    }

    /// One more search domain.
    #[must_use]
    pub fn search(mut self, domain: &str) -> Self {
        self.search.push(domain.to_owned());
        self
    }

    /// Names with fewer dots are first tried with the search domains.
    #[must_use]
    pub fn ndots(mut self, ndots: u32) -> Self {
        self.ndots = ndots;
        self
    }

    /// How long the target waits for one server.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How often the target asks each server.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// One more word of an `options` line. It sets nothing else.
    #[must_use]
    pub fn option(mut self, word: &str) -> Self {
        self.options.push(word.to_owned());
        self
    }

    /// The file's bytes; else they are made of the rest.
    #[must_use]
    pub fn raw(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.raw = Some(bytes.into());
        self
    }

    pub(super) fn file(&self) -> Vec<u8> {
        if let Some(raw) = &self.raw {
            return raw.clone();
        }
        let mut text = String::new();
        for (address, _) in &self.nameservers {
            // Writing into a String cannot fail.
            let _ = writeln!(text, "nameserver {address}");
        }
        if !self.search.is_empty() {
            let _ = writeln!(text, "search {}", self.search.join(" "));
        }
        if !self.options.is_empty() {
            let _ = writeln!(text, "options {}", self.options.join(" "));
        }
        text.into_bytes()
    }
}

impl Default for Resolver {
    fn default() -> Self {
        Self::new()
    }
}
