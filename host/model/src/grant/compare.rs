//! What of a declaration a person has to look at: what it asks for beyond another, and whether it could carry away what it reads.

use std::collections::BTreeSet;

use super::{ClusterBound, ClusterName, ClusterNamespace, ConnectBound, FilesBound, GrantRequest, SocketsBound, Where};
use crate::parameter::Host;
use crate::{Capability, CheckDeclaration, CheckName, Declaration, ParameterName};

/// What a check asks for that it did not ask for before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Widening {
    /// The check.
    pub check: CheckName,
    /// Of what.
    pub capability: Capability,
    /// The bounds that are new; none for a capability without bounds.
    pub bounds: Vec<String>,
}

/// A check that may both read of the target and send to where the operator did not point it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposure {
    /// The check.
    pub check: CheckName,
    /// What it may read.
    pub reads: BTreeSet<Capability>,
    /// Whom it may reach, as its declaration has it.
    pub sends: Vec<String>,
}

impl Capability {
    /// Whether it tells of the target what a stranger would not know.
    #[must_use]
    pub fn reveals(self) -> bool {
        match self {
            Self::Files | Self::Processes | Self::NetworkState | Self::Resolver | Self::Cluster => true,
            Self::Sockets | Self::Connect => false,
        }
    }
}

/// What a request covers: its bounds, and for each parameter with defaults these too, because they are the author's and not the operator's choice.
#[must_use]
pub fn reach(check: &CheckDeclaration, request: &GrantRequest) -> BTreeSet<String> {
    let defaults = request.bounds.iter().flat_map(|bound| {
        let names = parameters(request.capability, bound).into_iter();
        names.filter_map(move |name| {
            let chosen = defaults(check, &name);
            (!chosen.is_empty()).then(|| format!("{bound}={}", chosen.join(",")))
        })
    });
    request.bounds.iter().cloned().chain(defaults).collect()
}

/// What `newer` asks for beyond `older`. Bounds are compared as texts: one that is written otherwise counts as new, though it may cover less.
#[must_use]
pub fn widened(older: &Declaration, newer: &Declaration) -> Vec<Widening> {
    let mut widenings = Vec::new();
    for check in &newer.checks {
        let before = older.check(&check.check);
        for request in &check.grants {
            let capability = request.capability;
            let known = before.and_then(|before| {
                let request = before.grants.iter().find(|request| request.capability == capability)?;
                Some(reach(before, request))
            });
            let bounds: Vec<String> = match &known {
                Some(known) => reach(check, request).difference(known).cloned().collect(),
                None => reach(check, request).into_iter().collect(),
            };
            if known.is_none() || !bounds.is_empty() {
                widenings.push(Widening { check: check.check.clone(), capability, bounds });
            }
        }
    }
    widenings
}

/// Whether a check that is granted `allowed` may both read of the target and send beyond what the operator names and the target's own name servers.
#[must_use]
pub fn exposure(check: &CheckDeclaration, allowed: &BTreeSet<Capability>) -> Option<Exposure> {
    let granted = || check.grants.iter().filter(|request| allowed.contains(&request.capability));
    let reads: BTreeSet<Capability> =
        granted().map(|request| request.capability).filter(|capability| capability.reveals()).collect();
    let sends: Vec<String> = granted().flat_map(|request| sends(check, request)).collect();
    (!reads.is_empty() && !sends.is_empty()).then(|| Exposure { check: check.check.clone(), reads, sends })
}

/// The bounds by which a check chooses itself whom it reaches.
fn sends(check: &CheckDeclaration, request: &GrantRequest) -> Vec<String> {
    let chosen = |bound: &str, to: Where| match to {
        Where::Resolvers => None,
        Where::Name(name, _) if name == Host::LOCALHOST => None,
        Where::Parameter(name) => {
            let defaults = defaults(check, &name);
            (!defaults.is_empty()).then(|| format!("{bound}={}", defaults.join(",")))
        }
        Where::Net(..) | Where::Name(..) | Where::Anything(_) => Some(bound.to_owned()),
    };
    request.bounds.iter().filter_map(|bound| chosen(bound, whom(request.capability, bound)?)).collect()
}

/// Whom a bound is about, when it is about whom to reach. What does not parse was refused with the declaration.
fn whom(capability: Capability, bound: &str) -> Option<Where> {
    match capability {
        Capability::Sockets => bound.parse().ok().map(|SocketsBound { to, .. }| to),
        Capability::Connect => bound.parse().ok().map(|ConnectBound { to }| to),
        Capability::Files
        | Capability::Resolver
        | Capability::NetworkState
        | Capability::Processes
        | Capability::Cluster => None,
    }
}

/// The parameters that a bound leaves the choice to.
fn parameters(capability: Capability, bound: &str) -> Vec<ParameterName> {
    match (capability, whom(capability, bound)) {
        (Capability::Files, _) => match bound.parse() {
            Ok(FilesBound::Parameter(name)) => vec![name],
            Ok(FilesBound::Pattern(_)) | Err(_) => Vec::new(),
        },
        (Capability::Cluster, _) => match bound.parse() {
            Ok(ClusterBound::Read { namespace, name, .. }) => {
                let namespace = match namespace {
                    ClusterNamespace::Parameter(name) => Some(name),
                    ClusterNamespace::Target | ClusterNamespace::Any | ClusterNamespace::Literal(_) => None,
                };
                let name = match name {
                    Some(ClusterName::Parameter(name)) => Some(name),
                    Some(ClusterName::Literal(_)) | None => None,
                };
                namespace.into_iter().chain(name).collect()
            }
            Ok(ClusterBound::AtMost { .. }) | Err(_) => Vec::new(),
        },
        (_, Some(Where::Parameter(name))) => vec![name],
        _ => Vec::new(),
    }
}

