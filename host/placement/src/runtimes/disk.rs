//! Folders and files that others may write: opened without waiting, read within bounds, and no link followed in them.

use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{Dir, FileType, Mode, OFlags, fstat, open, openat};
use rustix::io::Errno;

/// Of a folder, what is looked at.
const ENTRIES: usize = 4096;
const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

/// A folder that is open.
#[derive(Debug)]
pub(super) struct Folder(OwnedFd);

impl Folder {
    /// The folder at this path. Links on the way count: who moved a runtime's folder left one.
    pub(super) fn open(path: &Path) -> Option<Self> {
        open(path, FOLDER, Mode::empty()).ok().map(Self)
    }

    /// A folder beneath it, part by part; none through a link, or out of it.
    pub(super) fn folder(&self, path: &str) -> Option<Self> {
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        let first = self.child(parts.next()?)?;
        parts.try_fold(first, |folder, part| folder.child(part))
    }

    fn child(&self, name: &str) -> Option<Self> {
        if matches!(name, "." | "..") || name.contains('/') {
            return None;
        }
        openat(&self.0, name, FOLDER | OFlags::NOFOLLOW, Mode::empty()).ok().map(Self)
    }

    /// The names in it that are text, but for `.` and `..`, at most some thousands.
    pub(super) fn names(&self) -> Vec<String> {
        let Ok(entries) = Dir::read_from(&self.0) else { return Vec::new() };
        let names = entries.map_while(Result::ok).take(ENTRIES);
        let text = names.filter_map(|entry| entry.file_name().to_str().ok().map(str::to_owned));
        text.filter(|name| !matches!(name.as_str(), "." | "..")).collect()
    }

    /// The whole of a regular file in it; none where it has more than `limit` bytes.
    pub(super) fn read(&self, name: &str, limit: usize) -> Option<Vec<u8>> {
        if name.contains('/') {
            return None;
        }
        // Whatever else lies there, opening it must not wait for anybody.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file = openat(&self.0, name, flags, Mode::empty()).ok()?;
        let is_file = fstat(&file).is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile);
        is_file.then(|| start(&file, limit.saturating_add(1))).flatten().filter(|bytes| bytes.len() <= limit)
    }
}

/// At most so many bytes from the start of a file.
pub(super) fn start(file: &OwnedFd, limit: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut block = [0; 16 << 10];
    while bytes.len() < limit {
        let room = block.len().min(limit - bytes.len());
        match rustix::io::read(file, block.get_mut(..room)?) {
            Ok(0) => break,
            Ok(read) => bytes.extend_from_slice(block.get(..read)?),
            Err(Errno::INTR) => {}
            Err(_) => return None,
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_a_link_or_no_file_is_not_read() {
        let place = tempfile::tempdir().unwrap();
        fs_err::create_dir(place.path().join("in")).unwrap();
        fs_err::write(place.path().join("in/file"), "12345").unwrap();
        std::os::unix::fs::symlink("file", place.path().join("in/link")).unwrap();
        std::os::unix::fs::symlink("in", place.path().join("out")).unwrap();
        rustix::fs::mknodat(rustix::fs::CWD, place.path().join("in/fifo"), FileType::Fifo, Mode::RUSR, 0).unwrap();
        let folder = Folder::open(place.path()).unwrap();
        let inner = folder.folder("in").unwrap();
        assert_eq!(inner.read("file", 5).as_deref(), Some(&b"12345"[..]));
        assert_eq!(inner.read("file", 4), None);
        for name in ["link", "fifo", "none", "../in/file", ".."] {
            assert_eq!(inner.read(name, 100), None, "{name}");
        }
        for path in ["out", "in/..", "", "none", "in/file"] {
            assert!(folder.folder(path).is_none(), "{path}");
        }
    }
}
