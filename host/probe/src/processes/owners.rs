//! Which processes hold which sockets. Source: man 5 proc_pid_fd.

use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::vec;

use dbg_capability::{OwnerPage, SocketOwner};
use rustix::fs::Dir;
use rustix::io::Errno;

use super::proc::Proc;
use crate::refusal::Refusal;

/// One page.
const LARGEST_PAGE: u32 = 10_000;
/// Descriptors looked at for one page, sockets or not: some ten milliseconds.
const LOOKS: u32 = 20_000;
/// `socket:[4294967295]` and a few digits more; a longer link is none of a socket.
const LINK: usize = 40;

/// A walk over the open files of the processes that were there at the start.
pub(super) struct OwnerScan {
    proc: Proc,
    left: vec::IntoIter<u32>,
    current: Option<(u32, Dir)>,
    unreadable: u32,
}

/// What one descriptor is.
enum Look {
    Socket(u64),
    SomethingElse,
    /// The process ended, or turned into one that may not be looked into.
    NoMore(Errno),
}

impl OwnerScan {
    pub(super) fn start(proc: Proc) -> Result<Self, Refusal> {
        let left = proc.pids()?.into_iter();
        Ok(Self { proc, left, current: None, unreadable: 0 })
    }

    /// The next owners, at most `max`. A page may be empty without being the last.
    pub(super) fn next(&mut self, max: u32) -> OwnerPage {
        let max = usize::try_from(max.min(LARGEST_PAGE)).unwrap_or(0);
        let mut owners = Vec::new();
        let mut looks = 0;
        while owners.len() < max && looks < LOOKS {
            let Some((pid, files)) = &mut self.current else {
                let Some(pid) = self.left.next() else { break };
                looks += 1;
                match self.proc.files(pid) {
                    Ok(files) => self.current = Some((pid, files)),
                    Err(errno) => self.passed_over(errno),
                }
                continue;
            };
            looks += 1;
            match look(files) {
                Some(Look::Socket(inode)) => owners.push(SocketOwner { inode, pid: *pid }),
                Some(Look::SomethingElse) => {}
                Some(Look::NoMore(errno)) => {
                    self.current = None;
                    self.passed_over(errno);
                }
                None => self.current = None,
            }
        }
        let last = self.current.is_none() && self.left.as_slice().is_empty();
        OwnerPage { owners, unreadable: self.unreadable, last }
    }

    /// A process that ended has no sockets any more; one that may not be seen may have some.
    fn passed_over(&mut self, errno: Errno) {
        if matches!(errno, Errno::ACCESS | Errno::PERM) {
            self.unreadable = self.unreadable.saturating_add(1);
        }
    }
}

/// The next descriptor; none at the end.
fn look(files: &mut Dir) -> Option<Look> {
    let entry = match files.read()? {
        Ok(entry) => entry,
        Err(errno) => return Some(Look::NoMore(errno)),
    };
    let name = entry.file_name();
    if name.to_bytes().starts_with(b".") {
        return Some(Look::SomethingElse);
    }
    Some(match link(files, name) {
        Ok(Some(inode)) => Look::Socket(inode),
        // Closed meanwhile.
        Ok(None) | Err(Errno::NOENT) => Look::SomethingElse,
        Err(errno) => Look::NoMore(errno),
    })
}

fn link(files: &Dir, name: &CStr) -> Result<Option<u64>, Errno> {
    let mut buffer = [MaybeUninit::uninit(); LINK];
    let (text, _) = rustix::fs::readlinkat_raw(files.fd()?, name, &mut buffer)?;
    Ok(inode(text))
}

/// `socket:[123]`
fn inode(link: &[u8]) -> Option<u64> {
    let digits = link.strip_prefix(b"socket:[")?.strip_suffix(b"]")?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_link_of_a_socket_has_an_inode() {
        assert_eq!(inode(b"socket:[12345]"), Some(12_345));
        for other in [&b"pipe:[1]"[..], b"/tmp/socket:[1]", b"socket:[1", b"socket:[]", b"socket:[x]"] {
            assert_eq!(inode(other), None);
        }
    }
}
