//! What of a cluster's API a check may read: verbs, kinds, namespaces, names, and how much.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::BoundError;
use crate::parameter::{Arguments, Value};
use crate::{ParameterName, format_size, parse_size};

/// Objects that one run may read, where the declaration does not say.
const OBJECTS: u32 = 1_000;
/// Bytes that one run may read, where the declaration does not say.
const BYTES: u64 = 8 << 20;
/// What no declaration exceeds.
const MOST_OBJECTS: u32 = 10_000;
/// What no declaration exceeds.
const MOST_BYTES: u64 = 64 << 20;

/// How something is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ClusterVerb {
    /// One object by its name.
    Get,
    /// Objects by selectors.
    List,
    /// What a container of a pod has written.
    Logs,
}

/// A kind of object: `Pod`, `Deployment.apps`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClusterKind {
    kind: String,
    group: String,
}

/// One bound of a grant of `cluster`, as declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClusterBound {
    /// `<verbs>:<kind>:<where>`.
    Read {
        /// How.
        verbs: BTreeSet<ClusterVerb>,
        /// What.
        kind: ClusterKind,
        /// Where.
        namespace: ClusterNamespace,
        /// Only the object of this name.
        name: Option<ClusterName>,
    },
    /// `at-most:<objects>:<size>`.
    AtMost {
        /// Objects of one run.
        objects: u32,
        /// Bytes of one run.
        bytes: u64,
    },
}

/// In which namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClusterNamespace {
    /// `target`: the one that the target is in.
    Target,
    /// `*`: all, and what is in none.
    Any,
    /// The one that the operator gives for a parameter.
    Parameter(ParameterName),
    /// Its name.
    Literal(String),
}

/// The name of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClusterName {
    /// What the operator gives for a parameter.
    Parameter(ParameterName),
    /// The name.
    Literal(String),
}

/// What one run may read of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterGrant {
    /// The rules; one that covers is enough.
    pub rules: Vec<ClusterRule>,
    /// Objects of all reads together.
    pub objects: u32,
    /// Bytes of all reads together.
    pub bytes: u64,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterRule {
    /// How.
    pub verbs: BTreeSet<ClusterVerb>,
    /// What.
    pub kind: ClusterKind,
    /// Where.
    pub namespace: NamespaceRule,
    /// Only the object of this name.
    pub name: Option<String>,
}

/// The namespace of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum NamespaceRule {
    /// The one that the target is in, whichever that is.
    Target,
    /// This one.
    Only(String),
    /// All, and what is in none.
    Any,
}

/// What somebody wants to read.
#[derive(Debug, Clone, Copy)]
pub struct ClusterRead<'a> {
    /// How.
    pub verb: ClusterVerb,
    /// What.
    pub kind: &'a ClusterKind,
    /// Where; empty for all namespaces, or for what is in none.
    pub namespace: &'a str,
    /// Which; none for a list.
    pub name: Option<&'a str>,
}

impl ClusterKind {
    /// The kind alone.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Its group; empty for the core group.
    #[must_use]
    pub fn group(&self) -> &str {
        &self.group
    }

    /// Whether its objects are secrets, which nobody reads.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.kind.eq_ignore_ascii_case("secret")
    }
}

impl FromStr for ClusterKind {
    type Err = BoundError;

    fn from_str(text: &str) -> Result<Self, BoundError> {
        let (kind, group) = text.split_once('.').unwrap_or((text, ""));
        let is_kind = kind.starts_with(|c: char| c.is_ascii_uppercase())
            && kind.len() <= 63
            && kind.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if is_kind
            && (group.is_empty() != text.contains('.'))
            && (group.is_empty() || group.len() <= 253 && group.split('.').all(is_namespace))
        {
            Ok(Self { kind: kind.to_owned(), group: group.to_owned() })
        } else {
            Err(BoundError::cluster(text))
        }
    }
}

impl fmt::Display for ClusterKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, group } = self;
        if group.is_empty() { f.pad(kind) } else { f.pad(&format!("{kind}.{group}")) }
    }
}

