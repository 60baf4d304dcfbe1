//! Changing what is trusted. Each change is one file, written whole; floors follow it, so a kill between the two leaves a floor too low and never one that nothing reaches.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;

use dbg_model::{Digest, VendorName};

use super::folder::{self, floors_path, root_path};
use super::guard;
use super::{TrustStore, TrustStoreError};
use crate::store::write::{Wait, WriteLock, remove_file, write_with_mode};
use crate::store::{Act, StoreError};
use crate::trust::floor::Floors;
use crate::trust::{
    RevocationList, Signers, TrustedState, VendorRoot, VendorTrust, Verified, claimed_vendor, is_reserved,
};

/// What taking in a root or a list came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// It was not there before.
    New,
    /// It took the place of an older one.
    Newer,
    /// It was there, just so.
    Same,
}

/// What removing a vendor came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemovedTrust {
    /// It is not trusted any more.
    Removed,
    /// There was nothing of it where changes are written.
    WasGone,
}

impl TrustStore {
    /// Trusts a vendor by its root, when that has the fingerprint that the operator was given by another way than the file. A root that continues a trusted one takes its place.
    pub fn add(&self, file: &[u8], fingerprint: Digest) -> Result<Changed, TrustStoreError> {
        let root = VendorRoot::read(file)?;
        if root.fingerprint() != fingerprint {
            return Err(TrustStoreError::Fingerprint { given: fingerprint, found: root.fingerprint() });
        }
        let vendor = root.vendor();
        if is_reserved(vendor) {
            return Err(TrustStoreError::Reserved(vendor.clone()));
        }
        let lock = self.lock()?;
        let state = self.load()?.state;
        if let Some(there) = state.look_alike(vendor) {
            return Err(TrustStoreError::LookAlike { offered: vendor.clone(), there: there.clone() });
        }
        match state.vendor(vendor) {
            Some(there) => self.replace(there, file, &root, &lock),
            None if self.site_decides() && self.places.own.is_some() => match self.approved_before(vendor)? {
                Some(approved) => self.return_to(&approved, &state, file, &root, &lock),
                None => {
                    Err(TrustStoreError::NotApproved { vendor: vendor.clone(), system: self.places.system.clone() })
                }
            },
            None => {
                state.floors().judge_root(&root).map_err(TrustStoreError::Floor)?;
                self.write_root(file, &root, &lock).map(|()| Changed::New)
            }
        }
    }

    /// Takes in later versions of a trusted vendor's root. They prove themselves: no fingerprint is needed.
    pub fn rotate(&self, file: &[u8]) -> Result<Changed, TrustStoreError> {
        let root = VendorRoot::read(file)?;
        let lock = self.lock()?;
        let state = self.load()?.state;
        if let Some(there) = state.vendor(root.vendor()) {
            return self.replace(there, file, &root, &lock);
        }
        match self.approved_before(root.vendor())? {
            Some(approved) => self.return_to(&approved, &state, file, &root, &lock),
            None => Err(TrustStoreError::Unknown(root.vendor().clone())),
        }
    }

    /// Takes in a newer list of a trusted vendor's revocations.
    pub fn add_list(&self, file: &[u8]) -> Result<Changed, TrustStoreError> {
        let vendor = claimed_vendor(file)?;
        let lock = self.lock()?;
        let state = self.load()?.state;
        let there = state.vendor(&vendor).ok_or(TrustStoreError::Unknown(vendor))?;
        let root = there.root();
        let list = RevocationList::read(file, root, Signers::Current)?;
        // Both the floor and what is there: the floor may be lost, or be another user's.
        state.floors().judge_list(root, Some(&list)).map_err(TrustStoreError::Floor)?;
        let mut seen = Floors::default();
        if let Some(old) = there.list() {
            seen.see_list(root, old);
        }
        seen.judge_list(root, Some(&list)).map_err(TrustStoreError::Floor)?;
        let changed = match there.list() {
            Some(old) if old.digest() == list.digest() => {
                self.see(&lock, |floors| floors.see_list(root, &list))?;
                return Ok(Changed::Same);
            }
            Some(_) => Changed::Newer,
            None => Changed::New,
        };
        write_with_mode(&self.own_list_path(root.vendor()), file, self.mode(), &lock)?;
        self.see(&lock, |floors| floors.see_list(root, &list))?;
        Ok(changed)
    }

