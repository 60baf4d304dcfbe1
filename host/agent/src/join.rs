//! The namespaces that the child joins. Source: man 2 setns.

use std::os::fd::{AsFd as _, OwnedFd};

use rustix::fs::{fstat, stat};
use rustix::io::Errno;
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use crate::{EntryError, Join};

/// Joins them in order. The threads that start later are in them as well.
pub(crate) fn join(joins: Vec<(Join, OwnedFd)>) -> Result<(), EntryError> {
    for (join, link) in joins {
        let (kind, namespace) = match join {
            Join::User(_) => (LinkNameSpaceType::User, "user"),
            Join::Network(_) => (LinkNameSpaceType::Network, "network"),
        };
        match move_into_link_name_space(link.as_fd(), Some(kind)) {
            Ok(()) => {}
            // The kernel lets nobody join the user namespace that he is in.
            Err(Errno::INVAL) if kind == LinkNameSpaceType::User && is_own(&link) => {}
            Err(source) => return Err(EntryError::Join { namespace, source }),
        }
    }
    Ok(())
}

fn is_own(link: &OwnedFd) -> bool {
    match (fstat(link), stat("/proc/self/ns/user")) {
        (Ok(one), Ok(other)) => (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino),
        _ => false,
    }
}
