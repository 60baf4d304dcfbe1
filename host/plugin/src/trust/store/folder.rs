//! What one folder of trust holds, read and proved.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use dbg_model::VendorName;

use super::TrustStoreError;
use super::guard::{self, Privilege};
use super::load::{Problem, ProblemFault};
use crate::file::{Links, ReadFault, read_regular};
use crate::store::write::entries;
use crate::store::{Act, StoreError};
use crate::trust::chain::{self, VendorRoot};
use crate::trust::floor::{self, Floors};
use crate::trust::is_reserved;
use crate::trust::revocation::{self, RevocationList, Signers};

pub(super) const ROOT: &str = ".root.json";
pub(super) const LIST: &str = ".revocations.json";

/// The roots of a folder; none when it is not there. What cannot be proved is a problem, and its vendor is not among them.
pub(super) fn roots(
    folder: &Path,
    privilege: Privilege,
    problems: &mut Vec<Problem>,
) -> Result<BTreeMap<VendorName, VendorRoot>, TrustStoreError> {
    let mut roots = BTreeMap::new();
    let mut paths = entries(folder)?;
    // In sorted order one folder has one outcome.
    paths.sort();
    for path in paths {
        let Some(name) = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(ROOT))
        else {
            continue;
        };
        match root(&path, name, privilege) {
            Ok(root) => drop(roots.insert(root.vendor().clone(), root)),
            Err(fault) => problems.push(Problem { path, fault }),
        }
    }
    Ok(roots)
}

fn root(path: &Path, name: &str, privilege: Privilege) -> Result<VendorRoot, ProblemFault> {
    let bytes = content(path, chain::MAX_FILE_BYTES, privilege)?.ok_or(ProblemFault::Gone)?;
    let root = VendorRoot::read(&bytes).map_err(ProblemFault::Chain)?;
    if root.vendor().as_str() != name {
        return Err(ProblemFault::Name);
    }
    if is_reserved(root.vendor()) { Err(ProblemFault::Reserved) } else { Ok(root) }
}

/// The list that a folder has of a vendor's revocations, proved by its root.
pub(super) fn list(
    folder: &Path,
    root: &VendorRoot,
    privilege: Privilege,
) -> Result<Option<RevocationList>, ProblemFault> {
    let bytes = content(&list_path(folder, root.vendor()), revocation::MAX_FILE_BYTES, privilege)?;
    let list = bytes.map(|bytes| RevocationList::read(&bytes, root, Signers::AnyVersion));
    list.transpose().map_err(ProblemFault::List)
}

/// The floors of a folder; none are seen when the file is not there.
pub(super) fn floors(folder: &Path, privilege: Privilege) -> Result<Floors, TrustStoreError> {
    let path = floors_path(folder);
    guard::file(&path, privilege)?;
    let bytes = match read_regular(&path, floor::MAX_FILE_BYTES as u64, Links::Refuse) {
        Ok(bytes) => bytes,
        Err(ReadFault::Io(error)) if error.kind() == ErrorKind::NotFound => return Ok(Floors::default()),
        Err(ReadFault::Io(source)) => return Err(StoreError::io(Act::Read, &path, source).into()),
        Err(ReadFault::Kind(_) | ReadFault::TooLarge { .. }) => Bytes::new(),
    };
    Floors::parse(&bytes).map_err(|fault| TrustStoreError::Floors { path, fault })
}

pub(super) fn root_path(folder: &Path, vendor: &VendorName) -> PathBuf {
    folder.join(format!("{vendor}{ROOT}"))
}

pub(super) fn list_path(folder: &Path, vendor: &VendorName) -> PathBuf {
    folder.join(format!("{vendor}{LIST}"))
}

pub(super) fn floors_path(folder: &Path) -> PathBuf {
    folder.join("floors.json")
}

/// The bytes of a file that only the right people can write; none when it is not there.
pub(super) fn content(path: &Path, limit: usize, privilege: Privilege) -> Result<Option<Bytes>, ProblemFault> {
    match guard::file(path, privilege) {
        Ok(()) => {}
        Err(TrustStoreError::Guard { fault, .. }) => return Err(ProblemFault::Guard(fault)),
        Err(_) => return Err(ProblemFault::Unreadable),
    }
    match read_regular(path, limit as u64, Links::Refuse) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(ReadFault::Io(error)) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(ReadFault::Io(_)) => Err(ProblemFault::Unreadable),
        Err(ReadFault::Kind(kind)) => Err(ProblemFault::Kind(kind)),
        Err(ReadFault::TooLarge { bytes }) => Err(ProblemFault::TooLarge { bytes }),
    }
}
