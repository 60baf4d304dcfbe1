//! A document on the disk: bounded before it is read, and replaced or made whole or not at all.

use std::fs::{Metadata, Permissions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use bytes::Bytes;
use dbg_model::Cell;
use dbg_plugin::trust;
use fs_err::os::unix::fs::OpenOptionsExt as _;
use rustix::fs::OFlags;

use crate::diagnostic::{Fault, hinted};

/// What a document is, and so how long it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A key of either kind.
    Key,
    /// A vendor's roots.
    Root,
    /// A list of revocations.
    List,
    /// A plugin.
    Plugin,
}

impl Kind {
    fn limit(self) -> u64 {
        match self {
            // Ours have 350 bytes.
            Self::Key => 8 * 1024,
            Self::Root => trust::MAX_ROOT_BYTES as u64,
            Self::List => trust::MAX_LIST_BYTES as u64,
            Self::Plugin => trust::MAX_FILE_BYTES,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Root => "file of roots",
            Self::List => "list of revocations",
            Self::Plugin => "plugin",
        }
    }
}

/// A file that was read.
#[derive(Debug)]
pub(crate) struct Document {
    path: PathBuf,
    kind: Kind,
    /// Its content.
    pub(crate) bytes: Bytes,
    metadata: Metadata,
}

impl Document {
    /// Reads a plain file, or one behind a symbolic link.
    pub(crate) fn read(path: &Path, kind: Kind) -> Result<Self, Fault> {
        let named = || format!("`{}` cannot be read", shown(path));
        let wrong = |what: String| Fault::usage(anyhow!("`{}` {what}", shown(path)));
        let fits = |metadata: &Metadata| {
            if !metadata.is_file() {
                return Err(wrong(format!("is no plain file, and no {}", kind.name())));
            }
            if metadata.len() > kind.limit() {
                let (bytes, limit) = (metadata.len(), kind.limit());
                return Err(wrong(format!("has {bytes} bytes, and a {} has at most {limit}", kind.name())));
            }
            Ok(())
        };
        let read = |error: std::io::Error| match error.kind() {
            ErrorKind::NotFound => Fault::usage(anyhow!("there is no file `{}`", shown(path))),
            _ => Fault::usage(anyhow::Error::new(error).context(named())),
        };
        // Looked at before it is opened: opening alone can act on a device.
        fits(&fs_err::metadata(path).map_err(read)?)?;
        let mut options = fs_err::OpenOptions::new();
        let file = options.read(true).custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits() as i32).open(path);
        let file = file.map_err(read)?;
        let metadata = file.metadata().map_err(read)?;
        fits(&metadata)?;
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default().saturating_add(1));
        file.take(kind.limit().saturating_add(1)).read_to_end(&mut bytes).map_err(read)?;
        if bytes.len() as u64 > kind.limit() {
            return Err(wrong("grew while it was read".to_owned()));
        }
        Ok(Self { path: path.to_owned(), kind, bytes: bytes.into(), metadata })
    }

    /// Its permission bits.
    pub(crate) fn mode(&self) -> u32 {
        self.metadata.mode() & 0o7777
    }

    /// Its path as text for people.
    pub(crate) fn shown(&self) -> String {
        shown(&self.path)
    }

    /// Puts other content in its place, with its mode and owner. Refused when somebody else changed it since it was read.
    pub(crate) fn replace(&self, bytes: &[u8]) -> Result<(), Fault> {
        // Behind a link the file itself is replaced, not the link.
        let path = fs_err::canonicalize(&self.path).map_err(Fault::own)?;
        if Self::read(&path, self.kind)?.bytes != self.bytes {
            return Err(Fault::usage(hinted(
                anyhow!("`{}` was changed by somebody else meanwhile", self.shown()),
                "look at it again, then sign it again",
            )));
        }
        let write = || -> anyhow::Result<()> {
            let file = beside(&path, bytes, self.mode())?;
            let owner = (self.metadata.uid(), self.metadata.gid());
            if (file.as_file().metadata()?.uid(), file.as_file().metadata()?.gid()) != owner {
                // Only root gives files away; for others it becomes theirs.
                let _ = std::os::unix::fs::fchown(file.as_file(), Some(owner.0), Some(owner.1));
            }
            file.persist(&path)?;
            sync_folder(&path)
        };
        write().with_context(|| format!("`{}` cannot be written; it is as it was", self.shown())).map_err(Fault::own)
    }

    /// Writes other content to a new file of the same mode.
    pub(crate) fn write_to(&self, path: &Path, bytes: &[u8]) -> Result<(), Fault> {
        create(path, bytes, self.mode() & 0o777)
    }
}

