//! The walk done by us, one component at a time, where openat2 is refused.
//!
//! Each directory on the way stays open, so `..` goes back to where we came from, whatever is renamed meanwhile, and never above the root.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{FileType, Mode, OFlags, PROC_SUPER_MAGIC, Stat};
use rustix::io::Errno;

use super::{Found, Links, PIN, kind, link_text};
use crate::refusal::Refusal;

/// As the kernel's MAXSYMLINKS.
const MOST_LINKS: usize = 40;

/// Each level holds a descriptor, and 1,024 is the usual limit of a process.
const MOST_LEVELS: usize = 256;

/// Of the root of every procfs. Source: include/linux/proc_fs.h, PROC_ROOT_INO.
const PROC_ROOT_INODE: u64 = 1;

/// One level beneath the root.
struct Level {
    pin: OwnedFd,
    name: Vec<u8>,
    stat: Stat,
}

/// Where `path` leads.
pub(super) fn walk(root: BorrowedFd<'_>, path: &[u8], links: Links) -> Result<Found, Refusal> {
    let mut levels: Vec<Level> = Vec::new();
    let mut ahead: Vec<Vec<u8>> = components(path).collect();
    let mut followed = 0;
    while let Some(name) = ahead.pop() {
        if matches!(name.as_slice(), b"" | b"." | b"..") {
            match levels.last() {
                Some(level) if kind(&level.stat) != FileType::Directory => return Err(Errno::NOTDIR.into()),
                _ if name == b".." => drop(levels.pop()),
                _ => {}
            }
            continue;
        }
        if levels.len() >= MOST_LEVELS {
            return Err(Errno::NAMETOOLONG.into());
        }
        let parent = levels.last().map_or(root, |level| level.pin.as_fd());
        let pin = rustix::fs::openat(parent, name.as_slice(), PIN | OFlags::NOFOLLOW, Mode::empty())?;
        let stat = rustix::fs::fstat(&pin)?;
        let last = ahead.is_empty();
        if kind(&stat) != FileType::Symlink || (last && links != Links::Follow) {
            levels.push(Level { pin, name, stat });
            continue;
        }
        followed += 1;
        if links == Links::None || followed > MOST_LINKS || is_magic(parent, &pin)? {
            return Err(Errno::LOOP.into());
        }
        let text = link_text(&pin)?;
        if text.is_empty() {
            return Err(Errno::NOENT.into());
        }
        if text.starts_with(b"/") {
            levels.clear();
        }
        ahead.extend(components(&text));
    }
    found(root, levels)
}

/// The components, the first one last. A slash at the end leaves an empty one, which wants a directory before it.
fn components(path: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    path.split(|byte| *byte == b'/').rev().map(<[u8]>::to_vec)
}

/// Whether the kernel would jump instead of reading the link's text. On procfs all links but those in its top directory
/// (`self`, `mounts`, `net`) are taken for such: the few plain ones among them are not worth a list.
fn is_magic(parent: BorrowedFd<'_>, link: &OwnedFd) -> Result<bool, Errno> {
    Ok(rustix::fs::fstatfs(link)?.f_type == PROC_SUPER_MAGIC && rustix::fs::fstat(parent)?.st_ino != PROC_ROOT_INODE)
}

fn found(root: BorrowedFd<'_>, mut levels: Vec<Level>) -> Result<Found, Refusal> {
    let mut path: Vec<u8> = levels.iter().flat_map(|level| [b"/", level.name.as_slice()].concat()).collect();
    let (pin, stat) = match levels.pop() {
        Some(level) => (level.pin, level.stat),
        None => {
            path.push(b'/');
            let pin = rustix::fs::openat(root, ".", PIN, Mode::empty())?;
            let stat = rustix::fs::fstat(&pin)?;
            (pin, stat)
        }
    };
    Ok(Found { pin, path, stat })
}
