//! The walk done by the kernel.

use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};

use rustix::fs::{Mode, OFlags, ResolveFlags, Stat};
use rustix::io::Errno;

use super::{Links, PIN, same};

/// A rename on the way makes openat2 answer EAGAIN; who renames without end gets that error.
const TRIES: usize = 16;

/// Whether this process may use openat2.
pub(super) fn answers(root: BorrowedFd<'_>) -> bool {
    rustix::fs::openat2(root, ".", PIN, Mode::empty(), ResolveFlags::IN_ROOT).is_ok()
}

/// Pins what lies at `path`.
pub(super) fn pin(root: BorrowedFd<'_>, path: &[u8], links: Links) -> Result<OwnedFd, Errno> {
    let confined = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
    let (flags, resolve) = match links {
        Links::Follow => (PIN, confined),
        Links::KeepLast => (PIN | OFlags::NOFOLLOW, confined),
        Links::None => (PIN | OFlags::NOFOLLOW, confined | ResolveFlags::NO_SYMLINKS),
    };
    let mut result = Err(Errno::AGAIN);
    for _ in 0..TRIES {
        result = rustix::fs::openat2(root, path, flags, Mode::empty(), resolve);
        if !matches!(result, Err(Errno::AGAIN | Errno::INTR)) {
            break;
        }
    }
    result
}

/// The path of a pin beneath the root, as /proc shows it; nothing where that path does not lead back to the pin
/// (` (deleted)`, another mount namespace, something mounted over it).
pub(super) fn path_of(root: BorrowedFd<'_>, pinned: &OwnedFd, stat: &Stat) -> Option<Vec<u8>> {
    let prefix = name(root.as_raw_fd())?;
    let prefix: &[u8] = if prefix == b"/" { b"" } else { &prefix };
    let full = name(pinned.as_raw_fd())?;
    let path = match full.strip_prefix(prefix)? {
        b"" => b"/".to_vec(),
        beneath if beneath.starts_with(b"/") => beneath.to_vec(),
        _ => return None,
    };
    let again = pin(root, &path, Links::None).ok()?;
    rustix::fs::fstat(&again).is_ok_and(|again| same(&again, stat)).then_some(path)
}

fn name(descriptor: i32) -> Option<Vec<u8>> {
    let link = format!("/proc/self/fd/{descriptor}");
    rustix::fs::readlink(link, Vec::new()).ok().map(std::ffi::CString::into_bytes)
}
