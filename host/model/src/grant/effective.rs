//! From what was asked to what is given.

use std::collections::BTreeSet;
use std::fmt;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::{BoundError, ClusterGrant, ConnectBound, FilesBound, GrantRequest, Protocol, SocketsBound, Where, cluster};
use crate::parameter::{Arguments, Host, Hosts, Value};
use crate::{Capability, Cell, CheckDeclaration, PortRange};

/// What one run of a check may use.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Effective {
    /// What is given.
    pub grants: Vec<Grant>,
    /// What was asked for, could be left out, and was.
    pub withheld: Vec<Withheld>,
}

/// One given grant with its bounds made concrete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Grant {
    /// Whom it may reach.
    Sockets(SocketsGrant),
    /// The resolver configuration.
    Resolver,
    /// Which files it may read.
    Files(FilesGrant),
    /// Whom it may connect to in batches; each rule is for TCP.
    Connect(SocketsGrant),
    /// Sockets, interfaces, addresses, routes, neighbours.
    NetworkState,
    /// The processes and the sockets they hold.
    Processes,
    /// What of the cluster's API it may read.
    Cluster(ClusterGrant),
}

impl Grant {
    /// What it is a grant of.
    #[must_use]
    pub fn capability(&self) -> Capability {
        match self {
            Self::Sockets(_) => Capability::Sockets,
            Self::Resolver => Capability::Resolver,
            Self::Files(_) => Capability::Files,
            Self::Connect(_) => Capability::Connect,
            Self::NetworkState => Capability::NetworkState,
            Self::Processes => Capability::Processes,
            Self::Cluster(_) => Capability::Cluster,
        }
    }
}

/// Whom a check may reach: what no rule covers is refused.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SocketsGrant {
    /// The rules; one that covers is enough.
    pub rules: Vec<SocketRule>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SocketRule {
    /// By which protocol.
    pub protocol: Protocol,
    /// Whom.
    pub host: HostRule,
    /// On which ports.
    pub ports: PortRange,
}

/// The host part of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum HostRule {
    /// The target's configured name servers, whichever they are.
    Resolvers,
    /// The addresses of a network, also special ones: they were named.
    Net(IpNet),
    /// One link-local address on one link.
    Scoped(std::net::Ipv6Addr, String),
    /// The addresses that the target's resolver gave for the name in this run, unless they are special.
    Name(String),
    /// A name that always means this machine: 127.0.0.1 and ::1, never asked of a resolver. Source: RFC 6761 6.3.
    Localhost(String),
    /// Any address that is not special.
    Anything,
}

/// Which files a check may read; the deny list is the host's and above this.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FilesGrant {
    /// Absolute patterns: `*` any part of one name, `**` any number of folders.
    pub patterns: Vec<String>,
}

/// A grant that was asked for and not given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withheld {
    /// Of which capability.
    pub capability: Capability,
    /// By whom.
    pub by: Withholder,
}

/// Who withheld a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Withholder {
    /// Whoever consented when the plugin was added, or this run's `--deny`.
    Operator,
    /// The ceiling in its vendor's root, or in the one that the site approved.
    Vendor,
    /// The site's policy, or the user's.
    Policy,
}

/// Who has a say in what a check gets, besides itself.
pub trait Allows {
    /// Who withholds a capability; none when all allow it.
    fn withholder(&self, capability: Capability) -> Option<Withholder>;
}

/// The operator's word alone.
impl Allows for BTreeSet<Capability> {
    fn withholder(&self, capability: Capability) -> Option<Withholder> {
        (!self.contains(&capability)).then_some(Withholder::Operator)
    }
}

/// What each of those allows who have a say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// By consent, and by this run's `--deny`.
    pub operator: BTreeSet<Capability>,
    /// By the vendor's ceiling.
    pub vendor: BTreeSet<Capability>,
    /// By the policy.
    pub policy: BTreeSet<Capability>,
}

impl Allowed {
    /// What all of them allow.
    #[must_use]
    pub fn by_all(&self) -> BTreeSet<Capability> {
        Capability::ALL.into_iter().filter(|capability| self.withholder(*capability).is_none()).collect()
    }
}

impl Allows for Allowed {
    /// Where several withhold, the one whom the operator can do least about.
    fn withholder(&self, capability: Capability) -> Option<Withholder> {
        let Self { operator, vendor, policy } = self;
        [(vendor, Withholder::Vendor), (policy, Withholder::Policy), (operator, Withholder::Operator)]
            .into_iter()
            .find_map(|(allowed, by)| (!allowed.contains(&capability)).then_some(by))
    }
}

