//! What an operator can say.

use dbg_sdk::prelude::*;

/// What to ask whom.
#[derive(Clone, Debug, Parameters)]
pub struct DnsCheck {
    /// Names to look up, completed by the target's search domains unless they end with a dot. An address stands for its reverse name, and
    /// is asked for PTR whatever `type` says. Without a name each server is asked for the root's servers, and for the search domains.
    #[parameter(max_values = 32)]
    pub name: Vec<String>,
    /// Record types to ask for. A and AAAA are asked at once, as glibc does, each other type by itself.
    #[parameter(choices = ["A", "AAAA", "PTR", "SRV", "TXT", "MX", "NS", "SOA", "CNAME", "CAA"], default = ["A", "AAAA"], max_values = 10)]
    pub r#type: Vec<String>,
    /// Servers to ask in place of those in the target's resolver configuration.
    #[parameter(default_port = 53, max_values = 16)]
    pub server: Vec<Address>,
    /// How long to wait for the answer to one query. Without it: as long as the target's own resolver does, at most 2 s.
    #[parameter(min = "10ms", max = "30s")]
    pub timeout: Option<Duration>,
    /// How many queries to send for one question until it is given up. With 1 a lost datagram looks like a dead server.
    #[parameter(default = 2, min = 1, max = 10)]
    pub attempts: u32,
    /// An answer that took longer is a warning.
    #[parameter(default = "500ms", min = "1ms", max = "30s")]
    pub slow: Duration,
    /// Whether to complete names by the target's search domains.
    #[parameter(default = true)]
    pub search: bool,
    /// Whether to ask again without DNSSEC what the server could not resolve, so that a broken signature is told from a broken server.
    #[parameter(default = true)]
    pub dnssec: bool,
    /// When to use TCP: for answers that do not fit into a datagram, always, or never.
    #[parameter(choices = ["auto", "always", "never"], default = "auto")]
    pub tcp: String,
}
