//! The directory of the cache. It is opened once and judged, and everything is done relative to it: what happens to its path meanwhile
//! does not matter.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat, Timespec, Timestamps};
use rustix::io::Errno;

use super::CacheNote;

/// All entries together; the oldest go first.
const BYTES: u64 = 512 << 20;
/// The largest entry: a Python plugin has 60 MB of code.
const ENTRY_BYTES: u64 = 256 << 20;
/// A file that somebody was writing for so long was left behind.
const STALE: Duration = Duration::from_secs(3600);

const SECRET: &str = "key";
/// How files are called while they are written.
const WRITING: &str = ".writing-";

#[derive(Debug)]
pub(super) struct Directory {
    path: PathBuf,
    fd: OwnedFd,
}

impl Directory {
    /// Opens it, and makes it for this user alone when it is not there.
    pub(super) fn open(path: &Path) -> Result<Self, CacheNote> {
        let none = |cause: io::Error| CacheNote::NoDirectory { dir: path.to_owned(), cause: Arc::new(cause) };
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(none)?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = rustix::fs::open(path, flags, Mode::empty()).map_err(|cause| none(cause.into()))?;
        let stat = rustix::fs::fstat(&fd).map_err(|cause| none(cause.into()))?;
        if !is_ours(&stat) {
            return Err(CacheNote::NotOurs { dir: path.to_owned(), owner: stat.st_uid });
        }
        let mode = stat.st_mode & 0o777;
        if mode & 0o077 != 0 {
            return Err(CacheNote::OpenToOthers { dir: path.to_owned(), mode });
        }
        Ok(Self { path: path.to_owned(), fd })
    }

    /// The secret of the MACs, made at the first time. Of two that make it at once, one wins and both use its.
    pub(super) fn secret(&self) -> Result<[u8; 32], CacheNote> {
        if let Some(secret) = self.read_secret() {
            return Ok(secret);
        }
        let mut secret = [0; 32];
        let made = random(&mut secret).and_then(|()| {
            let writing = self.write_aside(&secret)?;
            // Linking fails where somebody was faster. What is no secret, though, is in the way.
            let linked = match rustix::fs::linkat(&self.fd, &writing, &self.fd, SECRET, AtFlags::empty()) {
                Err(Errno::EXIST) if self.read_secret().is_some() => Ok(()),
                Err(Errno::EXIST) => return Ok(rustix::fs::renameat(&self.fd, &writing, &self.fd, SECRET)?),
                other => other,
            };
            self.remove(&writing);
            Ok(linked?)
        });
        made.map_err(|cause| self.not_written(SECRET, cause))?;
        self.read_secret().ok_or_else(|| self.not_written(SECRET, io::ErrorKind::InvalidData.into()))
    }

    fn read_secret(&self) -> Option<[u8; 32]> {
        self.read(SECRET)?.try_into().ok()
    }

    /// A regular file of ours, and not too large; none for anything else.
    pub(super) fn read(&self, name: &str) -> Option<Vec<u8>> {
        // A FIFO would wait for a writer.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(&self.fd, name, flags, Mode::empty()).ok()?;
        let stat = rustix::fs::fstat(&fd).ok()?;
        let size = u64::try_from(stat.st_size).ok().filter(|size| *size <= ENTRY_BYTES)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile || !is_ours(&stat) {
            return None;
        }
        // The newest use counts when old ones are removed; where time cannot be set, the newest writing does.
        let now = Timespec { tv_sec: 0, tv_nsec: rustix::fs::UTIME_NOW };
        let _ = rustix::fs::futimens(&fd, &Timestamps { last_access: now, last_modification: now });
        let mut bytes = Vec::with_capacity(usize::try_from(size).ok()?);
        File::from(fd).take(ENTRY_BYTES).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    /// Puts an entry in its place at once, and removes the oldest when there are too many.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), CacheNote> {
        if bytes.len() as u64 > ENTRY_BYTES {
            return Err(self.not_written(name, io::ErrorKind::FileTooLarge.into()));
        }
        let written = self.write_aside(bytes).and_then(|writing| {
            rustix::fs::renameat(&self.fd, &writing, &self.fd, name).map_err(|cause| {
                self.remove(&writing);
                cause.into()
            })
        });
        written.map_err(|cause| self.not_written(name, cause))?;
        self.evict(name, BYTES);
        Ok(())
    }

