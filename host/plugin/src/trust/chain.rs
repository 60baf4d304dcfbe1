//! A vendor's root as it is carried: all its versions in one file, each signed by the threshold of the one before and by its own.

use std::collections::BTreeSet;

use bytes::Bytes;
use dbg_model::{Digest, VendorName};
use serde::{Deserialize, Serialize};

use super::envelope::{Envelope, EnvelopeFault, MAX_ENVELOPE_BYTES, PayloadType, Written};
use super::json::{self, JsonFault};
use super::key::KeyId;
use super::moment::Moment;
use super::root::{Role, Root, RootFault};
use super::threshold::{self, Standing, ThresholdFault, Voter};
use crate::component::digest;

/// A file of versions, in bytes. A version has some 2 KiB, so there is room for more than the versions that there may be.
pub const MAX_FILE_BYTES: usize = 1 << 20;
const _: () = assert!(MAX_FILE_BYTES > MAX_ENVELOPE_BYTES);
/// Sixteen years of a new one each quarter; verifying as many takes two seconds at worst, with 16 keys and signatures each.
const MAX_VERSIONS: usize = 64;

/// Why a file is no chain of a vendor's roots.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainFault {
    /// Not its JSON.
    #[error("{0}")]
    Json(#[from] JsonFault),
    /// None at all.
    #[error("it has no version")]
    Empty,
    /// More than are read.
    #[error("it has {0} versions, and at most {MAX_VERSIONS} are allowed")]
    TooMany(usize),
    /// A version's envelope.
    #[error("its version {version}: {fault}")]
    Envelope {
        /// Which one, by its place.
        version: u64,
        /// Why.
        fault: EnvelopeFault,
    },
    /// A version's document.
    #[error("its version {version}: {fault}")]
    Root {
        /// Which one, by its place.
        version: u64,
        /// Why.
        fault: RootFault,
    },
    /// A gap, or another order.
    #[error("version {expected} is followed by none or comes in its place: it has {found} there")]
    Version {
        /// Which version belongs there.
        expected: u64,
        /// Which one is there.
        found: u64,
    },
    /// It becomes somebody else's.
    #[error("its version {version} is for `{found}`, and the chain is `{vendor}`'s")]
    Vendor {
        /// Which version.
        version: u64,
        /// Whose the chain is.
        vendor: VendorName,
        /// Whose this version is.
        found: VendorName,
    },
    /// Issued before the one that it follows.
    #[error("its version {version} is issued at {issued}, before the one that it follows")]
    Backdated {
        /// Which version.
        version: u64,
        /// When it says it was issued.
        issued: Moment,
    },
    /// Too few of the keys of the version before signed it: these alone can hand trust on.
    #[error("its version {version} is not signed by the keys before it: {fault}")]
    Before {
        /// Which version.
        version: u64,
        /// What was counted.
        fault: ThresholdFault,
    },
    /// Too few of its own keys signed it.
    #[error("its version {version} is not signed by its own keys: {fault}")]
    Own {
        /// Which version.
        version: u64,
        /// What was counted.
        fault: ThresholdFault,
    },
}

/// The file as JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenChain {
    #[serde(deserialize_with = "json::objects")]
    pub(super) versions: Vec<Written>,
}

/// A vendor's root: a chain whose every link was verified. Only [`VendorRoot::read`] makes one.
#[derive(Debug, Clone)]
pub struct VendorRoot {
    current: Root,
    /// Who signed roots and lists in each version, oldest first, with the digest of the version's payload.
    history: Vec<(Digest, Role)>,
    /// All of it as it was read: what an agent is told.
    file: Bytes,
}

/// By what was signed: two files can write one chain, with other signatures.
impl PartialEq for VendorRoot {
    fn eq(&self, other: &Self) -> bool {
        let Self { current, history, file: _ } = self;
        *current == other.current && *history == other.history
    }
}

impl Eq for VendorRoot {}