impl From<ClusterKind> for String {
    fn from(kind: ClusterKind) -> Self {
        kind.to_string()
    }
}

impl TryFrom<String> for ClusterKind {
    type Error = BoundError;

    fn try_from(text: String) -> Result<Self, BoundError> {
        text.parse()
    }
}

impl fmt::Display for ClusterVerb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Get => "get",
            Self::List => "list",
            Self::Logs => "logs",
        })
    }
}

impl FromStr for ClusterBound {
    type Err = BoundError;

    fn from_str(text: &str) -> Result<Self, BoundError> {
        let error = || BoundError::cluster(text);
        let mut parts = text.splitn(3, ':');
        let (Some(first), Some(second), Some(third)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(error());
        };
        if first == "at-most" {
            let objects = second.parse().ok().filter(|count| (1..=MOST_OBJECTS).contains(count));
            let bytes = parse_size(third).ok().filter(|bytes| (1..=MOST_BYTES).contains(bytes));
            return Ok(Self::AtMost { objects: objects.ok_or_else(error)?, bytes: bytes.ok_or_else(error)? });
        }
        let verb = |word: &str| match word {
            "get" => Ok(ClusterVerb::Get),
            "list" => Ok(ClusterVerb::List),
            "logs" => Ok(ClusterVerb::Logs),
            _ => Err(error()),
        };
        let verbs: BTreeSet<ClusterVerb> = first.split(',').map(verb).collect::<Result<_, _>>()?;
        let kind: ClusterKind = second.parse().map_err(|_| error())?;
        let (namespace, name) = match third.split_once('/') {
            Some((namespace, name)) => (namespace, Some(name)),
            None => (third, None),
        };
        let namespace = match namespace {
            "target" => ClusterNamespace::Target,
            "*" => ClusterNamespace::Any,
            other => match other.strip_prefix("param:") {
                Some(name) => ClusterNamespace::Parameter(name.parse().map_err(|_| error())?),
                None if is_namespace(other) => ClusterNamespace::Literal(other.to_owned()),
                None => return Err(error()),
            },
        };
        let name = match name {
            None => None,
            Some(name) => Some(match name.strip_prefix("param:") {
                Some(name) => ClusterName::Parameter(name.parse().map_err(|_| error())?),
                None if is_object_name(name) => ClusterName::Literal(name.to_owned()),
                None => return Err(error()),
            }),
        };
        let lists_one = name.is_some() && verbs.contains(&ClusterVerb::List);
        let logs_others = verbs.contains(&ClusterVerb::Logs) && kind.to_string() != "Pod";
        if kind.is_secret() {
            return Err(BoundError::Secrets);
        }
        if lists_one || logs_others {
            return Err(error());
        }
        Ok(Self::Read { verbs, kind, namespace, name })
    }
}

/// What bounds stand for with these arguments. A value that is no name stands for nothing.
pub(super) fn concrete(bounds: &[String], arguments: &Arguments) -> Result<ClusterGrant, BoundError> {
    let given = |name: &ParameterName, is_one: fn(&str) -> bool| -> Vec<String> {
        let texts = arguments.get(name).iter().filter_map(|value| match value {
            Value::Text(text) if is_one(text) => Some(text.clone()),
            _ => None,
        });
        texts.collect()
    };
    let mut grant = ClusterGrant::default();
    for text in bounds {
        let (verbs, kind, namespace, name) = match text.parse()? {
            ClusterBound::AtMost { objects, bytes } => {
                (grant.objects, grant.bytes) = (objects, bytes);
                continue;
            }
            ClusterBound::Read { verbs, kind, namespace, name } => (verbs, kind, namespace, name),
        };
        let namespaces = match namespace {
            ClusterNamespace::Target => vec![NamespaceRule::Target],
            ClusterNamespace::Any => vec![NamespaceRule::Any],
            ClusterNamespace::Literal(name) => vec![NamespaceRule::Only(name)],
            ClusterNamespace::Parameter(name) => {
                given(&name, is_namespace).into_iter().map(NamespaceRule::Only).collect()
            }
        };
        let names = match name {
            None => vec![None],
            Some(ClusterName::Literal(name)) => vec![Some(name)],
            Some(ClusterName::Parameter(name)) => given(&name, is_object_name).into_iter().map(Some).collect(),
        };
        for namespace in namespaces {
            let rule = |name: &Option<String>| ClusterRule {
                verbs: verbs.clone(),
                kind: kind.clone(),
                namespace: namespace.clone(),
                name: name.clone(),
            };
            grant.rules.extend(names.iter().map(rule));
        }
    }
    Ok(grant)
}

