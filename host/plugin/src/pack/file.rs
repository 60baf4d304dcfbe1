//! The same, of files that an author names. Bounded before they are read.

use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::{MAX_WRITTEN_DECLARATION_BYTES, PackError, pack};
use crate::Component;
use crate::file::{FileKind, Links, ReadFault, read_regular, shown};
use crate::trust::MAX_FILE_BYTES;

/// Why two files give no plugin.
#[derive(Debug, thiserror::Error)]
pub enum PackFileError {
    /// Something is there, and no plain file.
    #[error("`{}` is {kind}, not a file", shown(path))]
    Kind {
        /// The path.
        path: PathBuf,
        /// What it is.
        kind: FileKind,
    },
    /// Longer than any such file.
    #[error("`{}` has {bytes} bytes, and at most {most} are read", shown(path))]
    TooLong {
        /// The file.
        path: PathBuf,
        /// Its length.
        bytes: u64,
        /// How long it may be.
        most: u64,
    },
    /// It cannot be read.
    #[error("the file `{}` cannot be read", shown(path))]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// They were read, and make no plugin.
    #[error("`{}` cannot be given the declaration of `{}`", shown(component), shown(declaration))]
    Pack {
        /// The component's file.
        component: PathBuf,
        /// The declaration's.
        declaration: PathBuf,
        /// Why.
        source: PackError,
    },
}

impl PackFileError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Pack { source, .. } => source.hint(),
            Self::Kind { .. } | Self::TooLong { .. } | Self::Io { .. } => None,
        }
    }
}

/// As [`pack`], of the files at two paths.
pub fn pack_files(component: &Path, declaration: &Path) -> Result<Component, PackFileError> {
    let written = read(declaration, MAX_WRITTEN_DECLARATION_BYTES)?;
    let file = read(component, MAX_FILE_BYTES)?;
    pack(&file, &written).map_err(|source| PackFileError::Pack {
        component: component.to_owned(),
        declaration: declaration.to_owned(),
        source,
    })
}

fn read(path: &Path, most: u64) -> Result<Bytes, PackFileError> {
    read_regular(path, most, Links::Follow).map_err(|fault| {
        let path = path.to_owned();
        match fault {
            ReadFault::Kind(kind) => PackFileError::Kind { path, kind },
            ReadFault::TooLarge { bytes } => PackFileError::TooLong { path, bytes, most },
            ReadFault::Io(source) => PackFileError::Io { path, source },
        }
    })
}