impl fmt::Display for Withholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Operator => "withheld by the operator",
            Self::Vendor => "above its vendor's ceiling",
            Self::Policy => "not granted by this site's policy",
        })
    }
}

/// Why a check gets no effective grant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// It cannot do without what it does not get.
    #[error("the check `{check}` cannot do without `{capability}`, which is {by}")]
    RequiredWithheld {
        /// The check.
        check: String,
        /// The capability.
        capability: Capability,
        /// By whom.
        by: Withholder,
    },
    /// A bound makes no sense; refused with the declaration already, so a fault of dbg's own here.
    #[error("the check `{check}` asks for `{capability}`: {cause}")]
    Bound {
        /// The check.
        check: String,
        /// The capability.
        capability: Capability,
        /// Why.
        cause: BoundError,
    },
}

impl GrantError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::RequiredWithheld { capability, by: Withholder::Operator, .. } => Some(format!(
                "run it without `--deny {capability}`; what was withheld for good, `dbg plugin grant PLUGIN --give {capability}` gives"
            )),
            Self::RequiredWithheld { by: Withholder::Vendor, .. } => {
                Some("its vendor must sign a root with a higher ceiling, which `dbg trust rotate` takes in".to_owned())
            }
            Self::RequiredWithheld { by: Withholder::Policy, .. } => {
                Some("whoever decides for this site may add it to `[grants] most` in the policy".to_owned())
            }
            Self::Bound { .. } => None,
        }
    }
}

/// Effective = what the component imports ∩ what its declaration asks for ∩ what everybody allows who has a say, with every `param:` made concrete.
/// A capability that is declared and not imported is not given: nothing could use it.
pub fn effective(
    check: &CheckDeclaration,
    imports: &BTreeSet<Capability>,
    allowed: &impl Allows,
    arguments: &Arguments,
) -> Result<Effective, GrantError> {
    let mut effective = Effective::default();
    for request in check.grants.iter().filter(|request| imports.contains(&request.capability)) {
        let capability = request.capability;
        match allowed.withholder(capability) {
            None => {
                let grant = concrete(request, arguments).map_err(|cause| GrantError::Bound {
                    check: check.check.to_string(),
                    capability,
                    cause,
                })?;
                effective.grants.push(grant);
            }
            Some(by) if request.required => {
                return Err(GrantError::RequiredWithheld { check: check.check.to_string(), capability, by });
            }
            Some(by) => effective.withheld.push(Withheld { capability, by }),
        }
    }
    Ok(effective)
}

fn concrete(request: &GrantRequest, arguments: &Arguments) -> Result<Grant, BoundError> {
    Ok(match request.capability {
        Capability::Resolver => Grant::Resolver,
        Capability::NetworkState => Grant::NetworkState,
        Capability::Processes => Grant::Processes,
        Capability::Sockets => {
            let mut rules = Vec::new();
            for text in &request.bounds {
                let SocketsBound { protocol, to } = text.parse()?;
                rules.extend(concrete_rules(protocol, to, arguments));
            }
            Grant::Sockets(SocketsGrant { rules })
        }
        Capability::Connect => {
            let mut rules = Vec::new();
            for text in &request.bounds {
                let ConnectBound { to } = text.parse()?;
                rules.extend(concrete_rules(Protocol::Tcp, to, arguments));
            }
            Grant::Connect(SocketsGrant { rules })
        }
        Capability::Files => {
            let mut grant = FilesGrant::default();
            for text in &request.bounds {
                match text.parse()? {
                    FilesBound::Pattern(pattern) => grant.patterns.push(pattern),
                    FilesBound::Parameter(name) => {
                        grant.patterns.extend(arguments.get(&name).iter().filter_map(value_path))
                    }
                }
            }
            Grant::Files(grant)
        }
        Capability::Cluster => Grant::Cluster(cluster::concrete(&request.bounds, arguments)?),
    })
}

/// The rules that one bound stands for.
fn concrete_rules(protocol: Protocol, to: Where, arguments: &Arguments) -> Vec<SocketRule> {
    let rule = |(host, ports)| SocketRule { protocol, host, ports };
    match to {
        Where::Resolvers => vec![rule((HostRule::Resolvers, PortRange::one(53)))],
        Where::Net(net, ports) => vec![rule((HostRule::Net(net), ports))],
        // Who reads `localhost` in a declaration knows what it is; below `.localhost` it could be overlooked.
        Where::Name(name, ports) if name == Host::LOCALHOST => vec![rule((HostRule::Localhost(name), ports))],
        Where::Name(name, ports) => vec![rule((HostRule::Name(name), ports))],
        Where::Anything(ports) => vec![rule((HostRule::Anything, ports))],
        Where::Parameter(name) => arguments.get(&name).iter().flat_map(value_hosts).map(rule).collect(),
    }
}

