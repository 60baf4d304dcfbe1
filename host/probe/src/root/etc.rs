//! The files of `/etc` that the probes read: a directory may stand for it, and a fence has to leave open where they are.

use std::os::fd::OwnedFd;

use rustix::io::Errno;

use super::{Found, Links, Root};
use crate::refusal::Refusal;
use crate::resolver;
use crate::sockets;

/// What is in them: the configuration, what it may be generated into, and the kernel's own.
const DIRECTORIES: [&str; 4] = ["/etc", "/proc", "/run", "/sys"];

/// Read of `/etc`; either may be a link to anywhere.
const FILES: [&str; 2] = [resolver::PATH, sockets::HOSTS];

impl Root {
    /// Lets the files of `directory`, beneath the root, stand for those of `/etc` when resolver and names are looked up, as `ip netns exec`
    /// does with `/etc/netns/NAME`. A file that is not there stands for none. Source: man 8 ip-netns.
    #[must_use]
    pub fn with_etc_of(mut self, directory: &str) -> Self {
        self.etc = Some(directory.as_bytes().to_vec());
        self
    }

    /// What stands for a file of `/etc`, if anything does.
    pub(super) fn covering(&self, path: &[u8]) -> Result<Option<Found>, Refusal> {
        let (Some(etc), Some(name)) = (&self.etc, path.strip_prefix(b"/etc/")) else { return Ok(None) };
        match self.find(&[etc.as_slice(), name].join(&b'/'), Links::Follow) {
            Ok(found) => Ok(Some(found)),
            Err(Refusal::Kernel(Errno::NOENT | Errno::NOTDIR)) => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }

    /// The directories beneath the root in which is what the probes read, but for files that a check was granted.
    #[must_use]
    pub fn system_directories(&self) -> Vec<OwnedFd> {
        let find = |path: &[u8]| self.find(path, Links::Follow).ok();
        let directories = DIRECTORIES.iter().filter_map(|path| find(path.as_bytes())).collect::<Vec<_>>();
        let folders = FILES.iter().filter_map(|path| {
            let file = self.covering(path.as_bytes()).ok().flatten().or_else(|| find(path.as_bytes()))?;
            let end = file.path.iter().rposition(|byte| *byte == b'/')?;
            // In the root itself: the file would be all of it.
            let folder = file.path.get(..end).filter(|folder| !folder.is_empty())?;
            self.find(folder, Links::None).ok()
        });
        directories.into_iter().chain(folders).map(|found| found.pin).collect()
    }
}
