//! Reading a set: its length is looked at before a byte is read, and each entry's before it is taken. Whatever is not as dbg writes it is refused.

use std::path::Path;

use bytes::Bytes;
use dbg_model::{Cell, truncate_at_char};
use serde::Deserialize;

use super::entry::{BLOCK, Entry};
use super::{FORMAT, MAX_BYTES, MAX_ENTRIES, PluginSet, SetError};
use crate::FileError;
use crate::file::{Links, ReadFault, read_regular};
use crate::trust::read_json;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Format {
    format: u32,
}

impl PluginSet {
    /// Reads a set's file. Nothing is unpacked, and nothing in it is believed.
    pub fn read(path: &Path) -> Result<Self, SetError> {
        let file = read_regular(path, MAX_BYTES, Links::Follow).map_err(|fault| match fault {
            ReadFault::TooLarge { bytes } => SetError::TooLarge { bytes },
            fault => FileError::unread(path, fault).into(),
        })?;
        Self::parse(&file)
    }

    /// Takes a set apart.
    pub(super) fn parse(file: &Bytes) -> Result<Self, SetError> {
        let mut set = Self::default();
        let mut offset = 0;
        for index in 0_usize.. {
            let damaged = SetError::Damaged { offset };
            let block = file.get(offset..offset + BLOCK).ok_or(if index == 0 { SetError::NotASet } else { damaged })?;
            if block.iter().all(|byte| *byte == 0) {
                return if index == 0 { Err(SetError::NotASet) } else { ended(file, offset).map(|()| set) };
            }
            if index >= MAX_ENTRIES {
                return Err(SetError::TooMany);
            }
            let (entry, length) = head(block, index, offset)?;
            offset += BLOCK;
            let end = offset + length;
            let padded = offset + length.next_multiple_of(BLOCK);
            let damaged = || SetError::Damaged { offset };
            let padding = file.get(end..padded).ok_or_else(damaged)?;
            if padding.iter().any(|byte| *byte != 0) {
                return Err(SetError::Form { name: entry.name() });
            }
            set.take(entry, file.slice(offset..end))?;
            offset = padded;
        }
        Err(SetError::TooMany)
    }

    fn take(&mut self, entry: Entry, content: Bytes) -> Result<(), SetError> {
        let name = entry.name();
        let before = match entry {
            Entry::Format => {
                let read = read_json(&content, BLOCK).ok().filter(|Format { format }| *format == FORMAT);
                return read.map(drop).ok_or(SetError::Format);
            }
            Entry::Root(vendor) => self.roots.insert(vendor, content),
            Entry::List(vendor) => self.lists.insert(vendor, content),
            Entry::Plugin(digest) => self.plugins.insert(digest, content),
        };
        before.map_or(Ok(()), |_| Err(SetError::Twice { name }))
    }
}

/// What a header announces, when it is in the one form.
fn head(block: &[u8], index: usize, offset: usize) -> Result<(Entry, usize), SetError> {
    let no_header = || if index == 0 { SetError::NotASet } else { SetError::Damaged { offset } };
    let mut header = tar::Header::new_old();
    header.as_mut_bytes().copy_from_slice(block);
    let summed = header.as_bytes().iter().enumerate().map(|(at, byte)| {
        // The field of the sum counts as spaces.
        if (148..156).contains(&at) { 32 } else { u32::from(*byte) }
    });
    if header.cksum().ok() != Some(summed.sum()) {
        return Err(no_header());
    }
    let name = String::from_utf8_lossy(&header.path_bytes()).into_owned();
    let shown = Cell(truncate_at_char(&name, 128)).to_string();
    if let Some(kind) = kind(header.entry_type()) {
        return Err(SetError::Kind { name: shown, kind });
    }
    if name.starts_with('/') || name.split('/').any(|part| part == "..") {
        return Err(SetError::Traversal { name: shown });
    }
    let entry = match Entry::named(&name) {
        Some(Entry::Format) if index > 0 => return Err(SetError::Twice { name: shown }),
        Some(entry) if index > 0 || entry == Entry::Format => entry,
        Some(_) | None if index == 0 => return Err(SetError::NotASet),
        Some(_) | None => return Err(SetError::Unknown { name: shown }),
    };
    let bytes = header.entry_size().map_err(|_| SetError::Form { name: shown.clone() })?;
    let limit = entry.limit();
    let length = usize::try_from(bytes).ok().filter(|_| bytes <= limit);
    let length = length.ok_or(SetError::EntryTooLarge { name: shown.clone(), bytes, limit })?;
    if entry.header(bytes)?.as_bytes()[..] != *block {
        return Err(SetError::Form { name: shown });
    }
    Ok((entry, length))
}

/// What an entry is that is no plain file.
fn kind(entry_type: tar::EntryType) -> Option<&'static str> {
    Some(match entry_type {
        tar::EntryType::Regular => return None,
        tar::EntryType::Link => "a hard link",
        tar::EntryType::Symlink => "a symbolic link",
        tar::EntryType::Directory => "a folder",
        tar::EntryType::Char | tar::EntryType::Block => "a device",
        tar::EntryType::Fifo => "a pipe",
        tar::EntryType::GNUSparse => "a sparse file",
        _ => "something else",
    })
}

/// Two empty blocks, and no byte more.
fn ended(file: &Bytes, offset: usize) -> Result<(), SetError> {
    let rest = file.get(offset..).unwrap_or_default();
    if rest.len() < 2 * BLOCK {
        return Err(SetError::Damaged { offset });
    }
    if rest.len() > 2 * BLOCK || rest.iter().any(|byte| *byte != 0) {
        return Err(SetError::After { offset: offset + BLOCK });
    }
    Ok(())
}
