//! `dbg:files`: the target's files, read-only, beneath its root. Source: man 2 openat2.
//!
//! Opening goes in two steps, so that the engine can judge where a path really leads before anything of it is read:
//! [`Files::resolve`] has no side effect on what it finds (a FIFO is not opened, a device not touched), [`Files::open`] then reads it.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// A regular file, open for reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FileId(pub u64);

/// A directory being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ScanId(pub u64);

/// What to do with a symbolic link at the end of a path. Those in the middle are always followed, beneath the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FollowLinks {
    /// Go where it points.
    Yes,
    /// Look at the link itself.
    No,
}

/// What lies at a path. Source: man 7 inode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
    /// A FIFO.
    Fifo,
    /// A socket.
    Socket,
    /// The file system does not tell.
    Unknown,
}

/// A point in time, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileTime {
    /// Whole seconds since 1970.
    pub seconds: i64,
    /// 0..999_999_999.
    pub nanoseconds: u32,
}

/// Source: man 2 statx.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// What it is.
    pub kind: FileKind,
    /// Bytes.
    pub size: u64,
    /// The low 12 bits of st_mode.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Hard links.
    pub links: u32,
    /// Last change of the content.
    pub modified: FileTime,
    /// Last change of the inode.
    pub changed: FileTime,
    /// `major:minor` of the file system.
    pub device: String,
    /// Decimal.
    pub inode: String,
}

/// How full a file system is. Source: man 3 statvfs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Bytes in all.
    pub size: u64,
    /// Bytes that who has no special rights may still write.
    pub available: u64,
    /// In all; 0 where they are made as they are needed.
    pub inodes: u64,
    /// Those that are free.
    pub inodes_free: u64,
    /// Nobody can write to it.
    pub read_only: bool,
}

/// Where a path leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolved {
    /// Absolute beneath the target's root, all links resolved, in the escaped form of the WIT's `path`.
    pub path: String,
    /// What lies there.
    pub metadata: Metadata,
}

/// One entry of a directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The name alone, in the form of a path.
    pub name: String,
    /// What it is, or `Unknown`.
    pub kind: FileKind,
}

/// Some entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The entries, without `.` and `..`.
    pub entries: Vec<Entry>,
    /// No more will come.
    pub last: bool,
}

/// The cause, as far as a program can act on it: the codes of the WIT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FilesErrorCode {
    /// EACCES, EPERM.
    Denied,
    /// ENOENT, ENOTDIR.
    NotFound,
    /// A directory, a device, a magic link where a file is wanted.
    WrongKind,
    /// No path in the WIT's form.
    BadPath,
    /// A budget is spent.
    OverBudget,
    /// No such handle, or closed.
    Closed,
    /// Anything else.
    Other,
}

/// Why a file could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{text}")]
pub struct FilesError {
    /// The cause.
    pub code: FilesErrorCode,
    /// One sentence, lower case, no full stop.
    pub text: String,
}

/// Answers `dbg:files` at the target. Paths are the WIT's escaped form, absolute.
#[async_trait]
pub trait Files: Send + Sync {
    /// Where a path leads, without opening what lies there.
    async fn resolve(&self, path: &str, follow: FollowLinks) -> Result<Resolved, FilesError>;

    /// Opens a regular file by the path that [`Files::resolve`] gave; fails with `other` when it leads elsewhere by now.
    async fn open(&self, resolved: &Resolved) -> Result<FileId, FilesError>;

    /// The next bytes, at most `max`; none at the end.
    async fn read(&self, file: FileId, max: u32) -> Result<Vec<u8>, FilesError>;

    /// Continues at `offset` bytes from the start.
    async fn seek(&self, file: FileId, offset: u64) -> Result<(), FilesError>;

    /// Of the open file itself.
    async fn stat(&self, file: FileId) -> Result<Metadata, FilesError>;

    /// How full the file system is that the path lies on.
    async fn usage(&self, resolved: &Resolved) -> Result<Usage, FilesError>;

    /// Where a link points, as it stands in the link, in the form of a path.
    async fn read_link(&self, resolved: &Resolved) -> Result<String, FilesError>;

    /// Starts to read a directory.
    async fn scan(&self, resolved: &Resolved) -> Result<ScanId, FilesError>;

    /// The next entries, at most `max`.
    async fn next(&self, scan: ScanId, max: u32) -> Result<Page, FilesError>;

    /// Frees a file; one that is not open is no error.
    async fn close(&self, file: FileId);

    /// Frees a scan; one that is not open is no error.
    async fn close_scan(&self, scan: ScanId);
}
