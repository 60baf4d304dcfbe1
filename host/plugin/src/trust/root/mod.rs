//! One version of a vendor's root: who may sign for it, how far, and what no longer counts.

mod fault;
mod written;

use std::collections::{BTreeMap, BTreeSet};

use dbg_model::{Capability, Cell, Digest, NameError, PluginName, VendorName, truncate_at_char};
use serde::Serialize;

pub use fault::RootFault;
pub(super) use written::WrittenRevoked;

use super::key::{KeyId, PublicKey};
use super::moment::Moment;
use super::statement::MAX_SEQUENCE;

/// As many as an envelope has signatures.
const MAX_KEYS: usize = 16;
/// A year of a release a day.
const MAX_REVOKED: usize = 512;
const FORMAT: u32 = 1;

/// What keys are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleName {
    /// Roots and revocations.
    Root,
    /// Plugins.
    Release,
}

impl std::fmt::Display for RoleName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Root => "root",
            Self::Release => "release",
        })
    }
}

/// One version of a vendor's root, complete and consistent, not verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Whose. It is the namespace too: this root can vouch for `<vendor>/…` and nothing else.
    pub vendor: VendorName,
    /// Counts from 1 without a gap.
    pub version: u64,
    /// When it was signed.
    pub issued: Moment,
    /// Who signs roots and revocations.
    pub root: Role,
    /// Who signs plugins.
    pub release: Role,
    /// What its plugins may be granted at most.
    pub ceiling: Ceiling,
    /// What no longer counts.
    pub revoked: Revoked,
    /// The lowest sequence of a plugin that still counts.
    pub minimum: BTreeMap<PluginName, u64>,
}

/// Keys that sign one kind of document, and how many of them must.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// How many must sign, at least 1.
    pub threshold: usize,
    /// The keys, at most 16, none twice.
    pub keys: Vec<RoleKey>,
}

/// A key in a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleKey {
    /// The key.
    pub key: PublicKey,
    /// From when on its signatures no longer count. Only release keys expire.
    pub expires: Option<Moment>,
}

/// The words of the capabilities that a vendor's plugins may be granted at most. A word that this dbg does not know allows nothing here, so an older dbg can read a root
/// made for a newer one, with what it revokes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Ceiling(BTreeSet<String>);

/// Keys and components that no longer count.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Revoked {
    /// Keys.
    pub keys: BTreeSet<KeyId>,
    /// Components, by digest.
    pub digests: BTreeSet<Digest>,
}

impl Ceiling {
    /// Of these capabilities.
    pub fn new(capabilities: impl IntoIterator<Item = Capability>) -> Self {
        Self(capabilities.into_iter().map(|capability| capability.word().to_owned()).collect())
    }

    /// Whether a capability is within it.
    #[must_use]
    pub fn allows(&self, capability: Capability) -> bool {
        self.0.contains(capability.word())
    }

    /// Those that this dbg has.
    #[must_use]
    pub fn capabilities(&self) -> BTreeSet<Capability> {
        Capability::ALL.into_iter().filter(|capability| self.allows(*capability)).collect()
    }

    /// What both allow.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self(self.0.intersection(&other.0).cloned().collect())
    }

    fn read(words: Vec<String>) -> Result<Self, RootFault> {
        for word in &words {
            // The form of a capability's name is that of a plugin's.
            let form: Result<PluginName, NameError> = word.parse();
            form.map_err(|_| RootFault::Ceiling(Cell(truncate_at_char(word, 64)).to_string()))?;
        }
        Ok(Self(words.into_iter().collect()))
    }
}

impl Revoked {
    /// How many keys and digests.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len() + self.digests.len()
    }

    /// Whether nothing is revoked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Root {
    /// Whether it makes sense in itself, as whoever reads it will ask.
    pub fn judge(&self) -> Result<(), RootFault> {
        let Self { vendor: _, version, issued: _, root, release, ceiling: _, revoked, minimum } = self;
        if *version == 0 {
            return Err(RootFault::Version);
        }
        root.judge(RoleName::Root)?;
        release.judge(RoleName::Release)?;
        if root.keys.iter().any(|key| key.expires.is_some()) {
            return Err(RootFault::RootKeyExpires);
        }
        if revoked.len() > MAX_REVOKED {
            return Err(RootFault::TooManyRevoked(revoked.len()));
        }
        match minimum.iter().find(|(_, sequence)| **sequence > MAX_SEQUENCE) {
            Some((plugin, sequence)) => Err(RootFault::Minimum { plugin: plugin.clone(), sequence: *sequence }),
            None => Ok(()),
        }
    }
}

impl Role {
    fn judge(&self, role: RoleName) -> Result<(), RootFault> {
        let Self { threshold, keys } = self;
        if keys.len() > MAX_KEYS {
            return Err(RootFault::TooManyKeys { role, keys: keys.len() });
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = keys.iter().find(|key| !seen.insert(key.key.id())) {
            return Err(RootFault::KeyTwice { role, key: twice.key.id() });
        }
        match *threshold {
            threshold if threshold == 0 || threshold > keys.len() => {
                Err(RootFault::Threshold { role, threshold, keys: keys.len() })
            }
            _ => Ok(()),
        }
    }
}