    /// Trusts a vendor no more. Its floors stay: should it come back, what is older is still refused.
    pub fn remove(&self, vendor: &VendorName) -> Result<RemovedTrust, TrustStoreError> {
        let lock = self.lock()?;
        // The root first: a list without a root is nothing, and a root without its list would be more than there was.
        let removed = remove_file(&root_path(self.writable(), vendor), &lock)?;
        let list = remove_file(&self.own_list_path(vendor), &lock)?;
        Ok(if removed || list { RemovedTrust::Removed } else { RemovedTrust::WasGone })
    }

    /// Remembers a verified plugin that was taken, and the root and list of its vendor: from now on what is older is refused, also when the site's folder has it.
    pub fn accept<T>(&self, verified: &Verified<T>) -> Result<(), TrustStoreError> {
        let lock = self.lock()?;
        let state = self.load()?.state;
        let trust = state.vendor(&verified.facts().statement.vendor);
        self.see(&lock, |floors| {
            let mut new = floors.see_plugin(verified);
            if let Some(trust) = trust {
                new |= floors.see_root(trust.root());
                new |= trust.list().is_some_and(|list| floors.see_list(trust.root(), list));
            }
            new
        })
    }

    /// The root that the site approved of a vendor, when it does not count because this user has seen a newer one and has it no more.
    fn approved_before(&self, vendor: &VendorName) -> Result<Option<VendorTrust>, TrustStoreError> {
        if !self.site_decides() || self.places.own.is_none() {
            return Ok(None);
        }
        let mut roots = folder::roots(&self.places.system, self.privilege, &mut Vec::new())?;
        Ok(roots.remove(vendor).map(|root| VendorTrust::new(root, None)))
    }

    /// Takes in what continues the site's root and is not behind what was seen.
    fn return_to(
        &self,
        approved: &VendorTrust,
        state: &TrustedState,
        file: &[u8],
        root: &VendorRoot,
        lock: &WriteLock,
    ) -> Result<Changed, TrustStoreError> {
        state.floors().judge_root(root).map_err(TrustStoreError::Floor)?;
        self.replace(approved, file, root, lock)
    }

    fn replace(
        &self,
        there: &VendorTrust,
        file: &[u8],
        root: &VendorRoot,
        lock: &WriteLock,
    ) -> Result<Changed, TrustStoreError> {
        let old = there.root();
        let vendor = || root.vendor().clone();
        if old.fingerprint() != root.fingerprint() {
            let (there, offered) = (old.fingerprint(), root.fingerprint());
            return Err(TrustStoreError::Taken { vendor: vendor(), there, offered });
        }
        if root == old {
            // Whoever wrote it may have been killed before the floor.
            self.see(lock, |floors| floors.see_root(root))?;
            return Ok(Changed::Same);
        }
        if root.extends(old) {
            return self.write_root(file, root, lock).map(|()| Changed::Newer);
        }
        let mut seen = Floors::default();
        seen.see_root(old);
        seen.judge_root(root).map_err(TrustStoreError::Floor)?;
        Err(TrustStoreError::Diverges(vendor()))
    }

    fn write_root(&self, file: &[u8], root: &VendorRoot, lock: &WriteLock) -> Result<(), TrustStoreError> {
        write_with_mode(&root_path(self.writable(), root.vendor()), file, self.mode(), lock)?;
        self.see(lock, |floors| floors.see_root(root))
    }

    fn see(&self, lock: &WriteLock, see: impl FnOnce(&mut Floors) -> bool) -> Result<(), TrustStoreError> {
        let mut floors = folder::floors(self.writable(), self.privilege)?;
        if see(&mut floors) {
            write_with_mode(&floors_path(self.writable()), &floors.to_json(), self.mode(), lock)?;
        }
        Ok(())
    }

    /// The site's files are for all to read, the user's for the user alone.
    fn mode(&self) -> u32 {
        if self.places.own.is_some() { 0o600 } else { 0o644 }
    }

    /// Makes the folder where it is missing, and takes the right to write.
    fn lock(&self) -> Result<WriteLock, TrustStoreError> {
        let folder = self.writable();
        // Whoever may read a file of a folder may look into it.
        let mode = self.mode() | (self.mode() & 0o444) >> 2;
        DirBuilder::new()
            .recursive(true)
            .mode(mode)
            .create(folder)
            .map_err(|source| StoreError::io(Act::Create, folder, source))?;
        guard::folder(folder, self.privilege)?;
        Ok(WriteLock::take(folder, Wait::Yes)?)
    }
}
