//! What a vendor takes back between two versions of its root: a small list, signed by the root's keys, because who gave trust takes it away.

use bytes::Bytes;
use dbg_model::{Digest, VendorName};
use serde::{Deserialize, Serialize};

use super::chain::{VendorRoot, signed_by};
use super::envelope::{Envelope, EnvelopeFault, MAX_ENVELOPE_BYTES, PayloadType};
use super::json::{self, JsonFault};
use super::moment::Moment;
use super::root::{Revoked, WrittenRevoked};
use super::threshold::ThresholdFault;
use crate::component::digest;

/// As the longest payload of an envelope.
const MAX_BYTES: usize = 256 * 1024;
const MAX_REVOKED: usize = 2048;
const FORMAT: u32 = 1;
/// The longest file of a list, in bytes.
pub const MAX_FILE_BYTES: usize = MAX_ENVELOPE_BYTES;

/// Why a file is no list of revocations of this vendor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListFault {
    /// Its envelope.
    #[error("{0}")]
    Envelope(#[from] EnvelopeFault),
    /// Not its JSON.
    #[error("{0}")]
    Json(#[from] JsonFault),
    /// Made for a later dbg.
    #[error("its format is version {0}, and this dbg reads version {FORMAT}")]
    Format(u32),
    /// Versions count from 1.
    #[error("its version is 0")]
    Version,
    /// Another vendor's.
    #[error("it is `{found}`'s, and the root is `{vendor}`'s")]
    Vendor {
        /// Whose the root is.
        vendor: VendorName,
        /// Whose the list is.
        found: VendorName,
    },
    /// The next is due before this one was made.
    #[error("it is issued at {issued}, and the next one is due at {next}")]
    Dates {
        /// When it was issued.
        issued: Moment,
        /// When the next is due.
        next: Moment,
    },
    /// More than a list carries.
    #[error("it revokes {0} keys and digests, and at most {MAX_REVOKED} are allowed")]
    TooMany(usize),
    /// Too few of the root's keys signed it.
    #[error("it is not signed by the root's keys: {0}")]
    Signatures(#[from] ThresholdFault),
}

/// Whose signatures on a list count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signers {
    /// The root keys of the newest version: for a list that arrives.
    Current,
    /// Those of any version: for one that arrived before its keys were rotated. It can only take away.
    AnyVersion,
}

/// The content of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocations {
    /// Whose.
    pub vendor: VendorName,
    /// Grows with each list.
    pub version: u64,
    /// When it was signed.
    pub issued: Moment,
    /// When the next one is due: from then on this one is stale.
    pub next: Moment,
    /// What no longer counts.
    pub revoked: Revoked,
}

/// A list whose signatures were counted.
#[derive(Debug, Clone)]
pub struct RevocationList {
    content: Revocations,
    digest: Digest,
    /// As it was read: what an agent is told.
    file: Bytes,
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
    vendor: VendorName,
    version: u64,
    issued: Moment,
    next: Moment,
    #[serde(deserialize_with = "json::object")]
    revoked: WrittenRevoked,
}

impl Revocations {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, ListFault> {
        let Format { format } = json::read(bytes, MAX_BYTES)?;
        if format != FORMAT {
            return Err(ListFault::Format(format));
        }
        let Written { format: _, vendor, version, issued, next, revoked } = json::read(bytes, MAX_BYTES)?;
        let list = Self { vendor, version, issued, next, revoked: revoked.read() };
        list.judge()?;
        Ok(list)
    }

    /// Whether it makes sense in itself, as whoever reads it will ask.
    pub fn judge(&self) -> Result<(), ListFault> {
        let Self { vendor: _, version, issued, next, revoked } = self;
        if *version == 0 {
            return Err(ListFault::Version);
        }
        if next <= issued {
            return Err(ListFault::Dates { issued: *issued, next: *next });
        }
        if revoked.len() > MAX_REVOKED { Err(ListFault::TooMany(revoked.len())) } else { Ok(()) }
    }

    /// The payload for an envelope.
    pub(super) fn to_json(&self) -> Vec<u8> {
        let Self { vendor, version, issued, next, revoked } = self;
        let written = Written {
            format: FORMAT,
            vendor: vendor.clone(),
            version: *version,
            issued: *issued,
            next: *next,
            revoked: WrittenRevoked::of(revoked),
        };
        // Texts and numbers alone: writing them cannot fail.
        serde_json::to_vec(&written).unwrap_or_default()
    }
}

/// By what was signed.
impl PartialEq for RevocationList {
    fn eq(&self, other: &Self) -> bool {
        let Self { content, digest, file: _ } = self;
        *content == other.content && *digest == other.digest
    }
}

impl Eq for RevocationList {}

impl RevocationList {
    /// Reads a list and counts its signatures. Whether it is older than one that was seen is for whoever keeps the floors.
    pub fn read(file: &[u8], root: &VendorRoot, signers: Signers) -> Result<Self, ListFault> {
        let envelope = Envelope::parse(file, PayloadType::Revocations)?;
        let content = Revocations::parse(envelope.payload())?;
        if content.vendor != *root.vendor() {
            return Err(ListFault::Vendor { vendor: root.vendor().clone(), found: content.vendor });
        }
        let current = signed_by(&envelope, &root.current().root);
        let counted = match signers {
            Signers::AnyVersion if root.root_roles().any(|role| signed_by(&envelope, role).is_ok()) => Ok(()),
            _ => current.map(drop),
        };
        counted?;
        Ok(Self { content, digest: digest(envelope.payload()), file: Bytes::copy_from_slice(file) })
    }

    /// What it says.
    #[must_use]
    pub fn content(&self) -> &Revocations {
        &self.content
    }

    /// The file that it was read from.
    #[must_use]
    pub fn file(&self) -> &Bytes {
        &self.file
    }

    /// SHA-256 of its signed bytes: tells two lists with one version apart.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }
}

/// Whose list a file claims to be, before anything of it is believed: to find the root that can tell.
pub fn claimed_vendor(file: &[u8]) -> Result<VendorName, ListFault> {
    let envelope = Envelope::parse(file, PayloadType::Revocations)?;
    Ok(Revocations::parse(envelope.payload())?.vendor)
}
