//! Why nothing is kept.

use std::path::PathBuf;
use std::sync::Arc;

/// Why compiled code is not kept. The run goes on; the next one compiles again.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CacheNote {
    /// No directory, a link, or none that can be made.
    #[error("compiled plugins are not kept: `{}` is no directory that can be used: {cause}", dir.display())]
    NoDirectory {
        /// The directory.
        dir: PathBuf,
        /// What the kernel says.
        cause: Arc<std::io::Error>,
    },
    /// It belongs to another user.
    #[error("compiled plugins are not kept: `{}` belongs to the user of number {owner}", dir.display())]
    NotOurs {
        /// The directory.
        dir: PathBuf,
        /// Its owner.
        owner: u32,
    },
    /// Others may enter it.
    #[error("compiled plugins are not kept: `{}` is open to other users (mode {mode:o})", dir.display())]
    OpenToOthers {
        /// The directory.
        dir: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// Nothing can be written: a read-only home, a full disk.
    #[error("compiled plugins are not kept: cannot write `{file}` in `{}`: {cause}", dir.display())]
    NotWritten {
        /// The directory.
        dir: PathBuf,
        /// The file.
        file: String,
        /// What the kernel says.
        cause: Arc<std::io::Error>,
    },
}

impl CacheNote {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::OpenToOthers { dir, .. } => Some(format!("close it with `chmod 700 {}`", dir.display())),
            Self::NotOurs { .. } => Some("set `XDG_CACHE_HOME` to a directory of your own".into()),
            Self::NoDirectory { .. } | Self::NotWritten { .. } => None,
        }
    }
}
