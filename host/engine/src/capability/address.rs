//! Judges socket addresses by a grant, after resolution. Pure: what it needs of the place was asked before.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use dbg_model::{PortRange, Protocol};
use ipnet::IpNet;

/// A grant's rules with the facts of the place that they refer to.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    rules: Vec<Rule>,
    /// The target's own addresses: a name or `*` never covers them.
    own: BTreeSet<IpAddr>,
}

#[derive(Debug)]
struct Rule {
    protocol: Protocol,
    to: To,
    ports: PortRange,
}

/// Whom a rule covers.
#[derive(Debug)]
pub(crate) enum To {
    /// A network, special or not: it was named.
    Net(IpNet),
    /// One link-local address on the link of this number.
    Scoped(Ipv6Addr, u32),
    /// The configured name servers, also on the port that the configuration gives them.
    Resolvers(Vec<SocketAddr>),
    /// What the target's resolver said for a name, unless special.
    Name(String),
    /// A name that always means the target itself.
    Localhost(String),
    /// Anything that is not special.
    Anything,
}

/// Why a name or `*` does not cover an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Special {
    /// The target itself.
    Loopback,
    /// An address of one of the target's interfaces.
    Own,
    /// On a link of the target, and on another one somebody else.
    Link,
    /// Where clouds hand out credentials.
    Metadata,
    /// No single host.
    NoHost,
}

impl std::fmt::Display for Special {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Loopback => "loopback, the target itself",
            Self::Own => "an address of the target itself",
            Self::Link => "on the target's own link",
            Self::Metadata => "a cloud's metadata service",
            Self::NoHost => "no address of a single host",
        })
    }
}

/// Addresses that names had in this run.
pub(crate) type Pins = BTreeMap<String, BTreeSet<IpAddr>>;

/// What is done with an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    /// Sending to it, connecting to it.
    Reach,
    /// Hearing from it. The port does not count: a server that answers from another port is a finding, and reaches nobody.
    Hear,
}

impl Rules {
    pub(crate) fn new(own: impl IntoIterator<Item = IpAddr>) -> Self {
        Self { rules: Vec::new(), own: own.into_iter().map(|ip| ip.to_canonical()).collect() }
    }

    pub(crate) fn add(&mut self, protocol: Protocol, to: To, ports: PortRange) {
        self.rules.push(Rule { protocol, to, ports });
    }

    /// Whether any rule is for `protocol`: then a local, unnamed port may be bound, as every socket does before it sends.
    pub(crate) fn any(&self, protocol: Protocol) -> bool {
        self.rules.iter().any(|rule| rule.protocol.covers(protocol))
    }

    /// Whether a rule lists `name`.
    pub(crate) fn lists(&self, name: &str) -> bool {
        self.rules.iter().any(|rule| matches!(&rule.to, To::Name(listed) | To::Localhost(listed) if listed == name))
    }

    /// Why no name covers `ip`, also for what is hidden in it; none where one could.
    pub(crate) fn special(&self, ip: IpAddr) -> Option<Special> {
        let ip = ip.to_canonical();
        self.kind(ip).or_else(|| hidden(ip).into_iter().find_map(|v4| self.kind(v4.into())))
    }

    /// Whether one rule covers `address`, and no IPv4 address that is hidden in it leads to a place that was not granted.
    pub(crate) fn allow(&self, protocol: Protocol, address: SocketAddr, act: Act, pins: &Pins) -> bool {
        let ip = address.ip().to_canonical();
        let covered = |ip: IpAddr| {
            self.rules.iter().any(|rule| {
                rule.protocol.covers(protocol)
                    && self.covers_port(rule, ip, address.port(), act)
                    && self.covers_host(&rule.to, ip, scope(address), pins)
            })
        };
        covered(ip) && hidden(ip).into_iter().all(|v4| self.kind(v4.into()).is_none() || covered(v4.into()))
    }

