//! What lies at a path.

use crate::Time;
use crate::host::files_types;

/// What it is. Source: man 7 inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A regular file.
    Regular,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A block device.
    Block,
    /// A character device.
    Character,
    /// A named pipe.
    Fifo,
    /// A socket.
    Socket,
    /// The file system does not tell.
    Unknown,
}

impl From<files_types::FileKind> for FileKind {
    fn from(kind: files_types::FileKind) -> Self {
        match kind {
            files_types::FileKind::Regular => Self::Regular,
            files_types::FileKind::Directory => Self::Directory,
            files_types::FileKind::Symlink => Self::Symlink,
            files_types::FileKind::Block => Self::Block,
            files_types::FileKind::Character => Self::Character,
            files_types::FileKind::Fifo => Self::Fifo,
            files_types::FileKind::Socket => Self::Socket,
            files_types::FileKind::Unknown => Self::Unknown,
        }
    }
}

/// Source: man 2 statx.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// What it is.
    pub kind: FileKind,
    /// Bytes. 0 for most files in /proc.
    pub size: u64,
    /// Permission, set-id and sticky bits.
    pub mode: u32,
    /// The owner, as the target's user namespace counts.
    pub uid: u32,
    /// The group, likewise.
    pub gid: u32,
    /// Hard links.
    pub links: u32,
    /// When the contents last changed.
    pub modified: Time,
    /// When the inode last changed.
    pub changed: Time,
    /// Of the file system it lies on, "major:minor".
    pub device: String,
    /// Decimal.
    pub inode: String,
}

impl From<files_types::Metadata> for Metadata {
    fn from(metadata: files_types::Metadata) -> Self {
        let time = |at: files_types::Instant| Time { seconds: at.seconds, nanoseconds: at.nanoseconds };
        Self {
            kind: metadata.kind.into(),
            size: metadata.size,
            mode: metadata.mode,
            uid: metadata.uid,
            gid: metadata.gid,
            links: metadata.links,
            modified: time(metadata.modified),
            changed: time(metadata.changed),
            device: metadata.device,
            inode: metadata.inode,
        }
    }
}
