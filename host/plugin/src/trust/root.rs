//! One version of a vendor's root: who may sign for it, how far, and what no longer counts.

use std::collections::{BTreeMap, BTreeSet};

use dbg_model::{Capability, Cell, Digest, NameError, PluginName, VendorName, truncate_at_char};
use serde::{Deserialize, Serialize};

use super::json::{self, JsonFault};
use super::key::{KeyFault, KeyId, KeyText, PublicKey};
use super::moment::Moment;
use super::statement::MAX_SEQUENCE;

/// Two roles of 16 keys take 3 KiB; the rest is for what was revoked.
const MAX_BYTES: usize = 128 * 1024;
/// As many as an envelope has signatures.
const MAX_KEYS: usize = 16;
/// A year of a release a day.
const MAX_REVOKED: usize = 512;
const FORMAT: u32 = 1;

/// Why bytes are no version of a root.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RootFault {
    /// Not its JSON.
    #[error("{0}")]
    Json(#[from] JsonFault),
    /// Made for a later dbg.
    #[error("its format is version {0}, and this dbg reads version {FORMAT}")]
    Format(u32),
    /// Versions count from 1.
    #[error("its version is 0")]
    Version,
    /// A key that may not be trusted.
    #[error("key {index} of its role `{role}`: {fault}")]
    Key {
        /// Which role.
        role: RoleName,
        /// Which key, counted from 1.
        index: usize,
        /// Why.
        fault: KeyFault,
    },
    /// One key twice in one role, which would count as two people.
    #[error("its role `{role}` has the key {} twice", key.short())]
    KeyTwice {
        /// Which role.
        role: RoleName,
        /// Which key.
        key: KeyId,
    },
    /// Nobody, or more people than there are.
    #[error("its role `{role}` needs {threshold} of {keys} keys")]
    Threshold {
        /// Which role.
        role: RoleName,
        /// How many must sign.
        threshold: usize,
        /// How many could.
        keys: usize,
    },
    /// More keys than an envelope has signatures.
    #[error("its role `{role}` has {keys} keys, and at most {MAX_KEYS} are allowed")]
    TooManyKeys {
        /// Which role.
        role: RoleName,
        /// How many it has.
        keys: usize,
    },
    /// A root key that expires would end the chain.
    #[error("a key of its role `root` expires, and only release keys can")]
    RootKeyExpires,
    /// More than a root carries; a list carries more.
    #[error("it revokes {0} keys and digests, and at most {MAX_REVOKED} are allowed")]
    TooManyRevoked(usize),
    /// Two least sequences of one plugin.
    #[error("it has two least sequences for `{0}`")]
    MinimumTwice(PluginName),
    /// A number that some reader would round.
    #[error("its least sequence for `{plugin}` is {sequence}, and at most {MAX_SEQUENCE} is allowed")]
    Minimum {
        /// The plugin.
        plugin: PluginName,
        /// Its least sequence.
        sequence: u64,
    },
    /// A ceiling that names no capability by its form.
    #[error("its ceiling has `{0}`, which is no name of a capability")]
    Ceiling(String),
}

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

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenRevoked {
    #[serde(default)]
    keys: Vec<KeyId>,
    #[serde(default)]
    digests: Vec<Digest>,
}

impl WrittenRevoked {
    pub(super) fn read(self) -> Revoked {
        Revoked { keys: self.keys.into_iter().collect(), digests: self.digests.into_iter().collect() }
    }

    pub(super) fn of(revoked: &Revoked) -> Self {
        Self { keys: revoked.keys.iter().copied().collect(), digests: revoked.digests.iter().copied().collect() }
    }
}

#[derive(Deserialize)]
struct Format {
    #[serde(default)]
    format: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(rename = "format")]
    _format: u32,
    vendor: VendorName,
    version: u64,
    issued: Moment,
    #[serde(deserialize_with = "json::object")]
    root: WrittenRole,
    #[serde(deserialize_with = "json::object")]
    release: WrittenRole,
    ceiling: Vec<String>,
    #[serde(deserialize_with = "json::object")]
    revoked: WrittenRevoked,
    #[serde(deserialize_with = "json::objects")]
    minimum: Vec<Minimum>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRole {
    threshold: usize,
    #[serde(deserialize_with = "json::objects")]
    keys: Vec<WrittenKey>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenKey {
    key: KeyText,
    #[serde(default)]
    expires: Option<Moment>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Minimum {
    plugin: PluginName,
    sequence: u64,
}

impl Root {
    /// Reads the payload of an envelope.
    pub fn parse(bytes: &[u8]) -> Result<Self, RootFault> {
        // Read first, so that a later format is called that and not broken.
        let Format { format } = json::read(bytes, MAX_BYTES)?;
        if format != FORMAT {
            return Err(RootFault::Format(format));
        }
        let written: Written = json::read(bytes, MAX_BYTES)?;
        let root = Self {
            vendor: written.vendor,
            version: written.version,
            issued: written.issued,
            root: written.root.read(RoleName::Root)?,
            release: written.release.read(RoleName::Release)?,
            ceiling: Ceiling::read(written.ceiling)?,
            revoked: written.revoked.read(),
            minimum: minimums(written.minimum)?,
        };
        root.judge()?;
        Ok(root)
    }

    /// Whether it makes sense in itself. Also asked before a root is signed.
    pub(super) fn judge(&self) -> Result<(), RootFault> {
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

    /// The payload for an envelope.
    pub(super) fn to_json(&self) -> Vec<u8> {
        let Self { vendor, version, issued, root, release, ceiling, revoked, minimum } = self;
        let minimum: Vec<_> =
            minimum.iter().map(|(plugin, sequence)| Minimum { plugin: plugin.clone(), sequence: *sequence }).collect();
        let written = serde_json::json!({
            "format": FORMAT, "vendor": vendor, "version": version, "issued": issued,
            "root": root.to_json(), "release": release.to_json(),
            "ceiling": ceiling, "revoked": WrittenRevoked::of(revoked), "minimum": minimum,
        });
        written.to_string().into_bytes()
    }
}

fn minimums(written: Vec<Minimum>) -> Result<BTreeMap<PluginName, u64>, RootFault> {
    let mut minimum = BTreeMap::new();
    for Minimum { plugin, sequence } in written {
        if minimum.insert(plugin.clone(), sequence).is_some() {
            return Err(RootFault::MinimumTwice(plugin));
        }
    }
    Ok(minimum)
}

impl WrittenRole {
    fn read(self, role: RoleName) -> Result<Role, RootFault> {
        // Counted before the first point is computed.
        if self.keys.len() > MAX_KEYS {
            return Err(RootFault::TooManyKeys { role, keys: self.keys.len() });
        }
        let keys = self.keys.into_iter().zip(1..).map(|(WrittenKey { key: KeyText(text), expires }, index)| {
            let key = text.parse().map_err(|fault| RootFault::Key { role, index, fault })?;
            Ok(RoleKey { key, expires })
        });
        Ok(Role { threshold: self.threshold, keys: keys.collect::<Result<_, RootFault>>()? })
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

    fn to_json(&self) -> serde_json::Value {
        let key = |RoleKey { key, expires }: &RoleKey| match expires {
            Some(expires) => serde_json::json!({ "key": key, "expires": expires }),
            None => serde_json::json!({ "key": key }),
        };
        serde_json::json!({ "threshold": self.threshold, "keys": self.keys.iter().map(key).collect::<Vec<_>>() })
    }
}