    fn covers_port(&self, rule: &Rule, ip: IpAddr, port: u16, act: Act) -> bool {
        let configured = |servers: &[SocketAddr]| {
            servers.iter().any(|server| server.ip().to_canonical() == ip && server.port() == port)
        };
        act == Act::Hear
            || rule.ports.contains(port)
            || matches!(&rule.to, To::Resolvers(servers) if configured(servers))
    }

    fn covers_host(&self, to: &To, ip: IpAddr, scope: u32, pins: &Pins) -> bool {
        match to {
            To::Net(net) => net.contains(&ip),
            To::Scoped(address, link) => ip == IpAddr::V6(*address) && scope == *link,
            To::Resolvers(servers) => servers.iter().any(|server| {
                server.ip().to_canonical() == ip && (!is_link_local(ip) || self::scope(*server) == scope)
            }),
            To::Name(name) => pins.get(name).is_some_and(|pinned| pinned.contains(&ip)) && self.kind(ip).is_none(),
            // Whatever a resolver would say for it.
            To::Localhost(_) => ip == Ipv4Addr::LOCALHOST || ip == Ipv6Addr::LOCALHOST,
            To::Anything => self.kind(ip).is_none(),
        }
    }

    /// Why a name or `*` must not cover it.
    fn kind(&self, ip: IpAddr) -> Option<Special> {
        let kind = match ip {
            IpAddr::V4(ip) => special_v4(ip),
            IpAddr::V6(ip) => special_v6(ip),
        };
        kind.or_else(|| self.own.contains(&ip).then_some(Special::Own))
    }
}

fn scope(address: SocketAddr) -> u32 {
    match address {
        SocketAddr::V4(_) => 0,
        SocketAddr::V6(address) => address.scope_id(),
    }
}

fn is_link_local(ip: IpAddr) -> bool {
    matches!(ip, IpAddr::V6(ip) if ip.is_unicast_link_local())
}

/// This host, its links, everybody, and where clouds hand out credentials. Source: RFC 6890; the clouds' own documents.
fn special_v4(ip: Ipv4Addr) -> Option<Special> {
    Some(match ip.octets() {
        // Metadata of most clouds; of Alibaba, of Oracle's first generation, and Azure's host agent.
        [169, 254, 169, 254] | [100, 100, 100, 200] | [192, 0, 0, 192] | [168, 63, 129, 16] => Special::Metadata,
        [127, ..] => Special::Loopback,
        [169, 254, ..] => Special::Link,
        [0 | 224.., ..] => Special::NoHost,
        _ => return None,
    })
}

fn special_v6(ip: Ipv6Addr) -> Option<Special> {
    let [a, b, c, ..] = ip.segments();
    Some(match (a, b, c) {
        // Services of the instance at Amazon, and metadata at Google.
        (0xfd00, 0x0ec2, _) | (0xfd20, 0x00ce, 0) => Special::Metadata,
        _ if ip.is_loopback() => Special::Loopback,
        _ if ip.is_unicast_link_local() => Special::Link,
        _ if ip.is_unspecified() || ip.is_multicast() => Special::NoHost,
        _ => return None,
    })
}

