//! Writing so that a reader, a second writer or a kill at any moment sees a whole file or none.

use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use fs_err::os::unix::fs::OpenOptionsExt as _;
use rustix::fs::{FlockOperation, OFlags, flock};

use super::{Act, Store, StoreError};

/// How the names of files begin that are being written.
const LEFTOVER: &str = ".writing-";

/// The right to write, until it is dropped; the kernel ends it with the process.
#[derive(Debug)]
pub(crate) struct WriteLock {
    _file: fs_err::File,
}

/// Whether to wait for another writer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wait {
    /// Until it is done: writers never wait for a person while they hold the lock.
    Yes,
    /// Not at all.
    No,
}

impl WriteLock {
    /// The lock of a folder; it must be there.
    pub(crate) fn take(folder: &Path, wait: Wait) -> Result<Self, StoreError> {
        let path = folder.join("lock");
        let mut options = fs_err::OpenOptions::new();
        options.write(true).create(true).truncate(false).mode(0o600).custom_flags(OFlags::NOFOLLOW.bits() as i32);
        let file = options.open(&path).map_err(|source| StoreError::io(Act::Lock, &path, source))?;
        let operation = match wait {
            Wait::Yes => FlockOperation::LockExclusive,
            Wait::No => FlockOperation::NonBlockingLockExclusive,
        };
        rustix::io::retry_on_intr(|| flock(&file, operation))
            .map_err(|source| StoreError::io(Act::Lock, &path, source.into()))?;
        Ok(Self { _file: file })
    }
}

/// Writes `bytes` to `path` for the user alone: beside it first, then moved there, and on the disk when this returns. Needs the lock.
pub(crate) fn write_file(path: &Path, bytes: &[u8], lock: &WriteLock) -> Result<(), StoreError> {
    write_with_mode(path, bytes, 0o600, lock)
}

/// As [`write_file`], with these permission bits.
pub(crate) fn write_with_mode(path: &Path, bytes: &[u8], mode: u32, _lock: &WriteLock) -> Result<(), StoreError> {
    write_whole(path, bytes, mode)
}

/// Writes a file of the user's own choice, for all to read: whole or not at all. In no folder of ours, so there is nothing to lock.
pub(crate) fn write_beside(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    // A name without a folder is one in the folder that dbg was started in.
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => write_whole(&Path::new(".").join(path), bytes, 0o644),
        _ => write_whole(path, bytes, 0o644),
    }
}

fn write_whole(path: &Path, bytes: &[u8], mode: u32) -> Result<(), StoreError> {
    let error = |source| StoreError::io(Act::Write, path, source);
    let folder = path.parent().unwrap_or(path);
    let permissions = std::fs::Permissions::from_mode(mode);
    let builder = &mut tempfile::Builder::new();
    let mut file = builder.prefix(LEFTOVER).permissions(permissions.clone()).tempfile_in(folder).map_err(error)?;
    // The mask of the process may have taken bits away that others need.
    file.as_file().set_permissions(permissions).map_err(error)?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(error)?;
    file.persist(path).map_err(|failed| error(failed.error))?;
    sync_folder(folder).map_err(error)
}

/// Removes a file; false when there was none. Needs the lock.
pub(crate) fn remove_file(path: &Path, _lock: &WriteLock) -> Result<bool, StoreError> {
    match fs_err::remove_file(path) {
        Ok(()) => sync_folder(path.parent().unwrap_or(path)).map(|()| true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
    .map_err(|source| StoreError::io(Act::Remove, path, source))
}

/// What a folder holds; nothing when it is not there.
pub(crate) fn entries(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let read = || fs_err::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>();
    match read() {
        Ok(paths) => Ok(paths),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(source) => Err(StoreError::io(Act::Read, folder, source)),
    }
}

/// Whether a file is one that is being written, or was when its writer was killed.
pub(crate) fn is_leftover(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(LEFTOVER.as_bytes()))
}

/// Removes what killed writers left, when nobody writes now. Whatever fails is left to the next time: a reader needs none of it.
pub(crate) fn sweep_leftovers(root: &Path, folders: &[PathBuf]) {
    let leftovers = || -> Vec<PathBuf> {
        folders.iter().flat_map(|folder| entries(folder).unwrap_or_default()).filter(|path| is_leftover(path)).collect()
    };
    if leftovers().is_empty() {
        return;
    }
    if let Ok(lock) = WriteLock::take(root, Wait::No) {
        // Listed again: under the lock nobody is writing them.
        for path in leftovers() {
            let _ = remove_file(&path, &lock);
        }
    }
}

/// Removes components that no record names, when every record could be read. Needs the lock.
pub(super) fn sweep_components(store: &Store, lock: &WriteLock) -> Result<(), StoreError> {
    let listing = store.list()?;
    if !listing.broken.is_empty() {
        return Ok(());
    }
    let used: Vec<PathBuf> = listing.records.iter().map(|record| store.component_path(record.digest)).collect();
    for path in entries(&store.components())? {
        let ours = is_leftover(&path) || path.extension().is_some_and(|extension| extension == "wasm");
        if ours && !used.contains(&path) {
            remove_file(&path, lock)?;
        }
    }
    Ok(())
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    let mut options = fs_err::OpenOptions::new();
    options.read(true).custom_flags(OFlags::DIRECTORY.bits() as i32).open(folder)?.sync_all()
}
