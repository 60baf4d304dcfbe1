//! A small file read whole, within a bound.

use std::os::fd::OwnedFd;

use rustix::buffer::spare_capacity;

use crate::refusal::Refusal;

/// Read at once; /proc and /etc files fit.
const CHUNK: usize = 8 * 1024;

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    /// The file.
    Whole(Vec<u8>),
    /// As much as the bound allows; there is more.
    Start(Vec<u8>),
}

/// At most `limit` bytes, and whether more would come. The size that the file claims is not asked: /proc says 0.
pub(crate) fn read(file: &OwnedFd, limit: usize) -> Result<Content, Refusal> {
    let mut bytes = Vec::new();
    while bytes.len() <= limit {
        bytes.reserve(CHUNK);
        if rustix::io::retry_on_intr(|| rustix::io::read(file, spare_capacity(&mut bytes)))? == 0 {
            return Ok(Content::Whole(bytes));
        }
    }
    bytes.truncate(limit);
    Ok(Content::Start(bytes))
}
