//! How full a file system is.

use crate::host::files_types;

/// Source: man 3 statvfs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Bytes in all; 0 for what holds no files of its own, as `/proc`.
    pub size: u64,
    /// Bytes that who has no special rights may still write.
    pub available: u64,
    /// Inodes in all; 0 where they are made as they are needed.
    pub inodes: u64,
    /// Those that are free.
    pub inodes_free: u64,
    /// Nobody can write to it.
    pub read_only: bool,
}

impl Usage {
    pub(crate) fn of(usage: &files_types::Usage) -> Self {
        let files_types::Usage { size, available, inodes, inodes_free, read_only } = *usage;
        Self { size, available, inodes, inodes_free, read_only }
    }
}
