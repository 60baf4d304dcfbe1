//! The servers of a configuration, asked as the C libraries ask: each in turn, all of them again in the next attempt.
//!
//! One resolver a server, because hickory's own pool stops at the first SERVFAIL and shares one timeout over all its servers.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use dbg_capability::Configuration;
use hickory_resolver::Resolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts};
use hickory_resolver::proto::rr::{Name, RecordType};

use super::address;
use super::answer::{Answer, Trouble};
use super::connected::Connected;

/// The C libraries ask three; a file may list thousands.
const MOST_SERVERS: usize = 16;

const DNS_PORT: u16 = 53;

/// Where questions go.
pub(super) struct Servers {
    servers: Vec<Resolver<Connected>>,
    origin: Origin,
    attempts: u32,
    timeout: Duration,
    families: Families,
}

/// Where the list of servers comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    Configured,
    /// Nothing is configured, so a server on this machine is asked.
    Assumed,
}

/// `options no-aaaa`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Families {
    Both,
    FourOnly,
}

impl Servers {
    /// Nothing is sent yet.
    pub(super) fn new(configuration: &Configuration) -> Self {
        let has = |word: &str| configuration.options.iter().any(|option| option == word);
        let timeout = Duration::from_millis(configuration.timeout_ms.into());
        let mut addresses: Vec<SocketAddr> =
            configuration.nameservers.iter().filter_map(address::of).take(MOST_SERVERS).collect();
        let origin = if addresses.is_empty() { Origin::Assumed } else { Origin::Configured };
        if origin == Origin::Assumed {
            addresses.push((Ipv4Addr::LOCALHOST, DNS_PORT).into());
        }
        let mut options = ResolverOpts::default();
        options.timeout = timeout;
        // Attempts are counted here, hosts are read beneath the root, and each look-up has resolvers of its own.
        options.attempts = 0;
        options.use_hosts_file = ResolveHosts::Never;
        options.cache_size = 0;
        options.edns0 = has("edns0");
        let tcp_only = has("use-vc");
        let servers = addresses.iter().filter_map(|server| {
            let (mut udp, mut tcp) = (ConnectionConfig::udp(), ConnectionConfig::tcp());
            (udp.port, tcp.port) = (server.port(), server.port());
            let connections = if tcp_only { vec![tcp] } else { vec![udp, tcp] };
            let config = ResolverConfig::from_name_servers(vec![NameServerConfig::new(server.ip(), true, connections)]);
            Resolver::builder_with_config(config, Connected::to(*server)).with_options(options.clone()).build().ok()
        });
        Self {
            servers: servers.collect(),
            origin,
            attempts: configuration.attempts.max(1),
            timeout,
            families: if has("no-aaaa") { Families::FourOnly } else { Families::Both },
        }
    }

    /// Asks for the addresses of a full name. A server that says that there is none is believed.
    pub(super) async fn ask(&self, name: &str) -> Answer {
        // Too long with its search domain, or a search domain that is no name.
        let Ok(name) = Name::from_ascii(name) else { return Answer::NoName };
        let mut worst = Trouble::NoServer;
        for _ in 0..self.attempts {
            for server in &self.servers {
                match self.ask_one(server, &name).await {
                    Answer::Failed(Trouble::Unreachable) if self.origin == Origin::Assumed => {}
                    Answer::Failed(trouble) => worst = worst.max(trouble),
                    answer => return answer,
                }
            }
        }
        Answer::Failed(worst)
    }

    async fn ask_one(&self, server: &Resolver<Connected>, name: &Name) -> Answer {
        let query = async |family| {
            // The timeout covers a second way by TCP too.
            match tokio::time::timeout(self.timeout, server.lookup(name.clone(), family)).await {
                Ok(result) => Answer::of(result),
                Err(_) => Answer::Failed(Trouble::Timeout),
            }
        };
        match self.families {
            Families::FourOnly => query(RecordType::A).await,
            Families::Both => {
                let (four, six) = tokio::join!(query(RecordType::A), query(RecordType::AAAA));
                Answer::both(four, six)
            }
        }
    }
}
