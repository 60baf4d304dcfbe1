//! Whether the store is the user's own. What others could write is never read: a plugin in it would run with the user's rights.

use std::fs::DirBuilder;
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::Path;

use super::{Act, Store, StoreError};

impl Store {
    /// Refuses a store that is not the user's own. What is not there is fine.
    pub(super) fn guard(&self) -> Result<(), StoreError> {
        [&self.root, &self.components(), &self.plugins()].into_iter().try_for_each(|path| own(path))
    }

    /// Makes the folders that are missing, for the user alone, and guards them all.
    pub(super) fn create(&self) -> Result<(), StoreError> {
        for path in [self.components(), self.plugins()] {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(&path)
                .map_err(|source| StoreError::io(Act::Create, &path, source))?;
        }
        self.guard()
    }
}

fn own(path: &Path) -> Result<(), StoreError> {
    let metadata = match fs_err::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(StoreError::io(Act::Read, path, source)),
    };
    let path = path.to_owned();
    if metadata.is_symlink() {
        return Err(StoreError::Symlink { path });
    }
    if !metadata.is_dir() {
        return Err(StoreError::NotDirectory { path });
    }
    let user = rustix::process::geteuid().as_raw();
    if metadata.uid() != user {
        return Err(StoreError::Foreign { path, owner: metadata.uid(), user });
    }
    match metadata.mode() & 0o777 {
        mode if mode & 0o022 != 0 => Err(StoreError::Writable { path, mode }),
        _ => Ok(()),
    }
}
