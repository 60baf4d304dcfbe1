//! The files of `/etc/netns/NAME` in the place of those of `/etc`, for the program alone: as `ip netns exec` does it. Source: man 8 ip-netns.

use rustix::io::Errno;
use rustix::mount::{MountPropagationFlags, mount_bind, mount_change};
use rustix::thread::{UnshareFlags, unshare_unsafe};

use crate::EntryError;

/// Puts each file of `folder` over the one of its name in `/etc`, where there is one. Called while there is one thread.
pub(super) fn put_over(folder: &str) -> Result<(), EntryError> {
    let names: Vec<String> = match fs_err::read_dir(folder) {
        Ok(entries) => entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect(),
        // It went meanwhile, and there is nothing to put.
        Err(_) => return Ok(()),
    };
    // SAFETY: it concerns the mounts that this process sees, and not its descriptors or its memory.
    unsafe { unshare_unsafe(UnshareFlags::NEWNS) }.map_err(EntryError::Mounts)?;
    mount_change("/", MountPropagationFlags::DOWNSTREAM | MountPropagationFlags::REC).map_err(EntryError::Mounts)?;
    for name in names {
        match mount_bind(format!("{folder}/{name}"), format!("/etc/{name}")) {
            // What `/etc` does not have is not put there: it would stay.
            Ok(()) | Err(Errno::NOENT | Errno::NOTDIR) => {}
            Err(error) => return Err(EntryError::Mounts(error)),
        }
    }
    Ok(())
}
