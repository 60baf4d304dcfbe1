//! A root as JSON.

use std::collections::BTreeMap;

use dbg_model::{Digest, PluginName, VendorName};
use serde::{Deserialize, Serialize};

use super::{Ceiling, FORMAT, MAX_KEYS, Revoked, Role, RoleKey, RoleName, Root, RootFault};
use crate::trust::json;
use crate::trust::key::{KeyId, KeyText};
use crate::trust::moment::Moment;

/// Two roles of 16 keys take 3 KiB; the rest is for what was revoked.
const MAX_BYTES: usize = 128 * 1024;

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

    /// The payload for an envelope.
    pub(in crate::trust) fn to_json(&self) -> Vec<u8> {
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

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::trust) struct WrittenRevoked {
    #[serde(default)]
    keys: Vec<KeyId>,
    #[serde(default)]
    digests: Vec<Digest>,
}

impl WrittenRevoked {
    pub(in crate::trust) fn read(self) -> Revoked {
        Revoked { keys: self.keys.into_iter().collect(), digests: self.digests.into_iter().collect() }
    }

    pub(in crate::trust) fn of(revoked: &Revoked) -> Self {
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
    fn to_json(&self) -> serde_json::Value {
        let key = |RoleKey { key, expires }: &RoleKey| match expires {
            Some(expires) => serde_json::json!({ "key": key, "expires": expires }),
            None => serde_json::json!({ "key": key }),
        };
        serde_json::json!({ "threshold": self.threshold, "keys": self.keys.iter().map(key).collect::<Vec<_>>() })
    }
}
