//! Whether a concrete grant could come of what a check declares: for whoever is handed both and made neither.

use super::{
    ClusterBound, ClusterGrant, ClusterName, ClusterNamespace, ClusterRule, ConnectBound, FilesBound, Grant,
    GrantRequest, HostRule, NamespaceRule, Protocol, SocketRule, SocketsBound, Where,
};
use crate::PortRange;
use crate::parameter::Host;

impl Grant {
    /// Whether a declaration asks for this with some arguments: of its capability, and each of its bounds within one that is declared.
    /// What the operator gives for a parameter can be any host or path, so a rule that came of one cannot be told further.
    #[must_use]
    pub fn is_asked_for(&self, requests: &[GrantRequest]) -> bool {
        let asked: Vec<&GrantRequest> =
            requests.iter().filter(|request| request.capability == self.capability()).collect();
        let bounds = || asked.iter().flat_map(|request| &request.bounds);
        if asked.is_empty() {
            return false;
        }
        match self {
            Self::Resolver | Self::NetworkState | Self::Processes => true,
            Self::Sockets(grant) => {
                let bounds: Vec<SocketsBound> = bounds().filter_map(|text| text.parse().ok()).collect();
                grant.rules.iter().all(|rule| {
                    bounds
                        .iter()
                        .any(|SocketsBound { protocol, to }| protocol.covers(rule.protocol) && covers(to, rule))
                })
            }
            Self::Connect(grant) => {
                let bounds: Vec<ConnectBound> = bounds().filter_map(|text| text.parse().ok()).collect();
                let within = |rule: &SocketRule| bounds.iter().any(|ConnectBound { to }| covers(to, rule));
                grant.rules.iter().all(|rule| rule.protocol == Protocol::Tcp && within(rule))
            }
            Self::Files(grant) => {
                let bounds: Vec<FilesBound> = bounds().filter_map(|text| text.parse().ok()).collect();
                let within = |path: &String, bound: &FilesBound| match bound {
                    FilesBound::Pattern(pattern) => pattern == path,
                    FilesBound::Parameter(_) => !path.contains('*'),
                };
                grant.patterns.iter().all(|path| bounds.iter().any(|bound| within(path, bound)))
            }
            Self::Cluster(grant) => {
                let bounds: Vec<ClusterBound> = bounds().filter_map(|text| text.parse().ok()).collect();
                grant.rules.iter().all(|rule| bounds.iter().any(|bound| reads(bound, rule)))
                    && is_modest(&bounds, grant)
            }
        }
    }
}

/// Whether a rule of a cluster could come of this bound.
fn reads(bound: &ClusterBound, rule: &ClusterRule) -> bool {
    let ClusterBound::Read { verbs, kind, namespace, name } = bound else { return false };
    let same_namespace = match (namespace, &rule.namespace) {
        (ClusterNamespace::Target, NamespaceRule::Target) | (ClusterNamespace::Any, NamespaceRule::Any) => true,
        (ClusterNamespace::Literal(literal), NamespaceRule::Only(only)) => literal == only,
        // Only a word of the declaration becomes one of the other two.
        (ClusterNamespace::Parameter(_), NamespaceRule::Only(_)) => true,
        _ => false,
    };
    let same_name = match (name, &rule.name) {
        (None, None) | (Some(ClusterName::Parameter(_)), Some(_)) => true,
        (Some(ClusterName::Literal(literal)), Some(only)) => literal == only,
        _ => false,
    };
    *verbs == rule.verbs && *kind == rule.kind && same_namespace && same_name
}

/// Whether it allows no more than is declared; where nothing is, what everybody gets.
fn is_modest(bounds: &[ClusterBound], grant: &ClusterGrant) -> bool {
    let declared = bounds.iter().rev().find_map(|bound| match bound {
        ClusterBound::AtMost { objects, bytes } => Some((*objects, *bytes)),
        ClusterBound::Read { .. } => None,
    });
    let usual = ClusterGrant::default();
    let (objects, bytes) = declared.unwrap_or((usual.objects, usual.bytes));
    grant.objects <= objects && grant.bytes <= bytes
}

