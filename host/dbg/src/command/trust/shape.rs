//! Roots and lists for programs: `-o json`.

use std::collections::BTreeSet;

use dbg_model::{Digest, PluginName, VendorName};
use dbg_plugin::trust::{KeyId, Moment, Progress, Revocations, Revoked, Role, Root};
use serde::Serialize;

use super::words::ceiling_names;

/// A version of a root.
#[derive(Serialize)]
pub(crate) struct RootShape {
    vendor: VendorName,
    version: u64,
    issued: Moment,
    root: RoleShape,
    release: RoleShape,
    ceiling: Vec<String>,
    revoked: RevokedShape,
    minimum: Vec<MinimumShape>,
}

#[derive(Serialize)]
struct RoleShape {
    threshold: usize,
    keys: Vec<KeyShape>,
}

#[derive(Serialize)]
struct KeyShape {
    id: KeyId,
    /// Null when its signatures count without end.
    expires: Option<Moment>,
}

/// What no longer counts.
#[derive(Serialize)]
pub(crate) struct RevokedShape {
    keys: BTreeSet<KeyId>,
    digests: BTreeSet<Digest>,
}

#[derive(Serialize)]
struct MinimumShape {
    plugin: PluginName,
    sequence: u64,
}

/// How far a document is with one role.
#[derive(Serialize)]
pub(crate) struct ProgressShape {
    needed: usize,
    missing: usize,
    /// Keys whose signature is good.
    signed: BTreeSet<KeyId>,
    /// Keys that could still sign.
    open: BTreeSet<KeyId>,
}

/// A list of revocations.
#[derive(Serialize)]
pub(crate) struct ListShape {
    vendor: VendorName,
    version: u64,
    issued: Moment,
    next: Moment,
    revoked: RevokedShape,
}

impl From<&Root> for RootShape {
    fn from(root: &Root) -> Self {
        let Root { vendor, version, issued, root, release, ceiling, revoked, minimum } = root;
        let minimum = minimum.iter();
        Self {
            vendor: vendor.clone(),
            version: *version,
            issued: *issued,
            root: root.into(),
            release: release.into(),
            ceiling: ceiling_names(ceiling),
            revoked: revoked.into(),
            minimum: minimum
                .map(|(plugin, sequence)| MinimumShape { plugin: plugin.clone(), sequence: *sequence })
                .collect(),
        }
    }
}

impl From<&Role> for RoleShape {
    fn from(role: &Role) -> Self {
        let keys = role.keys.iter().map(|key| KeyShape { id: key.key.id(), expires: key.expires });
        Self { threshold: role.threshold, keys: keys.collect() }
    }
}

impl From<&Revoked> for RevokedShape {
    fn from(revoked: &Revoked) -> Self {
        let Revoked { keys, digests } = revoked;
        Self { keys: keys.clone(), digests: digests.clone() }
    }
}

impl From<&Progress> for ProgressShape {
    fn from(progress: &Progress) -> Self {
        let missing = progress.missing();
        let Progress { needed, signed, open } = progress;
        Self { needed: *needed, missing, signed: signed.clone(), open: open.clone() }
    }
}

impl From<&Revocations> for ListShape {
    fn from(list: &Revocations) -> Self {
        let Revocations { vendor, version, issued, next, revoked } = list;
        Self { vendor: vendor.clone(), version: *version, issued: *issued, next: *next, revoked: revoked.into() }
    }
}
