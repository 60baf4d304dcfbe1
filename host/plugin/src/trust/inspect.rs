//! What a document says and who has signed it so far: for people who sign, and for whoever asks what is still missing. Nothing is trusted by it.

use std::collections::BTreeSet;

use bytes::Bytes;
use dbg_model::Digest;

use super::chain::{ChainFault, VendorRoot};
use super::envelope::{Envelope, PayloadType};
use super::key::KeyId;
use super::revocation::Revocations;
use super::root::{Role, Root};
use super::section::split;
use super::sign::{SignError, read_chain};
use super::threshold::{self, Standing, Voter};
use crate::component::digest;

/// How far a document is with one role's signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// How many keys must sign, at least 1.
    pub needed: usize,
    /// The keys whose signature is good, each counted once.
    pub signed: BTreeSet<KeyId>,
    /// The keys that could still sign.
    pub open: BTreeSet<KeyId>,
}

impl Progress {
    /// Counts the good signatures of a role's keys on an envelope. Neither expiry nor revocation is looked at.
    fn of(envelope: &Envelope, role: &Role) -> Self {
        let voters: Vec<_> = role.keys.iter().map(|key| Voter { key: &key.key, standing: Standing::Good }).collect();
        // One is asked for: fewer are none, and more are all told.
        let signed = threshold::count(envelope, &voters, 1).unwrap_or_default();
        let open = role.keys.iter().map(|key| key.key.id()).filter(|id| !signed.contains(id)).collect();
        Self { needed: role.threshold, signed, open }
    }

    /// How many signatures are missing.
    #[must_use]
    pub fn missing(&self) -> usize {
        self.needed.saturating_sub(self.signed.len())
    }
}

/// One version in a file of roots, complete or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootVersion {
    /// What it says.
    pub root: Root,
    /// SHA-256 of its signed bytes. Of version 1 it is the vendor's fingerprint.
    pub digest: Digest,
    /// How far its own keys are.
    pub own: Progress,
    /// How far the keys of the version before are; none for version 1.
    pub before: Option<Progress>,
}

impl RootVersion {
    /// Whether every signature is there.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.own.missing() == 0 && self.before.as_ref().is_none_or(|before| before.missing() == 0)
    }

    /// Every key whose signature is good.
    #[must_use]
    pub fn signed(&self) -> BTreeSet<KeyId> {
        let before = self.before.iter().flat_map(|before| &before.signed);
        self.own.signed.iter().chain(before).copied().collect()
    }
}

/// All versions in a file of roots, oldest first, each a root of the same vendor; whether their signatures suffice is in each.
pub fn root_versions(file: &[u8]) -> Result<Vec<RootVersion>, SignError> {
    let mut versions: Vec<RootVersion> = Vec::new();
    for (envelope, version) in read_chain(file)?.iter().zip(1..) {
        let root = Root::parse(envelope.payload()).map_err(|fault| ChainFault::Root { version, fault })?;
        if root.version != version {
            return Err(ChainFault::Version { expected: version, found: root.version }.into());
        }
        let before = versions.last().map(|before| &before.root);
        if let Some(before) = before.filter(|before| before.vendor != root.vendor) {
            return Err(ChainFault::Vendor { version, vendor: before.vendor.clone(), found: root.vendor }.into());
        }
        let before = before.map(|before| Progress::of(envelope, &before.root));
        let (own, digest) = (Progress::of(envelope, &root.root), digest(envelope.payload()));
        versions.push(RootVersion { root, digest, own, before });
    }
    if versions.is_empty() { Err(ChainFault::Empty.into()) } else { Ok(versions) }
}

/// What a list of revocations says, and which keys its signatures name: a claim.
pub fn claimed_list(file: &[u8]) -> Result<(Revocations, Vec<Option<KeyId>>), SignError> {
    let envelope = Envelope::parse(file, PayloadType::Revocations)?;
    let list = Revocations::parse(envelope.payload())?;
    Ok((list, envelope.signatures().iter().map(|signature| signature.hint).collect()))
}

/// How far a list is with the signatures of a root's newest keys.
pub fn list_progress(file: &[u8], root: &VendorRoot) -> Result<Progress, SignError> {
    Ok(Progress::of(&Envelope::parse(file, PayloadType::Revocations)?, &root.current().root))
}

/// How far a plugin's file is with the signatures of a root's release keys; none when nobody signed it.
pub fn plugin_progress(file: &Bytes, root: &VendorRoot) -> Result<Option<Progress>, SignError> {
    let Some(envelope) = split(file)?.envelope else { return Ok(None) };
    let envelope = Envelope::parse(&envelope, PayloadType::Statement)?;
    Ok(Some(Progress::of(&envelope, &root.current().release)))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{key, role, root};
    use super::*;
    use crate::trust::{countersign_root, new_root, next_root};

    #[test]
    fn a_root_is_complete_with_the_last_signature_and_not_before() {
        let first = Root { root: role(2, &[1, 2]), ..root() };
        let file = new_root(&first, &key(1)).unwrap();
        let version = root_versions(&file).unwrap().remove(0);
        assert_eq!((version.own.missing(), version.is_complete()), (1, false));
        assert_eq!(version.own.open, BTreeSet::from([key(2).public().id()]));
        let file = countersign_root(&file, &key(2)).unwrap();
        assert!(root_versions(&file).unwrap().remove(0).is_complete());

        // Signed by both of its own, and by one of the two before.
        let second = Root { version: 2, root: role(2, &[2, 3]), ..first };
        let file = next_root(&file, &second, &key(2)).unwrap();
        let file = countersign_root(&file, &key(3)).unwrap();
        let version = root_versions(&file).unwrap().remove(1);
        assert_eq!((version.own.missing(), version.before.as_ref().map(Progress::missing)), (0, Some(1)));
        assert!(!version.is_complete());
        assert_eq!(version.signed().len(), 2);
    }

    #[test]
    fn a_signature_by_a_stranger_brings_a_root_no_further() {
        let file = new_root(&Root { root: role(1, &[1]), ..root() }, &key(9)).unwrap();
        let version = root_versions(&file).unwrap().remove(0);
        assert_eq!((version.own.missing(), version.signed()), (1, BTreeSet::new()));
    }
}