/// A label of DNS, as namespaces are named. Source: RFC 1123.
#[must_use]
pub fn is_namespace(text: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&text.len()) && text.bytes().all(inside) && !text.starts_with('-') && !text.ends_with('-')
}

/// What names an object within a path: at most 253 bytes without what a path is made of. Source: Kubernetes object names.
#[must_use]
pub fn is_object_name(text: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b':' | b'_');
    (1..=253).contains(&text.len()) && text.bytes().all(inside) && text != "." && text != ".."
}

impl Default for ClusterGrant {
    fn default() -> Self {
        Self { rules: Vec::new(), objects: OBJECTS, bytes: BYTES }
    }
}

impl ClusterGrant {
    /// Whether it may be read, by a run whose target is in the namespace `target`. Secrets never may.
    #[must_use]
    pub fn covers(&self, read: &ClusterRead<'_>, target: &str) -> bool {
        self.rules.iter().any(|rule| rule.covers(read, target))
    }

    /// Whether the object is granted by its name, and with it what only a named object shows.
    #[must_use]
    pub fn names(&self, read: &ClusterRead<'_>, target: &str) -> bool {
        self.rules.iter().any(|rule| rule.name.is_some() && rule.covers(read, target))
    }

    /// The namespaces in which a kind may be listed; the empty one stands for all. None when it may not.
    #[must_use]
    pub fn listed(&self, kind: &ClusterKind, target: &str) -> Vec<String> {
        let rules = self.rules.iter().filter(|rule| rule.kind == *kind && rule.verbs.contains(&ClusterVerb::List));
        let mut namespaces = BTreeSet::new();
        for rule in rules {
            match &rule.namespace {
                NamespaceRule::Any => return vec![String::new()],
                NamespaceRule::Target => namespaces.insert(target.to_owned()),
                NamespaceRule::Only(namespace) => namespaces.insert(namespace.clone()),
            };
        }
        namespaces.into_iter().collect()
    }
}

impl ClusterRule {
    fn covers(&self, read: &ClusterRead<'_>, target: &str) -> bool {
        let Self { verbs, kind, namespace, name } = self;
        let in_namespace = match namespace {
            NamespaceRule::Any => true,
            NamespaceRule::Target => !target.is_empty() && target == read.namespace,
            NamespaceRule::Only(only) => only == read.namespace,
        };
        let named = name.is_none() || name.as_deref() == read.name;
        !read.kind.is_secret() && kind == read.kind && verbs.contains(&read.verb) && in_namespace && named
    }
}

impl fmt::Display for ClusterRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { verbs, kind, namespace, name } = self;
        let verbs: Vec<String> = verbs.iter().map(ToString::to_string).collect();
        write!(f, "{} {kind}", verbs.join("+"))?;
        if let Some(name) = name {
            write!(f, " {name}")?;
        }
        match namespace {
            NamespaceRule::Target => f.write_str(" in the target's namespace"),
            NamespaceRule::Only(namespace) => write!(f, " in {namespace}"),
            NamespaceRule::Any => f.write_str(" anywhere"),
        }
    }
}

impl fmt::Display for ClusterGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rules: Vec<String> = self.rules.iter().map(ToString::to_string).collect();
        let rules = if rules.is_empty() { "nothing".to_owned() } else { rules.join(", ") };
        write!(f, "{rules}; at most {} objects and {}", self.objects, format_size(self.bytes))
    }
}

#[cfg(test)]
#[path = "cluster/tests.rs"]
mod tests;
