//! The highest numbers that were seen: what is older is refused, and so is another thing with the same number.

use std::collections::BTreeMap;

use dbg_model::{Digest, PluginName, VendorName};
use serde::{Deserialize, Serialize};

use super::chain::VendorRoot;
use super::json::{self, JsonFault};
use super::revocation::RevocationList;
use super::verify::Verified;

/// 10,000 plugins of several vendors.
pub(crate) const MAX_FILE_BYTES: usize = 4 << 20;
const FORMAT: u32 = 1;

/// What a floor refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FloorFault {
    /// An older one than was seen.
    #[error("number {floor} was seen already, and this is {found}")]
    Older {
        /// The highest that was seen.
        floor: u64,
        /// This one.
        found: u64,
    },
    /// Two things with one number: their vendor did not make both on purpose.
    #[error("another one with the number {number} was seen already ({}, not {})", seen.short(), found.short())]
    Other {
        /// The number.
        number: u64,
        /// The digest that was seen.
        seen: Digest,
        /// This one's.
        found: Digest,
    },
    /// One was seen, and now there is none.
    #[error("number {floor} was seen already, and now there is none")]
    Gone {
        /// The highest that was seen.
        floor: u64,
    },
}

/// Why a file holds no floors. Without them an older plugin would pass, so nothing does.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FloorsFault {
    /// Not its JSON.
    #[error("{0}")]
    Json(#[from] JsonFault),
    /// Made by a later dbg.
    #[error("its format is version {0}, and this dbg reads version {FORMAT}")]
    Format(u32),
}

/// The highest number of something, and which one it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Floor {
    /// The highest number.
    pub number: u64,
    /// What had it.
    pub digest: Digest,
}

impl Floor {
    fn judge(self, number: u64, digest: Digest) -> Result<(), FloorFault> {
        match self {
            Self { number: floor, .. } if number < floor => Err(FloorFault::Older { floor, found: number }),
            Self { number: floor, digest: seen } if number == floor && digest != seen => {
                Err(FloorFault::Other { number, seen, found: digest })
            }
            Self { .. } => Ok(()),
        }
    }
}

/// All floors of one place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Floors {
    /// By the release keys that signed: [`VendorRoot::release_keys`].
    plugins: BTreeMap<(VendorName, PluginName, Digest), Floor>,
    /// By the root's fingerprint.
    roots: BTreeMap<Digest, Floor>,
    /// By the root's fingerprint.
    lists: BTreeMap<Digest, Floor>,
}

impl Floors {
    /// The floor of a plugin under the release keys that its vendor has now.
    pub(super) fn plugin(&self, root: &VendorRoot, plugin: &PluginName) -> Option<Floor> {
        self.plugins.get(&(root.vendor().clone(), plugin.clone(), root.release_keys())).copied()
    }

    pub(super) fn judge_plugin(
        &self,
        root: &VendorRoot,
        plugin: &PluginName,
        sequence: u64,
        digest: Digest,
    ) -> Result<(), FloorFault> {
        self.plugin(root, plugin).map_or(Ok(()), |floor| floor.judge(sequence, digest))
    }

    pub(super) fn judge_root(&self, root: &VendorRoot) -> Result<(), FloorFault> {
        let floor = self.roots.get(&root.fingerprint());
        floor.map_or(Ok(()), |floor| floor.judge(root.current().version, root.current_digest()))
    }

    pub(super) fn judge_list(&self, root: &VendorRoot, list: Option<&RevocationList>) -> Result<(), FloorFault> {
        match (self.lists.get(&root.fingerprint()), list) {
            (None, _) => Ok(()),
            (Some(floor), None) => Err(FloorFault::Gone { floor: floor.number }),
            (Some(floor), Some(list)) => floor.judge(list.content().version, list.digest()),
        }
    }

    /// Remembers a plugin that was verified and taken. False when nothing new was seen.
    pub fn see_plugin<T>(&mut self, verified: &Verified<T>) -> bool {
        let facts = verified.facts();
        let statement = &facts.statement;
        let key = (statement.vendor.clone(), statement.plugin.clone(), facts.release_keys);
        raise(self.plugins.entry(key), statement.sequence, statement.digest)
    }

    /// Remembers a root that was verified and taken.
    pub fn see_root(&mut self, root: &VendorRoot) -> bool {
        raise(self.roots.entry(root.fingerprint()), root.current().version, root.current_digest())
    }

    /// Remembers a list that was verified and taken.
    pub fn see_list(&mut self, root: &VendorRoot, list: &RevocationList) -> bool {
        raise(self.lists.entry(root.fingerprint()), list.content().version, list.digest())
    }

    /// Reads the floors of a place.
    pub fn parse(bytes: &[u8]) -> Result<Self, FloorsFault> {
        let Format { format } = json::read(bytes, MAX_FILE_BYTES)?;
        if format != FORMAT {
            return Err(FloorsFault::Format(format));
        }
        let Written { format: _, plugins, roots, lists } = json::read(bytes, MAX_FILE_BYTES)?;
        let mut floors = Self::default();
        for PluginFloor { vendor, plugin, keys, sequence, digest } in plugins {
            raise(floors.plugins.entry((vendor, plugin, keys)), sequence, digest);
        }
        for (into, from) in [(&mut floors.roots, roots), (&mut floors.lists, lists)] {
            for RootFloor { fingerprint, version, digest } in from {
                raise(into.entry(fingerprint), version, digest);
            }
        }
        Ok(floors)
    }

    /// The floors as bytes of their file.
    pub(super) fn to_json(&self) -> Vec<u8> {
        let Self { plugins, roots, lists } = self;
        let plugin = |((vendor, plugin, keys), floor): (&(VendorName, PluginName, Digest), &Floor)| PluginFloor {
            vendor: vendor.clone(),
            plugin: plugin.clone(),
            keys: *keys,
            sequence: floor.number,
            digest: floor.digest,
        };
        let root = |(fingerprint, floor): (&Digest, &Floor)| RootFloor {
            fingerprint: *fingerprint,
            version: floor.number,
            digest: floor.digest,
        };
        let written = Written {
            format: FORMAT,
            plugins: plugins.iter().map(plugin).collect(),
            roots: roots.iter().map(root).collect(),
            lists: lists.iter().map(root).collect(),
        };
        // Texts and numbers alone: writing them cannot fail.
        serde_json::to_vec_pretty(&written).unwrap_or_default()
    }
}

fn raise<K: Ord>(entry: std::collections::btree_map::Entry<'_, K, Floor>, number: u64, digest: Digest) -> bool {
    let mut new = false;
    let floor = entry.or_insert_with(|| {
        new = true;
        Floor { number, digest }
    });
    if number > floor.number {
        *floor = Floor { number, digest };
        new = true;
    }
    new
}

#[derive(Deserialize)]
struct Format {
    #[serde(default)]
    format: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    format: u32,
    #[serde(deserialize_with = "json::objects")]
    plugins: Vec<PluginFloor>,
    #[serde(deserialize_with = "json::objects")]
    roots: Vec<RootFloor>,
    #[serde(deserialize_with = "json::objects")]
    lists: Vec<RootFloor>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PluginFloor {
    vendor: VendorName,
    plugin: PluginName,
    keys: Digest,
    sequence: u64,
    digest: Digest,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RootFloor {
    fingerprint: Digest,
    version: u64,
    digest: Digest,
}
