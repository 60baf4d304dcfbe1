//! The file: opened so that nobody else can have a hand in it, and appended to under a lock, synced.

use std::io::Write as _;
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode, OFlags, ResolveFlags, fdatasync, fstat, fsync, ftruncate};
use rustix::io::Errno;

use crate::lock::Lock;
use crate::tail::Tail;
use crate::{AuditError, Entry, LogFault, Position, Sealed, Torn, line};

/// An audit log, open for appending. It stays the same file when its name is given to another: an outcome stands where its intent does.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    file: std::fs::File,
}

/// A line that was appended.
#[derive(Debug)]
pub struct Appended {
    /// Where it stands.
    pub position: Position,
    /// Its bytes, without the line end.
    pub line: Vec<u8>,
    /// What was sealed before it.
    pub sealed: Option<Torn>,
}

impl Log {
    /// Opens it, or creates it with mode 0600. Symbolic links are not followed, where the kernel can tell (5.6) not even in its folders.
    ///
    /// # Errors
    /// What cannot be trusted, or opened.
    pub fn open(path: &Path) -> Result<Self, AuditError> {
        let opened = open(path).and_then(|file| trusted(&file).map(|()| file));
        let log = |fault| AuditError::Log { path: path.to_owned(), fault };
        Ok(Self { path: path.to_owned(), file: std::fs::File::from(opened.map_err(log)?) })
    }

    /// As it was given.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends a line and waits until the disk has it. Before that it seals what a writer left torn. `at` is the time, as it is to stand there.
    ///
    /// # Errors
    /// Nothing stands there then, as far as the file system lets it be taken back.
    pub fn append(&self, at: &str, entry: &Entry) -> Result<Appended, AuditError> {
        self.try_append(at, entry).map_err(|fault| AuditError::Log { path: self.path.clone(), fault })
    }

    fn try_append(&self, at: &str, entry: &Entry) -> Result<Appended, LogFault> {
        let file = self.file.as_fd();
        let _lock = Lock::take(file)?;
        let size = fstat(file).map_err(|error| io("its size cannot be read", error))?.st_size;
        let size = u64::try_from(size).unwrap_or_default();
        let Tail { mut last, torn, is_ended } = Tail::look(file, size)?;
        let mut bytes = Vec::new();
        if !is_ended {
            bytes.push(b'\n');
        }
        if let Some(torn) = torn {
            let (seal, position) = line::write(last, at, &Entry::Sealed(Sealed { torn }))?;
            bytes.extend(seal);
            bytes.push(b'\n');
            last = Some(position);
        }
        let (line, position) = line::write(last, at, entry)?;
        bytes.extend(&line);
        bytes.push(b'\n');
        if let Err(source) = (&self.file).write_all(&bytes) {
            // What can be taken back need not be sealed; what cannot, the next writer seals.
            let _ = ftruncate(file, size);
            return Err(LogFault::Io { act: "a line cannot be appended", source });
        }
        fdatasync(file).map_err(|error| io("a line cannot be synced", error))?;
        Ok(Appended { position, line, sealed: torn })
    }
}

fn io(act: &'static str, error: Errno) -> LogFault {
    LogFault::Io { act, source: error.into() }
}

fn open(path: &Path) -> Result<OwnedFd, LogFault> {
    // A FIFO must not make it wait, a terminal must not become its own.
    let flags = OFlags::RDWR | OFlags::APPEND | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    match open_without_links(path, flags | OFlags::CREATE | OFlags::EXCL) {
        Ok(file) => {
            // Without this a crash could take away the name of a file whose line is on the disk.
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let folder = rustix::fs::open(folder, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
            let synced = folder.and_then(fsync);
            synced.map_err(|error| io("its folder cannot be synced", error))?;
            Ok(file)
        }
        Err(Errno::EXIST) => open_without_links(path, flags).map_err(refused),
        Err(error) => Err(refused(error)),
    }
}

fn refused(error: Errno) -> LogFault {
    match error {
        Errno::LOOP => LogFault::Link,
        Errno::ISDIR | Errno::NXIO => LogFault::Kind,
        error => io("it cannot be opened", error),
    }
}

fn open_without_links(path: &Path, flags: OFlags) -> rustix::io::Result<OwnedFd> {
    let mode = if flags.contains(OFlags::CREATE) { Mode::RUSR | Mode::WUSR } else { Mode::empty() };
    match rustix::fs::openat2(CWD, path, flags, mode, ResolveFlags::NO_SYMLINKS) {
        // An old kernel has no such call, and some sandboxes refuse it.
        Err(Errno::NOSYS | Errno::PERM) => rustix::fs::open(path, flags, mode),
        opened => opened,
    }
}

/// A regular file that root or who runs this owns, and nobody else can write.
fn trusted(file: &OwnedFd) -> Result<(), LogFault> {
    let stat = fstat(file).map_err(|error| io("it cannot be looked at", error))?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(LogFault::Kind);
    }
    let is_own = [0, rustix::process::geteuid().as_raw()].contains(&stat.st_uid);
    if !is_own || stat.st_mode & 0o022 != 0 {
        return Err(LogFault::Writable { uid: stat.st_uid, mode: stat.st_mode & 0o7777 });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