/// Refuses a path where something is: to be told before a passphrase is asked for. [`create`] has the last word.
pub(crate) fn refuse_taken(path: &Path) -> Result<(), Fault> {
    match fs_err::symlink_metadata(path) {
        Ok(_) => Err(taken(path)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Fault::own(error)),
    }
}

fn taken(path: &Path) -> Fault {
    Fault::usage(hinted(
        anyhow!("`{}` is there already, and nothing is overwritten", shown(path)),
        "choose another name, or move it away",
    ))
}

/// Makes a file that is not there yet.
pub(crate) fn create(path: &Path, bytes: &[u8], mode: u32) -> Result<(), Fault> {
    let failed = |error: anyhow::Error| Fault::own(error.context(format!("`{}` cannot be written", shown(path))));
    let file = beside(path, bytes, mode).map_err(failed)?;
    match file.persist_noclobber(path) {
        Ok(_) => sync_folder(path).map_err(failed),
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Err(taken(path)),
        Err(error) => Err(failed(error.error.into())),
    }
}

/// The content in a nameless-to-be file in the same folder: gone when it is not moved into its place.
fn beside(path: &Path, bytes: &[u8], mode: u32) -> anyhow::Result<tempfile::NamedTempFile> {
    let mut file = tempfile::Builder::new().prefix(".dbg-writing-").tempfile_in(folder(path))?;
    file.write_all(bytes)?;
    // After its content, and whatever the mask of the process is.
    file.as_file().set_permissions(Permissions::from_mode(mode))?;
    file.as_file().sync_all()?;
    Ok(file)
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn sync_folder(path: &Path) -> anyhow::Result<()> {
    let mut options = fs_err::OpenOptions::new();
    let folder = options.read(true).custom_flags(OFlags::DIRECTORY.bits() as i32).open(folder(path))?;
    Ok(folder.sync_all()?)
}

/// A path as text for people.
pub(crate) fn shown(path: &Path) -> String {
    Cell(&path.to_string_lossy()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_keeps_its_mode_and_nothing_lies_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a.json"), folder.path().join("link"));
        create(&path, b"one", 0o640).unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        Document::read(&link, Kind::Root).unwrap().replace(b"two").unwrap();
        let read = Document::read(&path, Kind::Root).unwrap();
        assert_eq!((&read.bytes[..], read.mode()), (&b"two"[..], 0o640));
        assert!(fs_err::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn nothing_is_overwritten_and_nothing_is_left_when_it_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        create(&path, b"one", 0o600).unwrap();
        assert!(create(&path, b"two", 0o600).is_err());
        assert_eq!(&Document::read(&path, Kind::Key).unwrap().bytes[..], b"one");
        assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_another_changed_meanwhile_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        create(&path, b"one", 0o600).unwrap();
        let read = Document::read(&path, Kind::Root).unwrap();
        fs_err::write(&path, b"another's").unwrap();
        assert!(read.replace(b"mine").is_err());
        assert_eq!(&Document::read(&path, Kind::Root).unwrap().bytes[..], b"another's");
    }

    #[test]
    fn a_device_a_folder_and_what_is_too_long_are_no_documents() {
        let folder = tempfile::tempdir().unwrap();
        let long = folder.path().join("long");
        fs_err::write(&long, vec![b' '; 9000]).unwrap();
        for path in [Path::new("/dev/zero"), folder.path(), &long, &folder.path().join("none")] {
            assert!(Document::read(path, Kind::Key).is_err(), "{}", path.display());
        }
    }
}
