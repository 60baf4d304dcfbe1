//! An open file.

use std::io;

use super::{Error, Metadata};
use crate::host::file_tree;

/// The contract gives at most this much in one call.
const LARGEST_CALL: usize = 1 << 20;

/// One regular file, open for reading.
#[derive(Debug)]
pub struct File {
    handle: file_tree::File,
}

/// What was read of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// The bytes from the start, or from where the file stood.
    pub bytes: Vec<u8>,
    /// There is more than the limit allowed.
    pub truncated: bool,
}

impl File {
    pub(crate) fn new(handle: file_tree::File) -> Self {
        Self { handle }
    }

    /// The next bytes, at most `most`, at most 1 MiB. Fewer does not mean the end; none does.
    ///
    /// # Errors
    /// [`super::ErrorCode::OverBudget`], [`super::ErrorCode::Other`].
    pub fn read(&self, most: usize) -> Result<Vec<u8>, Error> {
        let most = u32::try_from(most.min(LARGEST_CALL)).unwrap_or(u32::MAX);
        Ok(self.handle.read(most)?)
    }

    /// What follows up to the end, at most `limit` bytes.
    ///
    /// # Errors
    /// As [`File::read`].
    pub fn read_to_end(&self, limit: usize) -> Result<Contents, Error> {
        let mut bytes = Vec::new();
        // One byte more than the limit tells whether there is more.
        while bytes.len() <= limit {
            let part = self.read(limit - bytes.len() + 1)?;
            if part.is_empty() {
                return Ok(Contents { bytes, truncated: false });
            }
            bytes.extend_from_slice(&part);
        }
        bytes.truncate(limit);
        Ok(Contents { bytes, truncated: true })
    }

    /// Continues at `offset` bytes from the start.
    ///
    /// # Errors
    /// [`super::ErrorCode::Other`] where the file has no positions.
    pub fn seek(&self, offset: u64) -> Result<(), Error> {
        Ok(self.handle.seek(offset)?)
    }

    /// Of the open file itself, whatever its path names by now.
    ///
    /// # Errors
    /// [`super::ErrorCode::Other`].
    pub fn stat(&self) -> Result<Metadata, Error> {
        Ok(self.handle.stat()?.into())
    }
}

impl io::Read for File {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = File::read(self, buffer.len())?;
        for (to, from) in buffer.iter_mut().zip(&bytes) {
            *to = *from;
        }
        Ok(bytes.len().min(buffer.len()))
    }
}