/// The hosts that an operator named by giving a value.
fn value_hosts(value: &Value) -> Vec<(HostRule, PortRange)> {
    match value {
        Value::Address(address) => {
            vec![(host_rule(&address.host), address.port.map_or(PortRange::ALL, PortRange::one))]
        }
        Value::AddressRange(range) => {
            range.networks().into_iter().map(|net| (HostRule::Net(net), PortRange::ALL)).collect()
        }
        Value::Endpoint(endpoint) => match &endpoint.hosts {
            Hosts::One(host) => vec![(host_rule(host), endpoint.ports)],
            Hosts::Range(range) => {
                range.networks().into_iter().map(|net| (HostRule::Net(net), endpoint.ports)).collect()
            }
        },
        _ => Vec::new(),
    }
}

fn host_rule(host: &Host) -> HostRule {
    match host {
        Host::Ip(ip) => HostRule::Net(IpNet::from(*ip)),
        Host::Scoped(ip, zone) => HostRule::Scoped(*ip, zone.clone()),
        Host::Name(name) if host.is_localhost() => HostRule::Localhost(name.clone()),
        Host::Name(name) => HostRule::Name(name.clone()),
    }
}

/// The path that an operator named; only an absolute and plain one counts, and its `*` is no pattern.
fn value_path(value: &Value) -> Option<String> {
    match value {
        Value::Text(path) if !path.contains('*') && path.parse::<FilesBound>().is_ok() => Some(path.clone()),
        _ => None,
    }
}

impl Effective {
    /// The rules for sockets, when any were given.
    #[must_use]
    pub fn sockets(&self) -> Option<&SocketsGrant> {
        self.grants.iter().find_map(|grant| match grant {
            Grant::Sockets(sockets) => Some(sockets),
            _ => None,
        })
    }

    /// Whether the resolver configuration may be read.
    #[must_use]
    pub fn resolver(&self) -> bool {
        self.grants.contains(&Grant::Resolver)
    }

    /// The rules for batches of connects, when any were given.
    #[must_use]
    pub fn connect(&self) -> Option<&SocketsGrant> {
        self.grants.iter().find_map(|grant| match grant {
            Grant::Connect(connect) => Some(connect),
            _ => None,
        })
    }

    /// Whether the state of the network may be read.
    #[must_use]
    pub fn network_state(&self) -> bool {
        self.grants.contains(&Grant::NetworkState)
    }

    /// Whether the processes may be read.
    #[must_use]
    pub fn processes(&self) -> bool {
        self.grants.contains(&Grant::Processes)
    }

    /// What of the cluster may be read, when anything was given.
    #[must_use]
    pub fn cluster(&self) -> Option<&ClusterGrant> {
        self.grants.iter().find_map(|grant| match grant {
            Grant::Cluster(cluster) => Some(cluster),
            _ => None,
        })
    }

    /// The readable files, when any were given.
    #[must_use]
    pub fn files(&self) -> Option<&FilesGrant> {
        self.grants.iter().find_map(|grant| match grant {
            Grant::Files(files) => Some(files),
            _ => None,
        })
    }
}

impl fmt::Display for SocketRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { protocol, host, ports } = self;
        match host {
            HostRule::Resolvers => write!(f, "{protocol} to the configured name servers")?,
            HostRule::Net(net) if net.prefix_len() == net.max_prefix_len() => {
                write!(f, "{protocol} to {}", net.addr())?
            }
            HostRule::Net(net) => write!(f, "{protocol} to {net}")?,
            HostRule::Scoped(ip, zone) => write!(f, "{protocol} to {ip}%{zone}")?,
            HostRule::Name(name) => write!(f, "{protocol} to {}", Cell(name))?,
            HostRule::Localhost(name) => write!(f, "{protocol} to {} (the target itself)", Cell(name))?,
            HostRule::Anything => write!(f, "{protocol} to any address that is not special")?,
        }
        match *ports {
            PortRange::ALL => Ok(()),
            ports => write!(f, " port {ports}"),
        }
    }
}

