//! What a check asks for, and what it gets: the effective grant is computed here, in one pure function.

mod bound;
mod cluster;
mod compare;
mod effective;
mod within;

pub use bound::{BoundError, ConnectBound, FilesBound, Protocol, SocketsBound, Where};
pub use cluster::{
    ClusterBound, ClusterGrant, ClusterKind, ClusterName, ClusterNamespace, ClusterRead, ClusterRule, ClusterVerb,
    NamespaceRule, is_namespace, is_object_name,
};
pub use compare::{Exposure, Widening, exposure, reach, widened};
pub use effective::{
    Allowed, Allows, Effective, FilesGrant, Grant, GrantError, HostRule, SocketRule, SocketsGrant, Withheld,
    Withholder, effective,
};

use serde::{Deserialize, Serialize};

use crate::Capability;

/// One grant that a check asks for, as its declaration has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantRequest {
    /// Of which capability.
    pub capability: Capability,
    /// Within which bounds; the form is the capability's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bounds: Vec<String>,
    /// Whether the check cannot do without it.
    #[serde(default = "required")]
    pub required: bool,
    /// Why, for whoever is asked to consent. Foreign text.
    pub reason: String,
}

fn required() -> bool {
    true
}
