//! Writing a set: the same content is always the same bytes.

use std::path::Path;

use super::entry::{BLOCK, Entry};
use super::{FORMAT, MAX_BYTES, MAX_ENTRIES, PluginSet, SetError};
use crate::store::write::write_beside;

impl PluginSet {
    /// The set as bytes of its file.
    pub fn to_bytes(&self) -> Result<Vec<u8>, SetError> {
        let Self { roots, lists, plugins } = self;
        let format = format!("{{\"format\":{FORMAT}}}\n");
        let mut file = Vec::new();
        push(&mut file, &Entry::Format, format.as_bytes())?;
        for (vendor, root) in roots {
            push(&mut file, &Entry::Root(vendor.clone()), root)?;
        }
        for (vendor, list) in lists {
            push(&mut file, &Entry::List(vendor.clone()), list)?;
        }
        for (digest, plugin) in plugins {
            push(&mut file, &Entry::Plugin(*digest), plugin)?;
        }
        file.resize(file.len() + 2 * BLOCK, 0);
        if 1 + roots.len() + lists.len() + plugins.len() > MAX_ENTRIES {
            return Err(SetError::TooMany);
        }
        match file.len() as u64 {
            bytes if bytes > MAX_BYTES => Err(SetError::TooLarge { bytes }),
            _ => Ok(file),
        }
    }

    /// Writes the set, whole or not at all.
    pub fn write(&self, path: &Path) -> Result<(), SetError> {
        let bytes = self.to_bytes()?;
        write_beside(path, &bytes).map_err(|source| SetError::Write { path: path.to_owned(), source })
    }
}

fn push(file: &mut Vec<u8>, entry: &Entry, content: &[u8]) -> Result<(), SetError> {
    file.extend_from_slice(entry.header(content.len() as u64)?.as_bytes());
    file.extend_from_slice(content);
    file.resize(file.len().next_multiple_of(BLOCK), 0);
    Ok(())
}
