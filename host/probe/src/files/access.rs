//! From a path's text to something open, in two steps: resolve touches nothing, open takes only what was resolved.

use std::os::fd::OwnedFd;

use dbg_capability::{FollowLinks, Metadata, Resolved, Usage};
use rustix::fs::StatVfsMountFlags;

use super::metadata::{LARGEST, is_same, metadata};
use super::path::{escape, parse};
use crate::Root;
use crate::refusal::Refusal;
use crate::root::{Found, Links};

/// Where a path leads.
pub(super) fn resolve(root: &Root, path: &str, follow: FollowLinks) -> Result<Resolved, Refusal> {
    let links = match follow {
        FollowLinks::Yes => Links::Follow,
        FollowLinks::No => Links::KeepLast,
    };
    let found = root.find(&parse(path).map_err(Refusal::Path)?, links)?;
    Ok(Resolved { path: escape(&found.path), metadata: metadata(&found.stat) })
}

/// The regular file that was resolved.
pub(super) fn open(root: &Root, path: &str, wanted: &Metadata) -> Result<OwnedFd, Refusal> {
    root.open_regular(&again(root, path, wanted)?)
}

/// The directory that was resolved.
pub(super) fn scan(root: &Root, path: &str, wanted: &Metadata) -> Result<OwnedFd, Refusal> {
    root.open_directory(&again(root, path, wanted)?)
}

/// The text of the link that was resolved.
pub(super) fn read_link(root: &Root, path: &str, wanted: &Metadata) -> Result<String, Refusal> {
    Ok(escape(&root.read_link(&again(root, path, wanted)?)?))
}

/// How full the file system of what was resolved is. A pin is enough: nothing is opened.
pub(super) fn usage(root: &Root, path: &str, wanted: &Metadata) -> Result<Usage, Refusal> {
    let found = again(root, path, wanted)?;
    let stat = rustix::fs::fstatvfs(&found.pin)?;
    let bytes = |blocks: u64| blocks.saturating_mul(stat.f_frsize).min(LARGEST);
    Ok(Usage {
        size: bytes(stat.f_blocks),
        available: bytes(stat.f_bavail),
        inodes: stat.f_files.min(LARGEST),
        inodes_free: stat.f_ffree.min(LARGEST),
        read_only: stat.f_flag.contains(StatVfsMountFlags::RDONLY),
    })
}

/// The same file again, or nothing: a link on the way now was none when the path was judged.
fn again(root: &Root, path: &str, wanted: &Metadata) -> Result<Found, Refusal> {
    let found = match root.find(&parse(path).map_err(Refusal::Path)?, Links::None) {
        Err(Refusal::Kernel(rustix::io::Errno::LOOP)) => return Err(Refusal::Moved),
        other => other?,
    };
    if is_same(&metadata(&found.stat), wanted) { Ok(found) } else { Err(Refusal::Moved) }
}
