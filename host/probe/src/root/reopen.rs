//! From a pin to a descriptor that can be read, of the very same file.

use std::os::fd::{AsRawFd, OwnedFd};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use super::{Found, Links, Root, same};
use crate::refusal::Refusal;

/// Never waits for a lease or a writer, never becomes the controlling terminal.
const READ: OFlags = OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::NOCTTY).union(OFlags::CLOEXEC);

/// Opens the pinned regular file.
pub(super) fn regular(root: &Root, found: &Found) -> Result<OwnedFd, Refusal> {
    let by_pin = rustix::fs::open(format!("/proc/self/fd/{}", found.pin.as_raw_fd()), READ, Mode::empty());
    let open = match by_pin {
        // There is no /proc here.
        Err(Errno::NOENT | Errno::NOTDIR) => by_name(root, found)?,
        other => other?,
    };
    let stat = rustix::fs::fstat(&open)?;
    if same(&stat, &found.stat) { Ok(open) } else { Err(Refusal::Moved) }
}

/// By its name in its directory. Between the pin and this it can become something else, which the caller sees; `O_NONBLOCK`
/// keeps a FIFO from hanging us.
pub(super) fn by_name(root: &Root, found: &Found) -> Result<OwnedFd, Refusal> {
    let slash = found.path.iter().rposition(|byte| *byte == b'/').ok_or(Errno::NOENT)?;
    let (directory, name) = found.path.split_at_checked(slash + 1).ok_or(Errno::NOENT)?;
    let directory = root.find(directory, Links::None)?;
    Ok(rustix::fs::openat(&directory.pin, name, READ | OFlags::NOFOLLOW, Mode::empty())?)
}