impl FilesGrant {
    /// Whether the absolute, resolved `path` falls under one of the patterns.
    #[must_use]
    pub fn covers(&self, path: &str) -> bool {
        let path: Vec<&str> = path.split('/').skip(1).collect();
        self.patterns.iter().any(|pattern| {
            let pattern: Vec<&str> = pattern.split('/').skip(1).collect();
            covers_parts(&pattern, &path)
        })
    }
}

/// Walks both from the front; `**` is the only place to come back to, and the last of them is enough.
fn covers_parts(pattern: &[&str], path: &[&str]) -> bool {
    walk(pattern, path, |part| *part == "**", |part, name| covers_name(part, name))
}

/// As [`covers_parts`], for the characters of one name and `*`.
fn covers_name(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    walk(&pattern, &name, |c| *c == '*', |a, b| a == b)
}

/// Matching with a wildcard for any number of items, in at most `pattern × items` steps and without recursion.
fn walk<P, T>(pattern: &[P], items: &[T], is_wild: impl Fn(&P) -> bool, same: impl Fn(&P, &T) -> bool) -> bool {
    let (mut at, mut item, mut retry) = (0, 0, None);
    while let Some(current) = items.get(item) {
        match pattern.get(at) {
            Some(part) if is_wild(part) => {
                at += 1;
                retry = Some((at, item));
            }
            Some(part) if same(part, current) => {
                at += 1;
                item += 1;
            }
            _ => match retry {
                Some((after, taken)) => {
                    retry = Some((after, taken + 1));
                    at = after;
                    item = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(at).all(is_wild)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Redacted, parse_arguments};

    const CHECK: &str = r#"{"check":"x","doc":"d","parameters":[
        {"name":"server","kind":"address","doc":"","repeated":true,"default_port":53},
        {"name":"log","kind":"string","doc":""}],
        "grants":[
        {"capability":"sockets","bounds":["udp:param:server","udp:resolvers"],"reason":"r"},
        {"capability":"files","bounds":["/etc/*.conf","param:log"],"required":false,"reason":"r"}]}"#;

    fn compute(typed: &[(&str, &str)], allowed: &[Capability]) -> Result<Effective, GrantError> {
        let check: CheckDeclaration = serde_json::from_str(CHECK).unwrap();
        let typed: Vec<_> = typed.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        let arguments = parse_arguments(&check.parameters, &typed, &mut |_| Ok(Redacted::new(String::new()))).unwrap();
        let imports = BTreeSet::from([Capability::Sockets, Capability::Files]);
        effective(&check, &imports, &allowed.iter().copied().collect::<BTreeSet<_>>(), &arguments)
    }

    #[test]
    fn a_parameter_bound_covers_just_what_the_operator_gave() {
        let effective = compute(&[("server", "10.0.0.1:5353")], &Capability::ALL).unwrap();
        let rules = &effective.sockets().unwrap().rules;
        assert_eq!(rules.len(), 2);
        assert_eq!(rules[0].host, HostRule::Net("10.0.0.1/32".parse().unwrap()));
        assert_eq!(rules[0].ports, PortRange::one(5353));
        assert!(compute(&[], &Capability::ALL).unwrap().sockets().unwrap().rules.len() == 1);
    }

    #[test]
    fn an_endpoint_bound_covers_its_hosts_on_its_ports_by_tcp() {
        let check: CheckDeclaration = serde_json::from_str(
            r#"{"check":"x","doc":"d","parameters":[{"name":"to","kind":"endpoint","doc":"","repeated":true}],
                "grants":[{"capability":"connect","bounds":["param:to"],"reason":"r"}]}"#,
        )
        .unwrap();
        let typed = [("to".to_owned(), "db:5432,10.0.0.5-10.0.0.6:1-9,127.0.0.1:80".to_owned())];
        let arguments = parse_arguments(&check.parameters, &typed, &mut |_| Ok(Redacted::new(String::new()))).unwrap();
        let both = BTreeSet::from([Capability::Connect]);
        let effective = effective(&check, &both, &both, &arguments).unwrap();
        let rules: Vec<String> = effective.connect().unwrap().rules.iter().map(ToString::to_string).collect();
        assert_eq!(
            rules,
            ["tcp to db port 5432", "tcp to 10.0.0.5 port 1-9", "tcp to 10.0.0.6 port 1-9", "tcp to 127.0.0.1 port 80"]
        );
        assert!(effective.sockets().is_none());
    }

    /// What the operator typed stands as an address would; a declaration says it outright or not at all.
    #[test]
    fn localhost_is_the_target_itself_and_no_other_name_is() {
        let check: CheckDeclaration = serde_json::from_str(
            r#"{"check":"x","doc":"d","parameters":[{"name":"to","kind":"endpoint","doc":"","repeated":true}],
                "grants":[{"capability":"connect",
                "bounds":["param:to","localhost:1","db.localhost:2","localhost.test:3","notlocalhost:4"],"reason":"r"}]}"#,
        )
        .unwrap();
        let typed = [("to".to_owned(), "LocalHost.:5,db.localhost:6,localhost.test:7".to_owned())];
        let arguments = parse_arguments(&check.parameters, &typed, &mut |_| Ok(Redacted::new(String::new()))).unwrap();
        let both = BTreeSet::from([Capability::Connect]);
        let effective = effective(&check, &both, &both, &arguments).unwrap();
        let rules = effective.connect().unwrap().rules.iter();
        let local: Vec<PortRange> =
            rules.filter(|rule| matches!(rule.host, HostRule::Localhost(_))).map(|rule| rule.ports).collect();
        assert_eq!(local, [5, 6, 1].map(PortRange::one));
    }

    #[test]
    fn an_optional_grant_is_withheld_and_a_required_one_is_an_error() {
        let effective = compute(&[], &[Capability::Sockets]).unwrap();
        assert!(effective.files().is_none());
        assert_eq!(effective.withheld.len(), 1);
        assert!(matches!(
            compute(&[], &[Capability::Files]),
            Err(GrantError::RequiredWithheld { capability: Capability::Sockets, .. })
        ));
    }

    #[test]
    fn nobody_is_given_what_the_vendor_the_policy_or_the_operator_does_not_allow_and_the_withholder_is_named() {
        let check: CheckDeclaration = serde_json::from_str(CHECK).unwrap();
        let arguments = parse_arguments(&check.parameters, &[], &mut |_| Ok(Redacted::new(String::new()))).unwrap();
        let imports = BTreeSet::from([Capability::Sockets, Capability::Files]);
        let all = BTreeSet::from(Capability::ALL);
        let sockets = BTreeSet::from([Capability::Sockets]);
        let allowed = |operator: &BTreeSet<_>, vendor: &BTreeSet<_>, policy: &BTreeSet<_>| Allowed {
            operator: operator.clone(),
            vendor: vendor.clone(),
            policy: policy.clone(),
        };
        for (allowed, by) in [
            (allowed(&sockets, &all, &all), Withholder::Operator),
            (allowed(&all, &sockets, &all), Withholder::Vendor),
            (allowed(&all, &all, &sockets), Withholder::Policy),
            (allowed(&sockets, &sockets, &sockets), Withholder::Vendor),
        ] {
            let effective = effective(&check, &imports, &allowed, &arguments).unwrap();
            assert_eq!(effective.withheld, [Withheld { capability: Capability::Files, by }]);
            assert!(effective.files().is_none() && effective.sockets().is_some());
        }
        let none = allowed(&all, &BTreeSet::new(), &all);
        let error = super::effective(&check, &imports, &none, &arguments).unwrap_err();
        assert!(matches!(error, GrantError::RequiredWithheld { by: Withholder::Vendor, .. }), "{error:?}");
        assert_eq!(allowed(&all, &sockets, &all).by_all(), sockets);
    }

    #[test]
    fn a_path_with_a_star_typed_as_a_value_is_not_a_pattern() {
        let effective = compute(&[("log", "/var/log/**")], &Capability::ALL).unwrap();
        assert_eq!(effective.files().unwrap().patterns, ["/etc/*.conf"]);
    }

    #[test]
    fn patterns_stay_within_a_name_unless_they_have_two_stars() {
        let grant = |pattern: &str| FilesGrant { patterns: vec![pattern.to_owned()] };
        assert!(grant("/etc/*.conf").covers("/etc/resolv.conf"));
        assert!(!grant("/etc/*.conf").covers("/etc/a/resolv.conf"));
        assert!(grant("/var/log/**").covers("/var/log/a/b/c.log"));
        assert!(grant("/**/x").covers("/x"));
        assert!(!grant("/var/log").covers("/var/log/a"));
        assert!(!grant("/etc/resolv.conf").covers("/etc/resolv.conf.bak"));
    }

    #[test]
    fn a_pattern_made_to_explode_is_answered_at_once() {
        let grant = FilesGrant { patterns: vec![format!("/{}b", "*a".repeat(500))] };
        assert!(!grant.covers(&format!("/{}", "a".repeat(2000))));
    }
}