/// Whether a rule could come of this bound.
fn covers(bound: &Where, rule: &SocketRule) -> bool {
    let SocketRule { protocol: _, host, ports } = rule;
    match (bound, host) {
        (Where::Resolvers, HostRule::Resolvers) => *ports == PortRange::one(53),
        (Where::Net(net, within), HostRule::Net(host)) => net == host && within == ports,
        (Where::Name(name, within), HostRule::Localhost(host)) => {
            name == Host::LOCALHOST && name == host && within == ports
        }
        (Where::Name(name, within), HostRule::Name(host)) => name == host && within == ports,
        (Where::Anything(within), HostRule::Anything) => within == ports,
        // Only words of the declaration become these two.
        (Where::Parameter(_), host) => !matches!(host, HostRule::Resolvers | HostRule::Anything),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::grant::{ClusterVerb, FilesGrant, SocketsGrant};
    use crate::{Capability, CheckDeclaration, Declaration, effective, parse_arguments};

    fn check(grants: &str) -> CheckDeclaration {
        let text = format!(
            "{{\"declaration\":1,\"plugin\":\"p\",\"version\":\"1.0.0\"}}\n{{\"check\":\"c\",\"doc\":\"Looks.\",\
             \"parameters\":[{{\"name\":\"to\",\"kind\":\"endpoint\",\"doc\":\"Whom.\",\"repeated\":true}},\
             {{\"name\":\"path\",\"kind\":\"string\",\"doc\":\"What.\"}}],\"grants\":[{grants}]}}\n"
        );
        Declaration::parse(text.as_bytes()).unwrap().checks[0].clone()
    }

    fn grant(capability: &str, bounds: &str) -> String {
        format!("{{\"capability\":\"{capability}\",\"bounds\":[{bounds}],\"reason\":\"r\"}}")
    }

    fn sockets(protocol: Protocol, host: HostRule, ports: PortRange) -> Grant {
        Grant::Sockets(SocketsGrant { rules: vec![SocketRule { protocol, host, ports }] })
    }

    #[test]
    fn whatever_a_check_is_granted_is_asked_for() {
        let all = [
            grant(
                "sockets",
                "\"udp:resolvers\",\"any:param:to\",\"tcp:localhost:80\",\"tcp:10.0.0.0/8:1-9\",\"tcp:*:443\"",
            ),
            grant("connect", "\"param:to\",\"db.test:5432\""),
            grant("files", "\"/etc/*.conf\",\"param:path\""),
            grant(
                "cluster",
                "\"get,list:Pod:target\",\"get:Pod:param:path/param:path\",\"list:Node:*\",\"at-most:5:1KiB\"",
            ),
            "{\"capability\":\"resolver\",\"reason\":\"r\"}".to_owned(),
        ];
        let check = check(&all.join(","));
        let typed = [("to", "db.test:1-9"), ("to", "[fe80::1%lo]:7"), ("to", "localhost:1"), ("path", "/etc/hosts")];
        let typed: Vec<_> = typed.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let arguments = parse_arguments(&check.parameters, &typed, &mut |_| unreachable!()).unwrap();
        let every = BTreeSet::from(Capability::ALL);
        let given = effective(&check, &every, &every, &arguments).unwrap().grants;
        assert_eq!(given.len(), 5);
        for grant in given {
            assert!(grant.is_asked_for(&check.grants), "{grant:?}");
        }
    }

    #[test]
    fn what_goes_beyond_a_declaration_is_not_asked_for() {
        let check = check(
            &[
                grant("sockets", "\"udp:resolvers\",\"tcp:10.0.0.0/8:1-9\""),
                grant("files", "\"/etc/hosts\""),
                grant("cluster", "\"get:Pod:target\",\"get:Pod:shop/param:path\""),
            ]
            .join(","),
        );
        let pods = |verb, namespace, name: Option<&str>, objects| {
            let rule = ClusterRule {
                verbs: std::collections::BTreeSet::from([verb]),
                kind: "Pod".parse().unwrap(),
                namespace,
                name: name.map(str::to_owned),
            };
            Grant::Cluster(ClusterGrant { rules: vec![rule], objects, ..ClusterGrant::default() })
        };
        let shop = || NamespaceRule::Only("shop".to_owned());
        assert!(pods(ClusterVerb::Get, shop(), Some("cart"), 1).is_asked_for(&check.grants));
        let files = |path: &str| Grant::Files(FilesGrant { patterns: vec![path.to_owned()] });
        let net = |text: &str| HostRule::Net(text.parse().unwrap());
        let beyond = [
            Grant::Resolver,
            Grant::Processes,
            Grant::Connect(SocketsGrant::default()),
            pods(ClusterVerb::List, NamespaceRule::Target, None, 1),
            pods(ClusterVerb::Get, NamespaceRule::Any, None, 1),
            pods(ClusterVerb::Get, shop(), None, 1),
            pods(ClusterVerb::Get, NamespaceRule::Target, None, 1_001),
            files("/etc/shadow"),
            files("/**"),
            sockets(Protocol::Tcp, HostRule::Resolvers, PortRange::one(53)),
            sockets(Protocol::Udp, HostRule::Resolvers, PortRange::ALL),
            sockets(Protocol::Any, net("10.0.0.0/8"), PortRange::one(5)),
            sockets(Protocol::Tcp, net("0.0.0.0/0"), "1-9".parse().unwrap()),
            sockets(Protocol::Tcp, HostRule::Anything, PortRange::ALL),
            sockets(Protocol::Tcp, HostRule::Name("db.test".to_owned()), PortRange::ALL),
        ];
        for grant in beyond {
            assert!(!grant.is_asked_for(&check.grants), "{grant:?}");
        }
    }
}
