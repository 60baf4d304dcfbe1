//! Names of objects of Kubernetes, and the targets that have them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Cell, TargetError, truncate_at_char};

/// The name of an object of Kubernetes: 1 to 253 of `a-z`, `0-9`, `-` and `.`, the first and the last no sign. So it fits a path of the
/// API. Source: RFC 1123, as Kubernetes reads it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KubeName(String);

/// A pod, as an operator names one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PodTarget {
    /// Its namespace, where it was named.
    pub namespace: Option<KubeName>,
    /// Its name.
    pub name: KubeName,
    /// Which of its containers, where it was named.
    pub container: Option<KubeName>,
}

/// Something that has pods, as an operator names it: one pod stands for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WorkloadTarget {
    /// What it is.
    pub kind: WorkloadKind,
    /// Its namespace, where it was named.
    pub namespace: Option<KubeName>,
    /// Its name.
    pub name: KubeName,
    /// Which container of its pods, where it was named.
    pub container: Option<KubeName>,
}

/// What has pods by a selector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum WorkloadKind {
    /// A Deployment.
    Deployment,
    /// A StatefulSet.
    StatefulSet,
    /// A DaemonSet.
    DaemonSet,
    /// A Job.
    Job,
    /// A Service.
    Service,
}

impl WorkloadKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Deployment, Self::StatefulSet, Self::DaemonSet, Self::Job, Self::Service];

    /// As a target begins with it, and kubectl shortens it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Deployment => "deploy",
            Self::StatefulSet => "sts",
            Self::DaemonSet => "ds",
            Self::Job => "job",
            Self::Service => "svc",
        }
    }

    /// As Kubernetes calls it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Deployment => "Deployment",
            Self::StatefulSet => "StatefulSet",
            Self::DaemonSet => "DaemonSet",
            Self::Job => "Job",
            Self::Service => "Service",
        }
    }
}

impl WorkloadTarget {
    /// Of `NAME` or `NAMESPACE/NAME`.
    pub(crate) fn of(kind: WorkloadKind, text: &str) -> Result<Self, TargetError> {
        let PodTarget { namespace, name, container } = text.parse()?;
        Ok(Self { kind, namespace, name, container })
    }
}

impl fmt::Display for WorkloadTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, namespace, name, container: _ } = self;
        match namespace {
            Some(namespace) => write!(f, "{}/{namespace}/{name}", kind.word()),
            None => write!(f, "{}/{name}", kind.word()),
        }
    }
}

/// Bytes of a name at most.
pub(crate) const MAX_KUBE_NAME: usize = 253;

impl KubeName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for KubeName {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let ends = [text.as_bytes().first(), text.as_bytes().last()];
        let inside = text.bytes().all(|byte| plain(byte) || matches!(byte, b'-' | b'.'));
        // Two dots would be another path.
        let is_name = inside && !text.contains("..") && ends.iter().all(|end| end.is_some_and(|byte| plain(*byte)));
        if is_name && text.len() <= MAX_KUBE_NAME {
            Ok(Self(text.to_owned()))
        } else {
            Err(TargetError::NotAKubeName { shown: Cell(truncate_at_char(text, 64)).to_string() })
        }
    }
}

impl fmt::Display for KubeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<KubeName> for String {
    fn from(name: KubeName) -> Self {
        name.0
    }
}

impl TryFrom<String> for KubeName {
    type Error = TargetError;

    fn try_from(text: String) -> Result<Self, TargetError> {
        text.parse()
    }
}

impl FromStr for PodTarget {
    type Err = TargetError;

    /// `NAME` or `NAMESPACE/NAME`.
    fn from_str(text: &str) -> Result<Self, TargetError> {
        let (namespace, name) = match text.split_once('/') {
            Some((namespace, name)) => (Some(namespace.parse()?), name.parse()?),
            None => (None, text.parse()?),
        };
        Ok(Self { namespace, name, container: None })
    }
}

impl fmt::Display for PodTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{namespace}/{}", self.name),
            None => f.write_str(self.name.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_place_in_a_path_of_the_api() {
        let long = "x".repeat(254);
        for name in
            ["", "..", "a..b", "../x", "a/b", "a?b", "a%2f", "-a", "a-", ".a", "a.", "A", "a_b", "a b", "ä", &long]
        {
            assert!(matches!(name.parse::<KubeName>(), Err(TargetError::NotAKubeName { .. })), "{name:?}");
        }
        for name in ["n1", "ip-10-0-0-1.eu.compute.internal", "7", &"x".repeat(253)] {
            assert_eq!(name.parse::<KubeName>().unwrap().as_str(), name);
        }
    }

    #[test]
    fn a_pod_may_bring_its_namespace() {
        let pod: PodTarget = "shop/cart-7d9".parse().unwrap();
        assert_eq!((pod.namespace.as_ref().map(KubeName::as_str), pod.name.as_str()), (Some("shop"), "cart-7d9"));
        assert_eq!(pod.to_string(), "shop/cart-7d9");
        assert!("a/b/c".parse::<PodTarget>().is_err());
    }
}
