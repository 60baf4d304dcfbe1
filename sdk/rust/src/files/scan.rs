//! A directory being read.

use std::vec;

use super::{Error, FileKind};
use crate::host::file_tree;

/// Few calls for a large directory, little memory for the guest.
const ENTRIES_A_CALL: u32 = 1_000;
/// The host cuts it to what is left of the run.
const PATIENCE_MS: u32 = 10_000;

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name alone, in the form of a path.
    pub name: String,
    /// `Unknown` where the file system does not tell; then [`super::stat_link`] does.
    pub kind: FileKind,
}

/// The entries of a directory, fetched as they are asked for. Ends after an error.
#[derive(Debug)]
pub struct Entries {
    handle: file_tree::Entries,
    page: vec::IntoIter<file_tree::Entry>,
    ended: bool,
}

impl Entries {
    pub(crate) fn new(handle: file_tree::Entries) -> Self {
        Self { handle, page: Vec::new().into_iter(), ended: false }
    }
}

impl Iterator for Entries {
    type Item = Result<Entry, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(entry) = self.page.next() {
                return Some(Ok(Entry { name: entry.name, kind: entry.kind.into() }));
            }
            if self.ended {
                return None;
            }
            match self.handle.next(ENTRIES_A_CALL, PATIENCE_MS) {
                Ok(page) => {
                    // An empty page that is not the last only means that the time was up; asking on for ever is no use.
                    self.ended = page.last || page.entries.is_empty();
                    self.page = page.entries.into_iter();
                }
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error.into()));
                }
            }
        }
    }
}