    /// A new file with these bytes, by the name that it returns. Not synced: what a crash damages has a wrong MAC.
    fn write_aside(&self, bytes: &[u8]) -> io::Result<String> {
        let mut number = [0; 8];
        random(&mut number)?;
        let name = format!("{WRITING}{:016x}", u64::from_le_bytes(number));
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(&self.fd, &name, flags, Mode::RUSR | Mode::WUSR)?;
        File::from(fd).write_all(bytes).inspect_err(|_| self.remove(&name))?;
        Ok(name)
    }

    fn remove(&self, name: &str) {
        // What cannot be removed is removed by a later eviction.
        let _ = rustix::fs::unlinkat(&self.fd, name, AtFlags::empty());
    }

    /// Removes what was left behind, and the oldest entries but `keep` until all fit into `most` bytes.
    fn evict(&self, keep: &str, most: u64) {
        let Ok(entries) = rustix::fs::Dir::read_from(&self.fd) else { return };
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let stale = i64::try_from(now.saturating_sub(STALE).as_secs()).unwrap_or(0);
        let mut found = Vec::new();
        for entry in entries.flatten() {
            let Ok(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
            if matches!(&*name, "." | ".." | SECRET) {
                continue;
            }
            let Ok(stat) = rustix::fs::statat(&self.fd, &name, AtFlags::SYMLINK_NOFOLLOW) else { continue };
            if !name.starts_with(WRITING) {
                found.push((stat.st_mtime, u64::try_from(stat.st_size).unwrap_or(0), name));
            } else if stat.st_mtime < stale {
                self.remove(&name);
            }
        }
        found.sort_unstable();
        let mut bytes: u64 = found.iter().map(|(_, size, _)| size).sum();
        for (_, size, name) in found.into_iter().filter(|(_, _, name)| name != keep) {
            if bytes <= most {
                break;
            }
            self.remove(&name);
            bytes = bytes.saturating_sub(size);
        }
    }

    fn not_written(&self, file: &str, cause: io::Error) -> CacheNote {
        CacheNote::NotWritten { dir: self.path.clone(), file: file.to_owned(), cause: Arc::new(cause) }
    }
}

fn is_ours(stat: &Stat) -> bool {
    stat.st_uid == rustix::process::geteuid().as_raw()
}

fn random(bytes: &mut [u8]) -> io::Result<()> {
    let got = rustix::rand::getrandom(&mut *bytes, rustix::rand::GetRandomFlags::empty())?;
    // Up to 256 bytes come whole. Source: man 2 getrandom.
    if got == bytes.len() { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory() -> (tempfile::TempDir, Directory) {
        let dir = tempfile::tempdir().unwrap();
        let directory = Directory::open(&dir.path().join("c")).unwrap();
        (dir, directory)
    }

    fn set_age(directory: &Directory, name: &str, seconds: u64) {
        let file = File::options().write(true).open(directory.path.join(name)).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(seconds)).unwrap();
    }

    #[test]
    fn the_oldest_entries_go_first_and_the_newest_and_the_secret_stay() {
        let (_dir, directory) = directory();
        directory.secret().unwrap();
        for (name, age) in [("a", 30), ("b", 10), ("c", 20), ("d", 40)] {
            directory.write(name, &[0; 100]).unwrap();
            set_age(&directory, name, age);
        }
        directory.evict("d", 200);
        let left = |name| directory.read(name).is_some();
        assert_eq!(["a", "b", "c", "d"].map(left), [false, true, false, true]);
        assert!(left(SECRET));
    }

    #[test]
    fn what_a_killed_writer_left_is_removed_after_an_hour() {
        let (_dir, directory) = directory();
        let old = directory.write_aside(b"x").unwrap();
        set_age(&directory, &old, 4000);
        let new = directory.write_aside(b"x").unwrap();
        directory.write("a", b"x").unwrap();
        assert!(directory.read(&old).is_none());
        assert!(directory.read(&new).is_some());
    }

    #[test]
    fn where_nothing_can_be_written_a_note_says_so() {
        // Whoever is root may write wherever the mode forbids it, but not into a directory that is gone.
        let (dir, directory) = directory();
        drop(dir);
        assert!(matches!(directory.write("a", b"x"), Err(CacheNote::NotWritten { .. })));
        assert!(matches!(directory.secret(), Err(CacheNote::NotWritten { .. })));
    }
}
