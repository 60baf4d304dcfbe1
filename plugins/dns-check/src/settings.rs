//! What to ask whom, and how: the parameters over the target's resolver configuration.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use dbg_sdk::{Failure, Run, net, resolver};

use crate::exchange::TcpUse;
use crate::kind::Kind;
use crate::parameters::DnsCheck;
use crate::search::Search;
use crate::walk::Dnssec;

/// Without the parameter: as long as the target waits, but a person at a terminal waits no longer than this.
const LONGEST_DEFAULT: Duration = Duration::from_secs(2);
/// How many glibc and musl ask.
const ASKED_BY_LIBC: usize = 3;
/// More servers than any configuration has.
const MOST_SERVERS: usize = 16;

/// A server and who named it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) from: From,
}

/// Who named a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum From {
    Configuration,
    Parameter,
}

/// Something about the configuration or the parameters that belongs into the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// The configuration could not be read.
    NoConfiguration { why: String, needed: bool },
    /// It names no server: the target asks itself.
    NoServers,
    /// It names more than are asked.
    TooManyServers { all: usize },
    /// An address that a guest's socket cannot be opened to.
    Zone { address: String },
    /// A server that was given by name, and the name has no address.
    Unresolved { host: String, why: String },
}

/// All that a run needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) servers: Vec<Server>,
    pub(crate) search: Search,
    pub(crate) kinds: Vec<Kind>,
    pub(crate) timeout: Duration,
    pub(crate) attempts: u32,
    pub(crate) tcp: TcpUse,
    pub(crate) dnssec: Dnssec,
    pub(crate) notices: Vec<Notice>,
}

impl Settings {
    /// Reads the configuration where something of it is needed.
    pub(crate) fn new(parameters: &DnsCheck, run: &Run) -> Result<Self, Failure> {
        let mut notices = Vec::new();
        let needed = parameters.server.is_empty();
        let configuration = match resolver::read() {
            Ok(configuration) => Some(configuration),
            Err(error) => {
                notices.push(Notice::NoConfiguration { why: error.text, needed });
                None
            }
        };
        let servers = if needed {
            configuration.as_ref().map(|configuration| configured(&configuration.nameservers(), &mut notices))
        } else {
            Some(given(parameters, run, &mut notices))
        };
        let walked = configuration.as_ref().filter(|_| parameters.search);
        let search = walked.map_or_else(Search::default, |configuration| Search {
            domains: configuration.search(),
            ndots: usize::try_from(configuration.ndots()).unwrap_or(1),
        });
        let timeout = parameters.timeout.unwrap_or_else(|| {
            configuration.as_ref().map_or(LONGEST_DEFAULT, |configuration| configuration.timeout().min(LONGEST_DEFAULT))
        });
        Ok(Self {
            servers: servers.unwrap_or_default(),
            search,
            kinds: parameters.r#type.iter().filter_map(|name| Kind::named(name)).collect(),
            timeout: timeout.max(Duration::from_millis(1)),
            attempts: parameters.attempts,
            tcp: match parameters.tcp.as_str() {
                "always" => TcpUse::Always,
                "never" => TcpUse::Never,
                _ => TcpUse::Auto,
            },
            dnssec: if parameters.dnssec { Dnssec::AskAgain } else { Dnssec::TakeAsIs },
            notices,
        })
    }
}

/// The servers of the configuration. Source: man 5 resolv.conf.
fn configured(nameservers: &[resolver::Nameserver], notices: &mut Vec<Notice>) -> Vec<Server> {
    if nameservers.is_empty() {
        notices.push(Notice::NoServers);
        let local = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 53);
        return vec![Server { address: local, from: From::Configuration }];
    }
    if nameservers.len() > ASKED_BY_LIBC {
        notices.push(Notice::TooManyServers { all: nameservers.len() });
    }
    let mut servers = Vec::new();
    for nameserver in nameservers.iter().take(MOST_SERVERS) {
        match nameserver.socket() {
            Some(address) => push(&mut servers, Server { address, from: From::Configuration }),
            None => notices.push(Notice::Zone { address: nameserver.address.clone() }),
        }
    }
    servers
}

/// The servers of the parameter; a name stands for all of its addresses.
fn given(parameters: &DnsCheck, run: &Run, notices: &mut Vec<Notice>) -> Vec<Server> {
    let mut servers = Vec::new();
    for given in &parameters.server {
        let port = given.port().unwrap_or(53);
        let addresses = match given.socket(port) {
            Some(address) => vec![address],
            None if run.cancelled() => Vec::new(),
            None => net::look_up(given.host(), port).unwrap_or_else(|error| {
                notices.push(Notice::Unresolved { host: given.host().to_owned(), why: error.to_string() });
                Vec::new()
            }),
        };
        for address in addresses {
            if servers.len() < MOST_SERVERS {
                push(&mut servers, Server { address, from: From::Parameter });
            }
        }
    }
    servers
}

/// A server that is named twice is asked once.
fn push(servers: &mut Vec<Server>, server: Server) {
    if !servers.contains(&server) {
        servers.push(server);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nameserver(address: &str) -> resolver::Nameserver {
        resolver::Nameserver { address: address.to_owned(), port: 53 }
    }

    fn addresses(servers: &[Server]) -> Vec<String> {
        servers.iter().map(|server| server.address.to_string()).collect()
    }

    #[test]
    fn a_configuration_without_servers_means_the_machine_itself() {
        let mut notices = Vec::new();
        assert_eq!(addresses(&configured(&[], &mut notices)), ["127.0.0.1:53"]);
        assert_eq!(notices, [Notice::NoServers]);
    }

    #[test]
    fn all_servers_are_asked_and_that_libc_asks_only_three_is_told() {
        let mut notices = Vec::new();
        let four: Vec<_> = (1..=4).map(|number| nameserver(&format!("192.0.2.{number}"))).collect();
        assert_eq!(configured(&four, &mut notices).len(), 4);
        assert_eq!(notices, [Notice::TooManyServers { all: 4 }]);
    }

    #[test]
    fn a_server_with_a_zone_is_told_and_one_named_twice_is_asked_once() {
        let mut notices = Vec::new();
        let servers = configured(&[nameserver("::1"), nameserver("fe80::1%eth0"), nameserver("::1")], &mut notices);
        assert_eq!(addresses(&servers), ["[::1]:53"]);
        assert_eq!(notices, [Notice::Zone { address: "fe80::1%eth0".into() }]);
    }
}