impl VendorRoot {
    /// Reads and verifies a file of roots: version 1 by its own threshold, each later one by that of the version before and its own.
    /// Whether version 1 is the vendor's is for whoever compares [`VendorRoot::fingerprint`].
    pub fn read(file: &[u8]) -> Result<Self, ChainFault> {
        let WrittenChain { versions } = json::read(file, MAX_FILE_BYTES)?;
        if versions.len() > MAX_VERSIONS {
            return Err(ChainFault::TooMany(versions.len()));
        }
        let mut chain: Option<Self> = None;
        for (written, version) in versions.into_iter().zip(1..) {
            let envelope = Envelope::from_written(written, PayloadType::Root)
                .map_err(|fault| ChainFault::Envelope { version, fault })?;
            let root = Root::parse(envelope.payload()).map_err(|fault| ChainFault::Root { version, fault })?;
            if root.version != version {
                return Err(ChainFault::Version { expected: version, found: root.version });
            }
            chain = Some(Self::link(chain, &envelope, root)?);
        }
        let chain = chain.ok_or(ChainFault::Empty)?;
        Ok(Self { file: Bytes::copy_from_slice(file), ..chain })
    }

    fn link(before: Option<Self>, envelope: &Envelope, root: Root) -> Result<Self, ChainFault> {
        let version = root.version;
        let mut history = Vec::new();
        if let Some(Self { current, history: earlier, file: _ }) = before {
            if root.vendor != current.vendor {
                return Err(ChainFault::Vendor { version, vendor: current.vendor, found: root.vendor });
            }
            if root.issued < current.issued {
                return Err(ChainFault::Backdated { version, issued: root.issued });
            }
            signed_by(envelope, &current.root).map_err(|fault| ChainFault::Before { version, fault })?;
            history = earlier;
        }
        signed_by(envelope, &root.root).map_err(|fault| ChainFault::Own { version, fault })?;
        history.push((digest(envelope.payload()), root.root.clone()));
        Ok(Self { current: root, history, file: Bytes::new() })
    }

    /// The newest version.
    #[must_use]
    pub fn current(&self) -> &Root {
        &self.current
    }

    /// Whose it is.
    #[must_use]
    pub fn vendor(&self) -> &VendorName {
        &self.current.vendor
    }

    /// What a security officer compares with what the vendor gave by another way: SHA-256 of the signed bytes of version 1, which name the keys that all later trust comes from.
    /// It stays the same when keys are rotated.
    #[must_use]
    pub fn fingerprint(&self) -> Digest {
        // There is always a first version; a chain of none would have the fingerprint of nothing.
        self.history.first().map_or_else(|| digest(&[]), |(first, _)| *first)
    }

    /// SHA-256 of the signed bytes of the newest version: tells two versions with one number apart.
    #[must_use]
    pub fn current_digest(&self) -> Digest {
        self.history.last().map_or_else(|| digest(&[]), |(last, _)| *last)
    }

    /// Whether it begins with all of `older`'s versions, byte for byte.
    #[must_use]
    pub fn extends(&self, older: &Self) -> bool {
        let payloads = |chain: &Self| chain.history.iter().map(|(payload, _)| *payload).collect::<Vec<_>>();
        payloads(self).starts_with(&payloads(older))
    }

    /// What names its release keys: floors of sequences belong to it, so that keys which a thief used take their floor with them.
    #[must_use]
    pub fn release_keys(&self) -> Digest {
        let ids: BTreeSet<KeyId> = self.current.release.keys.iter().map(|key| key.key.id()).collect();
        let mut bytes = self.fingerprint().as_bytes().to_vec();
        bytes.extend(ids.iter().flat_map(|id| *id.digest().as_bytes()));
        digest(&bytes)
    }

    /// The file that it was read from.
    #[must_use]
    pub fn file(&self) -> &Bytes {
        &self.file
    }

    /// Who signed roots and lists, in each version, newest first.
    pub(super) fn root_roles(&self) -> impl Iterator<Item = &Role> {
        self.history.iter().rev().map(|(_, role)| role)
    }
}

/// Whether a role's threshold signed. Root keys neither expire nor are revoked but by the next version.
pub(super) fn signed_by(envelope: &Envelope, role: &Role) -> Result<BTreeSet<KeyId>, ThresholdFault> {
    let voters: Vec<_> = role.keys.iter().map(|key| Voter { key: &key.key, standing: Standing::Good }).collect();
    threshold::count(envelope, &voters, role.threshold)
}
