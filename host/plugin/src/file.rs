//! A file that an operator names becomes a component. Bounded before it is read.

use std::fmt;
use std::fs::FileType;
use std::io::{self, Read as _};
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use dbg_model::Cell;
use fs_err::os::unix::fs::OpenOptionsExt as _;
use rustix::fs::OFlags;

use crate::trust::{MAX_FILE_BYTES, SectionFault, Split, split};
use crate::{Component, ComponentError};

/// Why a file gives no component.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Nothing is there.
    #[error("there is no file `{}`", shown(path))]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// Something is there, and no plain file.
    #[error("`{}` is {kind}, not a file", shown(path))]
    Kind {
        /// The path.
        path: PathBuf,
        /// What it is.
        kind: FileKind,
    },
    /// The machine does not let it be read.
    #[error("the file `{}` cannot be read", shown(path))]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It was read, and its signature section is not as it must be.
    #[error("the signature of `{}` is not in its place", shown(path))]
    Section {
        /// The file.
        path: PathBuf,
        /// Why.
        source: SectionFault,
    },
    /// It was read, and is no component that could be run.
    #[error("`{}` is no plugin that this dbg can run", shown(path))]
    Component {
        /// The file.
        path: PathBuf,
        /// Why.
        source: ComponentError,
    },
}

/// What a path is that is no plain file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A directory.
    Directory,
    /// A FIFO.
    Pipe,
    /// A socket.
    Socket,
    /// A character or block device.
    Device,
    /// A symbolic link where none is followed.
    Link,
}

impl FileKind {
    fn of(file_type: FileType) -> Option<Self> {
        let kinds = [
            (file_type.is_dir(), Self::Directory),
            (file_type.is_fifo(), Self::Pipe),
            (file_type.is_socket(), Self::Socket),
            (file_type.is_char_device() || file_type.is_block_device(), Self::Device),
            (file_type.is_symlink(), Self::Link),
        ];
        kinds.into_iter().find_map(|(is, kind)| is.then_some(kind))
    }
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Directory => "a directory",
            Self::Pipe => "a pipe",
            Self::Socket => "a socket",
            Self::Device => "a device",
            Self::Link => "a symbolic link",
        })
    }
}

impl FileError {
    /// The error for a file that could not be read at all.
    pub(crate) fn unread(path: &Path, fault: ReadFault) -> Self {
        let path = path.to_owned();
        match fault {
            ReadFault::Kind(kind) => Self::Kind { path, kind },
            ReadFault::Io(source) if source.kind() == io::ErrorKind::NotFound => Self::Missing { path },
            ReadFault::Io(source) => Self::Io { path, source },
            ReadFault::TooLarge { bytes } => {
                Self::Io { path, source: io::Error::other(format!("it has {bytes} bytes, which is too much")) }
            }
        }
    }

    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Missing { .. } => None,
            Self::Kind { .. } => Some("name the plugin's `.wasm` file".to_owned()),
            Self::Io { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                Some("read access to the file is needed, and search access to each directory above it".to_owned())
            }
            Self::Io { .. } => None,
            Self::Section { .. } => {
                Some("copy it again: its vendor's digest tells whether it arrived whole".to_owned())
            }
            Self::Component { source, .. } => source.hint(),
        }
    }
}

/// A plugin's file, taken apart as far as it can be without believing anything.
#[derive(Debug, Clone)]
pub enum PluginFile {
    /// Nobody signed it.
    Unsigned(Component),
    /// It carries a signature: what it is worth is for [`crate::trust::verify`]. The whole file.
    Signed(Bytes),
}

/// Reads a plugin's file, signed or not. It is followed when it is a symbolic link; a pipe or a device is refused without being opened.
pub fn open_file(path: &Path) -> Result<PluginFile, FileError> {
    let component = |source| FileError::Component { path: path.to_owned(), source };
    let bytes = whole(path)?;
    match split(&bytes) {
        Ok(Split { envelope: Some(_), .. }) => Ok(PluginFile::Signed(bytes)),
        // Whoever reads components has better words for what is none.
        Ok(Split { envelope: None, .. })
        | Err(SectionFault::NotComponent | SectionFault::Damaged { .. } | SectionFault::TooLarge { .. }) => {
            Component::read(bytes).map(PluginFile::Unsigned).map_err(component)
        }
        Err(source) => Err(FileError::Section { path: path.to_owned(), source }),
    }
}

/// As [`open_file`], for the component alone: without the signature that the file may carry.
pub fn read_file(path: &Path) -> Result<Component, FileError> {
    match open_file(path)? {
        PluginFile::Unsigned(component) => Ok(component),
        PluginFile::Signed(bytes) => {
            let Split { component, .. } =
                split(&bytes).map_err(|source| FileError::Section { path: path.to_owned(), source })?;
            Component::read(component).map_err(|source| FileError::Component { path: path.to_owned(), source })
        }
    }
}

fn whole(path: &Path) -> Result<Bytes, FileError> {
    read_regular(path, MAX_FILE_BYTES, Links::Follow).map_err(|fault| match fault {
        ReadFault::TooLarge { bytes } => {
            FileError::Component { path: path.to_owned(), source: ComponentError::TooLarge { bytes } }
        }
        fault => FileError::unread(path, fault),
    })
}

/// Whether the last part of a path may be a symbolic link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Links {
    Follow,
    Refuse,
}

/// Why a plain file's content could not be had.
#[derive(Debug)]
pub(crate) enum ReadFault {
    Kind(FileKind),
    TooLarge { bytes: u64 },
    Io(io::Error),
}

impl From<io::Error> for ReadFault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// All of a plain file, or nothing when it is longer than `limit`; its length is looked at before a byte is read, and again while it is.
pub(crate) fn read_regular(path: &Path, limit: u64, links: Links) -> Result<Bytes, ReadFault> {
    // Looked at before it is opened: opening alone can act on a device.
    let metadata = match links {
        Links::Follow => fs_err::metadata(path)?,
        Links::Refuse => fs_err::symlink_metadata(path)?,
    };
    fits(&metadata, limit)?;
    let mut flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    if links == Links::Refuse {
        flags |= OFlags::NOFOLLOW;
    }
    let mut options = fs_err::OpenOptions::new();
    options.read(true).custom_flags(flags.bits() as i32);
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    fits(&metadata, limit)?;
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default().saturating_add(1));
    // One byte more than allowed tells a file that grew.
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    match bytes.len() as u64 {
        length if length > limit => Err(ReadFault::TooLarge { bytes: length }),
        _ => Ok(bytes.into()),
    }
}

fn fits(metadata: &std::fs::Metadata, limit: u64) -> Result<(), ReadFault> {
    match FileKind::of(metadata.file_type()) {
        Some(kind) => Err(ReadFault::Kind(kind)),
        None if metadata.len() > limit => Err(ReadFault::TooLarge { bytes: metadata.len() }),
        None => Ok(()),
    }
}

/// A path fit for an error message.
pub(crate) fn shown(path: &Path) -> String {
    Cell(&path.to_string_lossy()).to_string()
}

#[cfg(test)]
mod tests;
