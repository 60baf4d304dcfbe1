//! The kernel's facts in the words of the capability.

use dbg_capability::{FileKind, FileTime, Metadata};
use rustix::fs::{FileType, Stat};

use crate::root::kind;

/// Integers in the WIT stay within 2^53, which every language holds exactly.
pub(super) const LARGEST: u64 = 1 << 53;

/// All of it.
pub(super) fn metadata(stat: &Stat) -> Metadata {
    Metadata {
        kind: file_kind(kind(stat)),
        size: u64::try_from(stat.st_size).unwrap_or(0).min(LARGEST),
        mode: stat.st_mode & 0o7777,
        uid: stat.st_uid,
        gid: stat.st_gid,
        links: u32::try_from(stat.st_nlink).unwrap_or(u32::MAX),
        modified: time(stat.st_mtime, stat.st_mtime_nsec),
        changed: time(stat.st_ctime, stat.st_ctime_nsec),
        device: format!("{}:{}", rustix::fs::major(stat.st_dev), rustix::fs::minor(stat.st_dev)),
        inode: stat.st_ino.to_string(),
    }
}

/// Whether it is the file that was seen before.
pub(super) fn is_same(now: &Metadata, before: &Metadata) -> bool {
    (&now.device, &now.inode, now.kind) == (&before.device, &before.inode, before.kind)
}

/// The kind alone.
pub(super) fn file_kind(kind: FileType) -> FileKind {
    match kind {
        FileType::RegularFile => FileKind::Regular,
        FileType::Directory => FileKind::Directory,
        FileType::Symlink => FileKind::Symlink,
        FileType::BlockDevice => FileKind::Block,
        FileType::CharacterDevice => FileKind::Character,
        FileType::Fifo => FileKind::Fifo,
        FileType::Socket => FileKind::Socket,
        FileType::Unknown => FileKind::Unknown,
    }
}

/// The types of these fields differ between architectures.
fn time(seconds: impl TryInto<i64>, nanoseconds: impl TryInto<u32>) -> FileTime {
    FileTime {
        seconds: seconds.try_into().unwrap_or(0),
        nanoseconds: nanoseconds.try_into().unwrap_or(0).min(999_999_999),
    }
}
