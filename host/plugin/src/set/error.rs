//! Why a file is no set.

use std::path::PathBuf;

use super::{FORMAT, MAX_BYTES, MAX_ENTRIES};
use crate::FileError;
use crate::file::shown;
use crate::store::StoreError;

/// Why a file is no set, or none can be written. Names in it are escaped and cut.
#[derive(Debug, thiserror::Error)]
pub enum SetError {
    /// It cannot be read.
    #[error("{0}")]
    File(#[from] FileError),
    /// It cannot be written.
    #[error("the set `{}` cannot be written", shown(path))]
    Write {
        /// Where.
        path: PathBuf,
        /// Why.
        source: StoreError,
    },
    /// More bytes than are read.
    #[error("it has {bytes} bytes, and a set has at most {MAX_BYTES} (256 MiB)")]
    TooLarge {
        /// Its length.
        bytes: u64,
    },
    /// Something else.
    #[error("it is no set: it does not begin with `dbgset.json`")]
    NotASet,
    /// Written by a later dbg, or damaged.
    #[error("its format is none that this dbg reads (version {FORMAT})")]
    Format,
    /// A header that is cut off, or no header at all.
    #[error("it is damaged or cut off at byte {offset}")]
    Damaged {
        /// Where.
        offset: usize,
    },
    /// Bytes after its end, or no end.
    #[error("something follows its end, at byte {offset}")]
    After {
        /// Where.
        offset: usize,
    },
    /// A link, a folder, a device, a sparse file.
    #[error("its entry `{name}` is {kind}, and a set has plain files alone")]
    Kind {
        /// The entry.
        name: String,
        /// What it is.
        kind: &'static str,
    },
    /// A name that leads out of where it is unpacked.
    #[error("its entry `{name}` would lead out of the set")]
    Traversal {
        /// The name.
        name: String,
    },
    /// A name that no entry has.
    #[error("its entry `{name}` is none of a set")]
    Unknown {
        /// The name.
        name: String,
    },
    /// Two entries of one name.
    #[error("its entry `{name}` is there twice")]
    Twice {
        /// The name.
        name: String,
    },
    /// A length that no such entry has.
    #[error("its entry `{name}` says that it has {bytes} bytes, and at most {limit} are allowed")]
    EntryTooLarge {
        /// The entry.
        name: String,
        /// The length.
        bytes: u64,
        /// The bound.
        limit: u64,
    },
    /// A header that says the same in another way than dbg writes it.
    #[error("the header of its entry `{name}` is not in the one form that a set has")]
    Form {
        /// The entry.
        name: String,
    },
    /// More than are read.
    #[error("it has more than {MAX_ENTRIES} entries")]
    TooMany,
}

impl SetError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::File(FileError::Kind { .. }) => Some("name a file that `dbg plugin save` made".to_owned()),
            Self::File(error) => error.hint(),
            Self::Write { source, .. } => source.hint(),
            Self::NotASet => Some("name a file that `dbg plugin save` made".to_owned()),
            Self::Format => Some("read it with the dbg that made it, or a later one".to_owned()),
            Self::TooMany | Self::TooLarge { .. } => Some("carry it in several sets".to_owned()),
            _ => Some("copy it again from where it was made; if it stays so, somebody changed it".to_owned()),
        }
    }
}
