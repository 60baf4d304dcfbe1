//! A vendor's root and list as files, to be carried elsewhere.

use bytes::Bytes;

use super::folder::{content, list_path, root_path};
use super::{TrustStore, TrustStoreError};
use crate::trust::{MAX_LIST_BYTES, MAX_ROOT_BYTES, RevocationList, Signers, VendorRoot, VendorTrust};

/// A vendor's documents, byte for byte as they are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Documents {
    /// Its root.
    pub root: Bytes,
    /// Its list of revocations, when it has one.
    pub list: Option<Bytes>,
}

impl TrustStore {
    /// The files behind the trust in a vendor. An error when they changed since it was loaded.
    pub fn documents(&self, trust: &VendorTrust) -> Result<Documents, TrustStoreError> {
        let vendor = trust.root().vendor();
        let read = |path: std::path::PathBuf, limit| content(&path, limit, self.privilege).ok().flatten();
        let root = self
            .folders()
            .filter_map(|folder| read(root_path(folder, vendor), MAX_ROOT_BYTES))
            .find(|bytes| VendorRoot::read(bytes).is_ok_and(|root| root == *trust.root()));
        let wanted = trust.list().map(RevocationList::digest);
        let is_wanted = |bytes: &Bytes| {
            let list = RevocationList::read(bytes, trust.root(), Signers::AnyVersion);
            list.is_ok_and(|list| Some(list.digest()) == wanted)
        };
        let list = self.folders().filter_map(|folder| read(list_path(folder, vendor), MAX_LIST_BYTES)).find(is_wanted);
        match root {
            Some(root) if list.is_some() == wanted.is_some() => Ok(Documents { root, list }),
            _ => Err(TrustStoreError::Unknown(vendor.clone())),
        }
    }
}
