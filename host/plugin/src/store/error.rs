//! Why the store cannot do what it is asked.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use dbg_model::{Digest, PluginName, VendorName};
use semver::Version;

use super::Signer;
use crate::ComponentError;
use crate::file::shown;
use crate::trust::TrustError;

/// Why the store cannot do what it is asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Part of the store is a symbolic link: whoever made it could put other plugins in its place.
    #[error("the plugin store `{}` is a symbolic link", shown(path))]
    Symlink {
        /// The store or a folder in it.
        path: PathBuf,
    },
    /// Part of the store is something else.
    #[error("the plugin store `{}` is no directory", shown(path))]
    NotDirectory {
        /// The store or a folder in it.
        path: PathBuf,
    },
    /// Somebody else could change it.
    #[error("the plugin store `{}` belongs to user {owner}, and dbg runs as user {user}", shown(path))]
    Foreign {
        /// The store or a folder in it.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
        /// Who runs dbg.
        user: u32,
    },
    /// Anybody could change it.
    #[error("the plugin store `{}` can be written by others (mode {mode:03o})", shown(path))]
    Writable {
        /// The store or a folder in it.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// No space is left, or none of the user's quota.
    #[error("there is no space left for `{}`", shown(path))]
    Full {
        /// What was to be written.
        path: PathBuf,
        /// The machine's word.
        source: io::Error,
    },
    /// The place cannot be written to.
    #[error("`{}` cannot be written", shown(path))]
    ReadOnly {
        /// What was to be written.
        path: PathBuf,
        /// The machine's word.
        source: io::Error,
    },
    /// Anything else that the machine refuses.
    #[error("cannot {act} `{}`", shown(path))]
    Io {
        /// What was tried.
        act: Act,
        /// With what.
        path: PathBuf,
        /// The machine's word.
        source: io::Error,
    },
    /// A version is one content for ever.
    #[error("version {version} of `{plugin}` is there with another content ({}, not {})", there.short(), offered.short())]
    Taken {
        /// The plugin.
        plugin: PluginName,
        /// Its version.
        version: Version,
        /// The digest in the store.
        there: Digest,
        /// The digest that was to be added.
        offered: Digest,
    },
    /// A record whose component is gone.
    #[error("the component of `{plugin}` {version} is gone: `{}`", shown(path))]
    Missing {
        /// Where it was.
        path: PathBuf,
        /// The plugin.
        plugin: PluginName,
        /// Its version.
        version: Version,
    },
    /// A component whose bytes changed.
    #[error("the component of `{plugin}` {version} was changed since it was added: `{}`", shown(path))]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// The plugin.
        plugin: PluginName,
        /// Its version.
        version: Version,
    },
    /// A record that names another plugin's component.
    #[error("the record of `{plugin}` {version} names another plugin's component: `{}`", shown(path))]
    Mismatch {
        /// The record.
        path: PathBuf,
        /// The plugin.
        plugin: PluginName,
        /// Its version.
        version: Version,
    },
    /// One name is one signer's, so that nobody's plugin takes the place of another's.
    #[error("the plugin `{plugin}` is there, {there}, and this one is {offered}")]
    Signer {
        /// The plugin.
        plugin: PluginName,
        /// Whose the one in the store is.
        there: Signer,
        /// Whose the one that was to be added is.
        offered: Signer,
    },
    /// Part of the binary.
    #[error("`{plugin}` is part of this dbg and is not kept again")]
    Stock {
        /// The plugin.
        plugin: PluginName,
    },
    /// What it was added on does not count any more.
    #[error("the plugin `{plugin}` {version} is not run any more")]
    Refused {
        /// The plugin.
        plugin: PluginName,
        /// Its version.
        version: Version,
        /// Why.
        source: TrustError,
    },
    /// Its vendor has another root now: who consented did so to somebody else.
    #[error("the plugin `{plugin}` {version} was added under another root of `{vendor}` ({}, not {})", was.short(), is.short())]
    OtherRoot {
        /// The plugin.
        plugin: PluginName,
        /// Its version.
        version: Version,
        /// The vendor.
        vendor: VendorName,
        /// The fingerprint then.
        was: Digest,
        /// The fingerprint now.
        is: Digest,
    },
    /// Another dbg was quicker.
    #[error("the plugin `{plugin}` {version} was changed meanwhile")]
    Changed {
        /// The plugin.
        plugin: PluginName,
        /// Its version.
        version: Version,
    },
    /// A component as it was added, which this dbg does not take.
    #[error("the stored component `{}` is no plugin that this dbg can run", shown(path))]
    Component {
        /// The file.
        path: PathBuf,
        /// Why.
        source: ComponentError,
    },
}

