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

use crate::trust::{MAX_FILE_BYTES, SectionFault, split};
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

/// Reads a component from a file, without the signature that it may carry: that is for [`crate::trust::verify`]. The file is followed when it is a symbolic link; a pipe or a device is refused without being opened.
pub fn read_file(path: &Path) -> Result<Component, FileError> {
    let component = |source| FileError::Component { path: path.to_owned(), source };
    let bytes = match read_regular(path, MAX_FILE_BYTES, Links::Follow) {
        Ok(bytes) => bytes,
        Err(ReadFault::TooLarge { bytes }) => return Err(component(ComponentError::TooLarge { bytes })),
        Err(ReadFault::Kind(kind)) => return Err(FileError::Kind { path: path.to_owned(), kind }),
        Err(ReadFault::Io(source)) if source.kind() == io::ErrorKind::NotFound => {
            return Err(FileError::Missing { path: path.to_owned() });
        }
        Err(ReadFault::Io(source)) => return Err(FileError::Io { path: path.to_owned(), source }),
    };
    let bytes = match split(&bytes) {
        Ok(split) => split.component,
        // Whoever reads components has better words for what is none.
        Err(SectionFault::NotComponent | SectionFault::Damaged { .. } | SectionFault::TooLarge { .. }) => bytes,
        Err(source) => return Err(FileError::Section { path: path.to_owned(), source }),
    };
    Component::read(bytes).map_err(component)
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