fn defaults<'a>(check: &'a CheckDeclaration, name: &ParameterName) -> &'a [String] {
    let parameter = check.parameters.iter().find(|parameter| parameter.name == *name);
    parameter.map_or(&[], |parameter| &parameter.default)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declaration(checks: &str) -> Declaration {
        let head = "{\"declaration\":1,\"plugin\":\"p\",\"version\":\"1.0.0\"}\n";
        Declaration::parse(format!("{head}{checks}").as_bytes()).unwrap()
    }

    /// One check with these grants and a parameter `to` with these defaults.
    fn check(grants: &str, default: &str) -> String {
        format!(
            "{{\"check\":\"look\",\"doc\":\"d\",\"parameters\":[{{\"name\":\"to\",\"kind\":\"address\",\"doc\":\"\",\
             \"default\":[{default}]}}],\"grants\":[{grants}]}}\n"
        )
    }

    fn grant(capability: &str, bounds: &str) -> String {
        format!("{{\"capability\":\"{capability}\",\"bounds\":[{bounds}],\"reason\":\"r\"}}")
    }

    fn widenings(older: &str, newer: &str) -> Vec<(Capability, Vec<String>)> {
        let of = |widening: Widening| (widening.capability, widening.bounds);
        widened(&declaration(older), &declaration(newer)).into_iter().map(of).collect()
    }

    #[test]
    fn the_same_or_less_is_not_wider() {
        let two = check(&[grant("files", "\"/a\",\"/b\""), grant("resolver", "")].join(","), "");
        let one = check(&grant("files", "\"/b\""), "");
        assert_eq!(widenings(&two, &two), []);
        assert_eq!(widenings(&two, &one), []);
    }

    #[test]
    fn another_capability_another_bound_and_another_check_are_wider() {
        let files = check(&grant("files", "\"/a\""), "");
        let both = check(&[grant("files", "\"/a\""), grant("resolver", "")].join(","), "");
        assert_eq!(widenings(&files, &both), [(Capability::Resolver, vec![])]);
        let more = check(&grant("files", "\"/a\",\"/b\""), "");
        assert_eq!(widenings(&files, &more), [(Capability::Files, vec!["/b".to_owned()])]);
        let other = format!("{files}{}", files.replace("look", "other"));
        assert_eq!(widenings(&files, &other), [(Capability::Files, vec!["/a".to_owned()])]);
    }

    #[test]
    fn a_default_is_the_author_s_choice_and_a_new_one_is_wider() {
        let grants = grant("sockets", "\"tcp:param:to\"");
        let (without, with) = (check(&grants, ""), check(&grants, "\"198.51.100.1:443\""));
        assert_eq!(
            widenings(&without, &with),
            [(Capability::Sockets, vec!["tcp:param:to=198.51.100.1:443".to_owned()])]
        );
        assert_eq!(widenings(&with, &without), []);
    }

    fn exposed(grants: &[String], default: &str) -> bool {
        let declaration = declaration(&check(&grants.join(","), default));
        exposure(&declaration.checks[0], &BTreeSet::from(Capability::ALL)).is_some()
    }

    #[test]
    fn who_reads_and_reaches_whom_it_likes_is_exposed() {
        for reads in ["files", "resolver", "network-state", "processes", "cluster"] {
            let bounds = match reads {
                "files" => "\"/etc/hosts\"",
                "cluster" => "\"get:Pod:target\"",
                _ => "",
            };
            for to in ["tcp:*", "udp:198.51.100.1", "any:evil.test:443"] {
                assert!(exposed(&[grant(reads, bounds), grant("sockets", &format!("\"{to}\""))], ""), "{reads} {to}");
            }
            assert!(exposed(&[grant(reads, bounds), grant("connect", "\"*\"")], ""), "{reads}");
            let chosen = [grant(reads, bounds), grant("sockets", "\"tcp:param:to\"")];
            assert!(exposed(&chosen, "\"198.51.100.1:443\""), "{reads}: a default is not the operator's");
            assert!(!exposed(&chosen, ""), "{reads}: the operator says whom");
        }
    }

    #[test]
    fn who_only_reads_or_only_sends_is_not() {
        assert!(!exposed(&[grant("sockets", "\"tcp:*\"")], ""));
        assert!(!exposed(&[grant("files", "\"/etc/hosts\"")], ""));
        assert!(!exposed(&[grant("files", "\"/etc/hosts\""), grant("sockets", "\"udp:resolvers\"")], ""));
        assert!(!exposed(&[grant("files", "\"/etc/hosts\""), grant("connect", "\"localhost:80\"")], ""));
    }

    #[test]
    fn what_is_withheld_exposes_nothing() {
        let declaration = declaration(&check(&[grant("resolver", ""), grant("sockets", "\"tcp:*\"")].join(","), ""));
        let allowed = BTreeSet::from([Capability::Sockets]);
        assert_eq!(exposure(&declaration.checks[0], &allowed), None);
    }
}
