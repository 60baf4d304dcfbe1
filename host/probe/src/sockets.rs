//! What `wasi:sockets` under a grant needs of this machine: names by its `/etc/hosts` and resolver, and its own addresses.
//!
//! A static binary has no `getaddrinfo` worth the name: which servers are asked, in which order and how long, is written here.

mod address;
mod answer;
mod connected;
mod hosts;
mod search;
mod server;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use dbg_capability::{Configuration, LookupError, LookupErrorCode, Resolver, ResolverErrorCode, Sockets};
use dbg_model::{Cell, Host, truncate_at_char};

use answer::{Answer, Trouble};
pub(crate) use hosts::PATH as HOSTS;
use server::Servers;

use crate::Root;
use crate::blocking::blocking;

/// One look-up with all its names, servers and attempts. The largest real value, 3 servers of 2 x 5 s, is a quarter of it.
const LONGEST: Duration = Duration::from_secs(120);

/// A name with more addresses than this is cut: some load balancers answer with a few dozen.
const MOST_ADDRESSES: usize = 256;

/// Of a name in an error's sentence; a longer one is no name.
const NAME_SHOWN: usize = 256;

/// Names and addresses as this machine sees them.
pub struct LocalSockets {
    root: Arc<Root>,
    resolver: Arc<dyn Resolver>,
}

impl LocalSockets {
    /// `/etc/hosts` beneath `root`, then the servers that `resolver` reads; both are read anew for each name.
    #[must_use]
    pub fn new(root: Arc<Root>, resolver: Arc<dyn Resolver>) -> Self {
        Self { root, resolver }
    }

    /// The addresses that `/etc/hosts` gives a name. One that cannot be read gives none, as in every C library.
    async fn listed(&self, name: &str) -> Vec<IpAddr> {
        let (root, name) = (self.root.clone(), name.to_owned());
        blocking(move || hosts::lookup(&root, &name)).await.unwrap_or_default()
    }

    async fn configuration(&self) -> Result<Configuration, LookupError> {
        match self.resolver.read().await {
            Ok(configuration) => Ok(configuration),
            // The C libraries then ask a server on this machine, with their defaults.
            Err(error) if error.code == ResolverErrorCode::NotFound => Ok(crate::resolver::defaults()),
            Err(error) => Err(LookupError { code: LookupErrorCode::PermanentResolverFailure, text: error.text }),
        }
    }
}

#[async_trait]
impl Sockets for LocalSockets {
    async fn lookup(&self, name: &str) -> Result<Vec<IpAddr>, LookupError> {
        let shown = Cell(truncate_at_char(name, NAME_SHOWN));
        let bare = match name.parse::<Host>() {
            Ok(Host::Ip(ip)) => return Ok(vec![ip]),
            Ok(Host::Scoped(ip, _)) => return Ok(vec![ip.into()]),
            // Always, and before any file or server: who could answer otherwise would choose what is reached here. RFC 6761 6.3.
            Ok(host) if host.is_localhost() => {
                return Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
            }
            Ok(Host::Name(bare)) => bare,
            Err(_) => {
                let text = format!("`{shown}` is neither a name nor an address");
                return Err(LookupError { code: LookupErrorCode::NameUnresolvable, text });
            }
        };
        let mut addresses = self.listed(&bare).await;
        if addresses.is_empty() {
            let configuration = self.configuration().await?;
            let servers = Servers::new(&configuration);
            let names = search::candidates(name, &bare, &configuration);
            let answered = tokio::time::timeout(LONGEST, first_answer(&servers, &names)).await;
            addresses = answered.unwrap_or(Answer::Failed(Trouble::Timeout)).into_addresses(&shown)?;
        }
        addresses.truncate(MOST_ADDRESSES);
        Ok(addresses)
    }

    async fn resolvers(&self) -> Vec<SocketAddr> {
        match self.resolver.read().await {
            // Source: man 5 resolv.conf: without a `nameserver` line the local machine is asked.
            Ok(configuration) if configuration.nameservers.is_empty() => {
                vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 53))]
            }
            Ok(configuration) => configuration.nameservers.iter().filter_map(address::of).collect(),
            Err(_) => Vec::new(),
        }
    }

    async fn own_addresses(&self) -> Vec<IpAddr> {
        blocking(|| Ok(address::own())).await.unwrap_or_default()
    }
}

/// Asks for each candidate in turn. A name that does not exist leads to the next one, and so does a server that fails; but when
/// nobody answered in time, nobody would for the next name either.
async fn first_answer(servers: &Servers, names: &[String]) -> Answer {
    let mut worst = Answer::NoName;
    for name in names {
        match servers.ask(name).await {
            Answer::Addresses(addresses) => return Answer::Addresses(addresses),
            Answer::Failed(trouble @ (Trouble::Timeout | Trouble::Unreachable | Trouble::NoServer)) => {
                return Answer::Failed(trouble);
            }
            other => worst = worst.worse(other),
        }
    }
    worst
}

#[cfg(test)]
mod tests;
