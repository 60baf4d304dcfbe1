//! A directory opened once, and the one way to reach what lies beneath it. Source: man 2 openat2.

mod content;
mod etc;
mod kernel;
mod reopen;
mod walk;

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

pub(crate) use content::{Content, read};

use crate::refusal::Refusal;

/// Why this machine cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// The root is no directory that can be opened.
    #[error("cannot open the root `{}`", path.display())]
    Root {
        /// The root.
        path: PathBuf,
        /// The kernel's answer.
        source: std::io::Error,
    },
    /// What was given as the root is not one.
    #[error("what was given as the root is no directory")]
    NoDirectory,
}

impl ProbeError {
    /// The next step, where there is one.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Root { path, source } if source.kind() == std::io::ErrorKind::PermissionDenied => {
                Some(format!("run as a user who may enter `{}`", path.display()))
            }
            Self::Root { .. } | Self::NoDirectory => None,
        }
    }
}

/// A target's root. Links are followed as the target follows them and never lead out of it.
#[derive(Debug)]
pub struct Root {
    directory: OwnedFd,
    way: Way,
    etc: Option<Vec<u8>>,
}

/// Who walks the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// The kernel, by openat2.
    Kernel,
    /// We, component by component: kernels before 5.6, and seccomp filters that do not know openat2.
    Walk,
}

/// What to do with symbolic links on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Links {
    /// Follow all.
    Follow,
    /// Follow all but one at the end.
    KeepLast,
    /// None may be in the middle; one at the end is kept.
    None,
}

/// Something beneath the root, pinned by an `O_PATH` descriptor: nothing was opened, so nothing can hang.
#[derive(Debug)]
pub(crate) struct Found {
    /// The pin.
    pub(crate) pin: OwnedFd,
    /// Absolute beneath the root, without links.
    pub(crate) path: Vec<u8>,
    /// What lies there.
    pub(crate) stat: Stat,
}

/// Pins and looks, no more.
const PIN: OFlags = OFlags::PATH.union(OFlags::CLOEXEC);

impl Root {
    /// Opens a root, once; renaming it later changes nothing.
    ///
    /// # Errors
    /// When there is no such directory or it cannot be entered.
    pub fn open(path: &Path) -> Result<Self, ProbeError> {
        let directory = rustix::fs::open(path, PIN | OFlags::DIRECTORY, Mode::empty())
            .map_err(|errno| ProbeError::Root { path: path.to_owned(), source: errno.into() })?;
        Ok(Self::pinned(directory))
    }

    /// A root that is open already, with whatever descriptor.
    ///
    /// # Errors
    /// When it is no directory.
    pub fn from_directory(directory: OwnedFd) -> Result<Self, ProbeError> {
        match rustix::fs::fstat(&directory) {
            Ok(stat) if kind(&stat) == FileType::Directory => Ok(Self::pinned(directory)),
            _ => Err(ProbeError::NoDirectory),
        }
    }

    fn pinned(directory: OwnedFd) -> Self {
        let way = if kernel::answers(directory.as_fd()) { Way::Kernel } else { Way::Walk };
        Self { directory, way, etc: None }
    }

    /// As where openat2 is refused.
    #[cfg(test)]
    pub(crate) fn without_openat2(mut self) -> Self {
        self.way = Way::Walk;
        self
    }

    /// Where `path` leads.
    pub(crate) fn find(&self, path: &[u8], links: Links) -> Result<Found, Refusal> {
        let root = self.directory.as_fd();
        if self.way == Way::Kernel {
            let pin = kernel::pin(root, path, links)?;
            let stat = rustix::fs::fstat(&pin)?;
            // Without /proc, or for what was unlinked meanwhile, only a walk knows the path.
            if let Some(path) = kernel::path_of(root, &pin, &stat) {
                return Ok(Found { pin, path, stat });
            }
        }
        walk::walk(root, path, links)
    }

    /// Opens what [`Root::find`] pinned, for reading, if it is a regular file.
    pub(crate) fn open_regular(&self, found: &Found) -> Result<OwnedFd, Refusal> {
        match kind(&found.stat) {
            FileType::RegularFile => reopen::regular(self, found),
            other => Err(Refusal::NotRegular(other)),
        }
    }

    /// Opens what [`Root::find`] pinned, for reading, if it is a directory.
    pub(crate) fn open_directory(&self, found: &Found) -> Result<OwnedFd, Refusal> {
        match kind(&found.stat) {
            FileType::Directory => {
                let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
                Ok(rustix::fs::openat(&found.pin, ".", flags, Mode::empty())?)
            }
            other => Err(Refusal::NotDirectory(other)),
        }
    }

    /// The text of the link that [`Root::find`] pinned.
    pub(crate) fn read_link(&self, found: &Found) -> Result<Vec<u8>, Refusal> {
        match kind(&found.stat) {
            FileType::Symlink => Ok(link_text(&found.pin)?),
            other => Err(Refusal::NotLink(other)),
        }
    }

    /// The start of a regular file, at most `limit` bytes.
    pub(crate) fn read_start(&self, path: &[u8], limit: usize) -> Result<Content, Refusal> {
        let found = match self.covering(path)? {
            Some(found) => found,
            None => self.find(path, Links::Follow)?,
        };
        content::read(&self.open_regular(&found)?, limit)
    }
}

impl AsFd for Root {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.directory.as_fd()
    }
}

/// What kind of thing it is.
pub(crate) fn kind(stat: &Stat) -> FileType {
    FileType::from_raw_mode(stat.st_mode)
}

/// Whether two looks saw the same file.
fn same(one: &Stat, other: &Stat) -> bool {
    (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)
}

/// The text of a pinned link.
fn link_text(link: &OwnedFd) -> Result<Vec<u8>, Errno> {
    rustix::fs::readlinkat(link, "", Vec::new()).map(std::ffi::CString::into_bytes)
}

#[cfg(test)]
mod tests;
