//! Whether a place is one that only the right people can write.

use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::error::{GuardFault, TrustStoreError};
use crate::store::{Act, StoreError};

/// The rights of this process, as far as trust is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Privilege {
    /// A user's, and no more.
    User,
    /// Root's, or any capability: only what root alone can write counts.
    Elevated,
}

impl Privilege {
    /// This process's. Where its capabilities cannot be read they count as had.
    #[must_use]
    pub fn of_process() -> Self {
        let none =
            rustix::thread::capabilities(None).is_ok_and(|sets| sets.effective.is_empty() && sets.permitted.is_empty());
        if none && !rustix::process::geteuid().is_root() { Self::User } else { Self::Elevated }
    }

    fn trusts(self, owner: u32) -> bool {
        owner == 0 || self == Self::User && owner == rustix::process::geteuid().as_raw()
    }
}

/// Refuses a folder that somebody else could change, or whose place somebody else could change. What is not there is fine.
pub(super) fn folder(path: &Path, privilege: Privilege) -> Result<(), TrustStoreError> {
    if !own(path, privilege)? {
        return Ok(());
    }
    path.ancestors().skip(1).filter(|above| !above.as_os_str().is_empty()).try_for_each(|above| {
        let metadata = fs_err::metadata(above).map_err(|source| StoreError::io(Act::Read, above, source))?;
        let mode = metadata.mode() & 0o7777;
        // In a sticky folder nobody renames what is another's. A user's group is often theirs alone; root's folders have no such excuse.
        let writable = match privilege {
            Privilege::User => mode & 0o002 != 0,
            Privilege::Elevated => mode & 0o022 != 0,
        };
        if !privilege.trusts(metadata.uid()) {
            return Err(refused(above, GuardFault::Owner { owner: metadata.uid() }));
        }
        if writable && mode & 0o1000 == 0 { Err(refused(above, GuardFault::Writable { mode })) } else { Ok(()) }
    })
}

/// As [`folder`], for a file within a folder that was guarded.
pub(super) fn file(path: &Path, privilege: Privilege) -> Result<(), TrustStoreError> {
    own(path, privilege).map(drop)
}

/// Whether a file or folder is there; an error when it is not the right people's.
fn own(path: &Path, privilege: Privilege) -> Result<bool, TrustStoreError> {
    let metadata = match fs_err::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(source) => return Err(StoreError::io(Act::Read, path, source).into()),
    };
    if metadata.is_symlink() {
        return Err(refused(path, GuardFault::Symlink));
    }
    if !privilege.trusts(metadata.uid()) {
        return Err(refused(path, GuardFault::Owner { owner: metadata.uid() }));
    }
    match metadata.mode() & 0o7777 {
        mode if mode & 0o022 != 0 => Err(refused(path, GuardFault::Writable { mode })),
        _ => Ok(true),
    }
}

fn refused(path: &Path, fault: GuardFault) -> TrustStoreError {
    TrustStoreError::Guard { path: path.to_owned(), fault }
}
