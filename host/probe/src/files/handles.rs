//! What is open, by numbers that are never given twice.

use std::collections::HashMap;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dbg_capability::{Entry, FileId, Metadata, Page, ScanId};
use rustix::fs::{Dir, SeekFrom};
use rustix::io::Errno;

use super::metadata::{file_kind, metadata};
use super::path::escape;
use crate::refusal::Refusal;

/// All checks of this place together; the engine allows 64 to each run, and 1,024 is the usual limit of a process.
const LIMIT: usize = 512;

/// One read.
const LARGEST_READ: u32 = 1 << 20;

/// One page.
const LARGEST_PAGE: u32 = 10_000;

/// Files and directories that are open.
#[derive(Default)]
pub(super) struct Handles {
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    last: u64,
    files: HashMap<u64, Arc<OpenFile>>,
    scans: HashMap<u64, Arc<OpenScan>>,
}

/// A regular file. The kernel keeps the position; one reader at a time.
pub(super) struct OpenFile(Mutex<OwnedFd>);

/// A directory, and whether its end was seen.
pub(super) struct OpenScan(Mutex<(Dir, End)>);

/// How far a directory was read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Ahead,
    Seen,
}

impl Handles {
    pub(super) fn add_file(&self, file: OwnedFd) -> Result<FileId, Refusal> {
        let mut table = lock(&self.table);
        let id = table.next()?;
        table.files.insert(id, Arc::new(OpenFile(Mutex::new(file))));
        Ok(FileId(id))
    }

    pub(super) fn add_scan(&self, directory: OwnedFd) -> Result<ScanId, Refusal> {
        let directory = Dir::new(directory)?;
        let mut table = lock(&self.table);
        let id = table.next()?;
        table.scans.insert(id, Arc::new(OpenScan(Mutex::new((directory, End::Ahead)))));
        Ok(ScanId(id))
    }

    pub(super) fn file(&self, file: FileId) -> Result<Arc<OpenFile>, Refusal> {
        lock(&self.table).files.get(&file.0).cloned().ok_or(Refusal::Closed)
    }

    pub(super) fn scan(&self, scan: ScanId) -> Result<Arc<OpenScan>, Refusal> {
        lock(&self.table).scans.get(&scan.0).cloned().ok_or(Refusal::Closed)
    }

    pub(super) fn close_file(&self, file: FileId) {
        lock(&self.table).files.remove(&file.0);
    }

    pub(super) fn close_scan(&self, scan: ScanId) {
        lock(&self.table).scans.remove(&scan.0);
    }
}

impl Table {
    fn next(&mut self) -> Result<u64, Refusal> {
        if self.files.len() + self.scans.len() >= LIMIT {
            return Err(Refusal::TooManyHandles { limit: LIMIT });
        }
        self.last += 1;
        Ok(self.last)
    }
}

impl OpenFile {
    /// The next bytes; none at the end. A file that grows for ever is the caller's to bound.
    pub(super) fn read(&self, max: u32) -> Result<Vec<u8>, Refusal> {
        let max = usize::try_from(max.min(LARGEST_READ)).unwrap_or(0);
        if max == 0 {
            return Ok(Vec::new());
        }
        let file = lock(&self.0);
        let mut buffer = vec![0; max];
        let read = rustix::io::retry_on_intr(|| rustix::io::read(&*file, &mut buffer))?;
        buffer.truncate(read);
        buffer.shrink_to_fit();
        Ok(buffer)
    }

    pub(super) fn seek(&self, offset: u64) -> Result<(), Refusal> {
        rustix::fs::seek(&*lock(&self.0), SeekFrom::Start(offset))?;
        Ok(())
    }

    pub(super) fn stat(&self) -> Result<Metadata, Refusal> {
        Ok(metadata(&rustix::fs::fstat(&*lock(&self.0))?))
    }
}

impl OpenScan {
    /// The next entries, without `.` and `..`.
    pub(super) fn next(&self, max: u32) -> Result<Page, Refusal> {
        let max = usize::try_from(max.min(LARGEST_PAGE)).unwrap_or(0);
        let mut scan = lock(&self.0);
        let (directory, end) = &mut *scan;
        let mut entries = Vec::new();
        while *end == End::Ahead && entries.len() < max {
            match directory.read() {
                None => *end = End::Seen,
                // Removed while it is read: it has no more entries.
                Some(Err(Errno::NOENT)) => *end = End::Seen,
                Some(Err(errno)) => return Err(errno.into()),
                Some(Ok(entry)) => match entry.file_name().to_bytes() {
                    b"." | b".." => {}
                    name => entries.push(Entry { name: escape(name), kind: file_kind(entry.file_type()) }),
                },
            }
        }
        Ok(Page { entries, last: *end == End::Seen })
    }
}

/// No guard is held across anything that can panic half-way, so a poisoned lock holds a sound value.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