/// What the store tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// To read a file or folder.
    Read,
    /// To make a folder.
    Create,
    /// To write a file.
    Write,
    /// To remove a file.
    Remove,
    /// To take the lock of writers.
    Lock,
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Create => "create",
            Self::Write => "write",
            Self::Remove => "remove",
            Self::Lock => "lock",
        })
    }
}

impl StoreError {
    /// The error for what the machine refused.
    pub(crate) fn io(act: Act, path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { path, source },
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path, source },
            io::ErrorKind::PermissionDenied if act != Act::Read => Self::ReadOnly { path, source },
            _ => Self::Io { act, path, source },
        }
    }

    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Symlink { .. } | Self::NotDirectory { .. } => {
                "put a plain directory in its place, or remove it: dbg makes a new one".to_owned()
            }
            Self::Foreign { path, .. } => {
                format!("run dbg as that user, or move `{}` out of the way", shown(path))
            }
            Self::Writable { path, .. } => {
                format!("look whether its plugins are still yours, then `chmod go-w {}`", shown(path))
            }
            Self::Full { .. } => "free some space and try again: nothing was left half-written".to_owned(),
            Self::ReadOnly { .. } => {
                "run the plugin from its file, which keeps nothing: `dbg run --plugin FILE --allow-unsigned CHECK`"
                    .to_owned()
            }
            Self::Taken { plugin, version, .. } => {
                format!("give the new build another version, or first `dbg plugin remove {plugin}@{version}`")
            }
            Self::Missing { plugin, version, .. }
            | Self::Corrupt { plugin, version, .. }
            | Self::Mismatch { plugin, version, .. } => {
                format!("`dbg plugin remove {plugin}@{version}`, then `dbg plugin add` it again from its file")
            }
            Self::OtherRoot { plugin, version, .. } => {
                format!("if both roots are its vendor's, `dbg plugin remove {plugin}@{version}` and add it again")
            }
            Self::Signer { plugin, .. } => {
                format!("if it is to take the other's place, first `dbg plugin remove {plugin}`")
            }
            Self::Stock { .. } => "run it as it is: `dbg plugin list` shows what is part of this dbg".to_owned(),
            Self::Changed { .. } => "look at it with `dbg plugin show`, and try again".to_owned(),
            Self::Refused { source, .. } => return source.hint(),
            Self::Component { source, .. } => return source.hint(),
            Self::Io { .. } => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(errno: rustix::io::Errno, act: Act) -> StoreError {
        StoreError::io(act, Path::new("/x"), io::Error::from(errno))
    }

    #[test]
    fn a_full_disk_and_a_used_up_quota_say_that_there_is_no_space() {
        for errno in [rustix::io::Errno::NOSPC, rustix::io::Errno::DQUOT] {
            assert!(matches!(of(errno, Act::Write), StoreError::Full { .. }));
        }
    }

    #[test]
    fn a_read_only_home_is_told_from_a_folder_that_cannot_be_read() {
        assert!(matches!(of(rustix::io::Errno::ROFS, Act::Create), StoreError::ReadOnly { .. }));
        assert!(matches!(of(rustix::io::Errno::ACCESS, Act::Create), StoreError::ReadOnly { .. }));
        assert!(matches!(of(rustix::io::Errno::ACCESS, Act::Read), StoreError::Io { act: Act::Read, .. }));
    }
}