/// The IPv4 addresses that a router or the kernel may take out of an IPv6 address.
/// Source: RFC 4291 2.5.5, RFC 6052 2.2, RFC 8215, RFC 3056, RFC 4380, RFC 5214, RFC 7915.
fn hidden(ip: IpAddr) -> Vec<Ipv4Addr> {
    let IpAddr::V6(ip) = ip else { return Vec::new() };
    let [a, b, c, d, e, f, _, _] = ip.segments();
    let o = ip.octets();
    let last = Ipv4Addr::new(o[12], o[13], o[14], o[15]);
    let mut found = match [a, b, c, d, e, f] {
        // `::a.b.c.d`; `::` and `::1` are judged as themselves.
        [0, 0, 0, 0, 0, 0] if !ip.is_unspecified() && !ip.is_loopback() => vec![last],
        // `::ffff:0:a.b.c.d`; `::ffff:a.b.c.d` is canonical IPv4 already.
        [0, 0, 0, 0, 0xffff, 0] => vec![last],
        // NAT64: the well-known prefix has one place for the address, a local one may use any.
        [0x64, 0xff9b, 0, 0, 0, 0] => vec![last],
        [0x64, 0xff9b, 1, ..] => vec![
            last,
            Ipv4Addr::new(o[6], o[7], o[9], o[10]),
            Ipv4Addr::new(o[7], o[9], o[10], o[11]),
            Ipv4Addr::new(o[9], o[10], o[11], o[12]),
        ],
        [0x2002, ..] => vec![Ipv4Addr::new(o[2], o[3], o[4], o[5])],
        // Teredo: the server as it is, the client inverted.
        [0x2001, 0, ..] => vec![Ipv4Addr::new(o[4], o[5], o[6], o[7]), Ipv4Addr::from_bits(!last.to_bits())],
        _ => Vec::new(),
    };
    if matches!((e, f), (0 | 0x0200, 0x5efe)) {
        found.push(last);
    }
    // Of the places that a local NAT64 prefix may use, those that it does not use begin with zero.
    if (a, b, c) == (0x64, 0xff9b, 1) {
        found.retain(|v4| !matches!(v4.octets(), [0, ..]));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> SocketAddr {
        text.parse().unwrap_or_else(|_| SocketAddr::new(text.parse().unwrap(), 53))
    }

    fn rules(to: Vec<To>) -> Rules {
        let mut rules = Rules::new(["203.0.113.9".parse().unwrap(), "2001:db8:9::9".parse().unwrap()]);
        for to in to {
            rules.add(Protocol::Any, to, PortRange::ALL);
        }
        rules
    }

    fn reach(rules: &Rules, address: &str) -> bool {
        rules.allow(Protocol::Tcp, at(address), Act::Reach, &Pins::new())
    }

    fn net(text: &str) -> To {
        To::Net(text.parse().unwrap())
    }

    /// Every address that a name or `*` must not cover, in every spelling that a router or kernel understands.
    const SPECIAL: [&str; 40] = [
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",
        "0.1.2.3",
        "169.254.169.254",
        "169.254.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "224.0.0.1",
        "239.255.255.255",
        "255.255.255.255",
        "240.0.0.1",
        "203.0.113.9",
        "::1",
        "::",
        "fe80::1",
        "febf::1",
        "ff02::1",
        "fd00:ec2::254",
        "fd20:ce::254",
        "2001:db8:9::9",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:203.0.113.9",
        "::127.0.0.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::169.254.169.254",
        "64:ff9b::203.0.113.9",
        "64:ff9b:1::7f00:1",
        "64:ff9b:1:7f00:0:100::",
        "64:ff9b:1:7f:0:1::",
        "64:ff9b:1:0:7f:0:100:0",
        "2002:7f00:1::1",
        "2002:a9fe:a9fe::",
        "2002:cb00:7109::1",
        "2001:0:7f00:1::",
        "2001:0:808:808::80ff:fffe",
        "2001:db8::5efe:127.0.0.1",
    ];

    #[test]
    fn anything_covers_no_special_address_in_any_spelling() {
        let rules = rules(vec![To::Anything]);
        for address in SPECIAL {
            assert!(!reach(&rules, address), "{address}");
        }
    }

    #[test]
    fn anything_covers_ordinary_addresses_private_ones_too() {
        let rules = rules(vec![To::Anything]);
        for address in [
            "8.8.8.8",
            "10.1.2.3",
            "192.168.1.1",
            "172.16.0.1",
            "100.64.0.1",
            "203.0.113.8",
            "2001:db8::1",
            "fd12::1",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "64:ff9b:1::8.8.8.8",
            "2002:808:808::1",
            "2001:0:808:808::f7f7:f7f7",
        ] {
            assert!(reach(&rules, address), "{address}");
        }
    }

    #[test]
    fn a_name_covers_what_was_pinned_and_nothing_special() {
        let rules = rules(vec![To::Name("shop.test".into())]);
        let pinned = SPECIAL.iter().chain(&["10.1.2.3", "64:ff9b::10.1.2.3"]).map(|text| at(text).ip().to_canonical());
        let pins = Pins::from([("shop.test".to_owned(), pinned.collect())]);
        let allow = |text: &str| rules.allow(Protocol::Tcp, at(text), Act::Reach, &pins);
        assert!(allow("10.1.2.3"));
        assert!(allow("::ffff:10.1.2.3"));
        assert!(allow("64:ff9b::10.1.2.3"));
        assert!(!allow("10.1.2.4"));
        for address in SPECIAL {
            assert!(!allow(address), "{address}");
        }
        assert!(!reach(&rules, "10.1.2.3"), "before the look-up");
    }

    #[test]
    fn localhost_covers_the_two_addresses_that_it_means_whatever_was_pinned() {
        let rules = rules(vec![To::Localhost("localhost".into())]);
        let pinned = SPECIAL.iter().chain(&["10.1.2.3"]).map(|text| at(text).ip().to_canonical());
        let pins = Pins::from([("localhost".to_owned(), pinned.collect())]);
        let allow = |text: &str| rules.allow(Protocol::Tcp, at(text), Act::Reach, &pins);
        for address in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            assert!(allow(address), "{address}");
        }
        for address in SPECIAL.iter().filter(|text| !["127.0.0.1", "::1", "::ffff:127.0.0.1"].contains(text)) {
            assert!(!allow(address), "{address}");
        }
        assert!(!allow("10.1.2.3") && !allow("127.0.0.53"));
        assert!(rules.lists("localhost") && !rules.lists("db.localhost"));
    }

    #[test]
    fn it_is_said_why_no_name_covers_an_address() {
        let rules = rules(Vec::new());
        for (address, why) in [
            ("127.0.0.1", Special::Loopback),
            ("::1", Special::Loopback),
            ("203.0.113.9", Special::Own),
            ("2001:db8:9::9", Special::Own),
            ("169.254.0.1", Special::Link),
            ("fe80::1", Special::Link),
            ("169.254.169.254", Special::Metadata),
            ("fd00:ec2::254", Special::Metadata),
            ("224.0.0.1", Special::NoHost),
            ("0.0.0.0", Special::NoHost),
            ("64:ff9b::7f00:1", Special::Loopback),
        ] {
            assert_eq!(rules.special(at(address).ip()), Some(why), "{address}");
        }
        assert_eq!(rules.special(at("10.0.0.1").ip()), None);
    }

    #[test]
    fn the_pins_of_one_name_serve_no_other() {
        let rules = rules(vec![To::Name("a.test".into())]);
        let pins = Pins::from([("b.test".to_owned(), BTreeSet::from(["10.1.2.3".parse().unwrap()]))]);
        assert!(!rules.allow(Protocol::Tcp, at("10.1.2.3"), Act::Reach, &pins));
    }

    #[test]
    fn a_named_network_covers_its_special_addresses_in_every_spelling() {
        let rules = rules(vec![net("127.0.0.0/8")]);
        assert!(reach(&rules, "127.0.0.1"));
        assert!(reach(&rules, "::ffff:127.0.0.1"));
        assert!(!reach(&rules, "::1"));
        assert!(!reach(&rules, "10.0.0.1"));
        assert!(!reach(&rules, "64:ff9b::7f00:1"), "the translated form was not named");
    }

    #[test]
    fn a_network_that_translates_does_not_open_what_it_translates_to() {
        let rules = rules(vec![net("64:ff9b::/96"), net("2002::/16"), net("::/0")]);
        assert!(reach(&rules, "64:ff9b::8.8.8.8"));
        assert!(!reach(&rules, "64:ff9b::127.0.0.1"));
        assert!(!reach(&rules, "2002:a9fe:a9fe::1"));
        let mut rules = rules;
        rules.add(Protocol::Any, net("127.0.0.1/32"), PortRange::ALL);
        assert!(reach(&rules, "64:ff9b::127.0.0.1"), "both forms were named");
    }

    #[test]
    fn a_mapped_address_falls_under_no_network_of_ipv6() {
        assert!(!reach(&rules(vec![net("::/0")]), "::ffff:10.0.0.1"));
        assert!(reach(&rules(vec![net("10.0.0.0/8")]), "::ffff:10.0.0.1"));
    }

    #[test]
    fn a_scoped_address_is_reached_on_its_link_alone() {
        let rules = rules(vec![To::Scoped("fe80::1".parse().unwrap(), 2)]);
        assert!(reach(&rules, "[fe80::1%2]:53"));
        assert!(!reach(&rules, "[fe80::1%3]:53"));
        assert!(!reach(&rules, "[fe80::1]:53"));
        assert!(!reach(&rules, "[fe80::2%2]:53"));
    }

    #[test]
    fn resolvers_are_reached_on_the_rules_port_and_their_own() {
        let mut rules = Rules::default();
        let servers = vec![at("127.0.0.53:53"), at("10.0.0.2:5353"), at("[fe80::5%2]:53")];
        rules.add(Protocol::Udp, To::Resolvers(servers), PortRange::one(53));
        let allow = |protocol, text| rules.allow(protocol, at(text), Act::Reach, &Pins::new());
        assert!(allow(Protocol::Udp, "127.0.0.53:53"));
        assert!(allow(Protocol::Udp, "10.0.0.2:53"));
        assert!(allow(Protocol::Udp, "10.0.0.2:5353"));
        assert!(allow(Protocol::Udp, "[fe80::5%2]:53"));
        assert!(!allow(Protocol::Udp, "[fe80::5%3]:53"));
        assert!(!allow(Protocol::Udp, "127.0.0.53:5353"), "another server's port");
        assert!(!allow(Protocol::Udp, "127.0.0.53:80"));
        assert!(!allow(Protocol::Udp, "127.0.0.1:53"));
        assert!(!allow(Protocol::Tcp, "127.0.0.53:53"));
    }

    #[test]
    fn ports_and_protocols_are_those_of_one_rule() {
        let mut rules = Rules::default();
        rules.add(Protocol::Tcp, net("10.0.0.1/32"), PortRange::one(80));
        rules.add(Protocol::Udp, net("10.0.0.2/32"), PortRange::one(53));
        let allow = |protocol, text| rules.allow(protocol, at(text), Act::Reach, &Pins::new());
        assert!(allow(Protocol::Tcp, "10.0.0.1:80"));
        assert!(!allow(Protocol::Tcp, "10.0.0.1:53"));
        assert!(!allow(Protocol::Tcp, "10.0.0.2:53"));
        assert!(!allow(Protocol::Udp, "10.0.0.1:80"));
        assert!(rules.any(Protocol::Tcp) && rules.any(Protocol::Udp));
    }

    #[test]
    fn a_granted_server_is_heard_from_any_port_and_nobody_else_is() {
        let mut rules = Rules::default();
        rules.add(Protocol::Udp, net("10.0.0.2/32"), PortRange::one(53));
        let hear = |text| rules.allow(Protocol::Udp, at(text), Act::Hear, &Pins::new());
        assert!(hear("10.0.0.2:4444"));
        assert!(!hear("10.0.0.3:53"));
    }

    #[test]
    fn without_rules_nothing_is_allowed() {
        let rules = Rules::default();
        assert!(!reach(&rules, "8.8.8.8"));
        assert!(!rules.any(Protocol::Tcp));
    }
}
