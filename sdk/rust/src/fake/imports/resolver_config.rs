//! `dbg:resolver/resolver-config`.

use super::resolver_errors::{Error, ErrorCode};
use crate::fake::Resolver;
use crate::fake::state::with;

#[derive(Clone, Debug)]
pub(crate) struct Nameserver {
    pub address: String,
    pub port: u16,
}

#[derive(Debug)]
pub(crate) struct Configuration(Resolver);

pub(crate) fn read() -> Result<Configuration, Error> {
    let outside = || Error { code: ErrorCode::Other, text: "no run is under way: use `fake::Host::run`".to_owned() };
    let resolver = with(|state| state.host.resolver.clone()).ok_or_else(outside)?;
    Ok(Configuration(resolver?))
}

impl Configuration {
    pub(crate) fn nameservers(&self) -> Vec<Nameserver> {
        self.0.nameservers.iter().map(|(address, port)| Nameserver { address: address.clone(), port: *port }).collect()
    }

    pub(crate) fn search(&self) -> Vec<String> {
        self.0.search.clone()
    }

    pub(crate) fn ndots(&self) -> u32 {
        self.0.ndots
    }

    pub(crate) fn timeout_ms(&self) -> u32 {
        u32::try_from(self.0.timeout.as_millis()).unwrap_or(u32::MAX)
    }

    pub(crate) fn attempts(&self) -> u32 {
        self.0.attempts
    }

    pub(crate) fn options(&self) -> Vec<String> {
        self.0.options.clone()
    }

    pub(crate) fn raw(&self) -> Vec<u8> {
        self.0.file()
    }
}
