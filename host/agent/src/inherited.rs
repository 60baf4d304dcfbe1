//! The descriptors that the child was started with: those it was given become its own, all others are closed.

use std::collections::BTreeSet;
use std::os::fd::{FromRawFd as _, OwnedFd};

use rustix::fs::{Dir, Mode, OFlags};
use rustix::io::Errno;

use crate::{EntryError, Inherited, Join};

/// The session's socket.
const SESSION: i32 = 0;
/// Standard error: what went wrong is said there.
const LAST_OF_EVERY_PROCESS: i32 = 2;

/// What the entry names, open.
pub(crate) struct Given {
    /// The session's stream.
    pub(crate) session: OwnedFd,
    /// The namespaces, in the entry's order.
    pub(crate) joins: Vec<(Join, OwnedFd)>,
    /// The target's root.
    pub(crate) root: Option<OwnedFd>,
}

/// Takes what an entry names, and closes everything else but the three descriptors of every process.
pub(crate) fn take(joins: &[Join], root: Option<Inherited>) -> Result<Given, EntryError> {
    let mut taken = BTreeSet::from_iter(0..=LAST_OF_EVERY_PROCESS);
    let mut one =
        |Inherited(number)| if taken.insert(number) { own(number) } else { Err(EntryError::GivenTwice(number)) };
    let session = own(SESSION)?;
    let joins = joins.iter().map(|join| match join {
        Join::User(given) | Join::Network(given) => Ok((*join, one(*given)?)),
    });
    let joins = joins.collect::<Result<Vec<_>, EntryError>>()?;
    let root = root.map(one).transpose()?;
    close_all_but(&taken).map_err(EntryError::Descriptors)?;
    Ok(Given { session, joins, root })
}

/// The descriptor of this number. Called once for each.
fn own(number: i32) -> Result<OwnedFd, EntryError> {
    // SAFETY: no memory is involved, and a number that is not open is an error.
    if unsafe { libc::fcntl(number, libc::F_SETFD, libc::FD_CLOEXEC) } == -1 {
        return Err(EntryError::NotOpen(number));
    }
    // SAFETY: it is open, was inherited, and nothing in this process has taken it: it has one thread and is just beginning.
    Ok(unsafe { OwnedFd::from_raw_fd(number) })
}

/// Closes every descriptor that is not among `kept`, which are in order.
fn close_all_but(kept: &BTreeSet<i32>) -> Result<(), Errno> {
    let mut first: i64 = 0;
    for number in kept.iter().map(|number| i64::from(*number)).chain([i64::from(u32::MAX) + 1]) {
        if first < number {
            // SAFETY: nothing in this process owns a descriptor that it was not given: see `own`.
            let closed = unsafe { libc::syscall(libc::SYS_close_range, first, number - 1, 0) };
            if closed != 0 {
                return close_listed(kept);
            }
        }
        first = number + 1;
    }
    Ok(())
}

/// As [`close_all_but`], where the kernel is older than 5.9 or refuses `close_range`.
fn close_listed(kept: &BTreeSet<i32>) -> Result<(), Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let mut open = Vec::new();
    for entry in Dir::new(rustix::fs::open("/proc/self/fd", flags, Mode::empty())?)? {
        open.extend(entry?.file_name().to_str().ok().and_then(|name| name.parse::<i32>().ok()));
    }
    for number in open.into_iter().filter(|number| !kept.contains(number)) {
        // SAFETY: as above. The list's own descriptor is closed already, which is an error without consequence.
        unsafe { libc::close(number) };
    }
    Ok(())
}
