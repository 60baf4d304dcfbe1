//! `/proc`, opened once. Names below it are made of numbers here, so no link of somebody else's is ever on the way.

use std::os::fd::OwnedFd;

use rustix::fs::{Dir, Mode, OFlags, PROC_SUPER_MAGIC};
use rustix::io::Errno;

use crate::Root;
use crate::refusal::Refusal;
use crate::root::{Content, Links, read};

/// More processes than the kernel can number (PID_MAX_LIMIT).
const MOST: usize = 1 << 22;

/// A real procfs.
pub(super) struct Proc(OwnedFd);

impl Proc {
    /// Something else at that path, that anybody may have made, is refused.
    pub(super) fn open(root: &Root) -> Result<Self, Refusal> {
        let directory = root.open_directory(&root.find(b"/proc", Links::Follow)?)?;
        if rustix::fs::fstatfs(&directory)?.f_type != PROC_SUPER_MAGIC {
            return Err(Errno::OPNOTSUPP.into());
        }
        Ok(Self(directory))
    }

    /// The processes that are there now, by number.
    pub(super) fn pids(&self) -> Result<Vec<u32>, Refusal> {
        let mut pids = Vec::new();
        for entry in Dir::read_from(&self.0)?.take(MOST) {
            let entry = entry?;
            pids.extend(entry.file_name().to_str().ok().and_then(|name| name.parse::<u32>().ok()));
        }
        pids.sort_unstable();
        Ok(pids)
    }

    /// The start of a file of a process, at most `limit` bytes; none when it is gone or may not be read.
    pub(super) fn read(&self, pid: u32, file: &str, limit: usize) -> Option<Vec<u8>> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&self.0, format!("{pid}/{file}"), flags, Mode::empty()).ok()?;
        let (Content::Whole(bytes) | Content::Start(bytes)) = read(&file, limit).ok()?;
        Some(bytes)
    }

    /// The directory of the files that a process has open.
    pub(super) fn files(&self, pid: u32) -> Result<Dir, Errno> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Dir::new(rustix::fs::openat(&self.0, format!("{pid}/fd"), flags, Mode::empty())?)
    }
}
