//! Why something beneath the root could not be reached or read, before it becomes the error of one capability.

use dbg_capability::FilesErrorCode;
use rustix::fs::FileType;
use rustix::io::Errno;

use crate::files::PathFault;

/// Why not. The text is a fragment that follows the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// The kernel's answer.
    #[error("{}", kernel_words(*.0))]
    Kernel(Errno),
    /// Something else where a regular file is wanted.
    #[error("{} and no regular file", kind_words(*.0))]
    NotRegular(FileType),
    /// Something else where a directory is wanted.
    #[error("{} and no directory", kind_words(*.0))]
    NotDirectory(FileType),
    /// Something else where a link is wanted.
    #[error("{} and no symbolic link", kind_words(*.0))]
    NotLink(FileType),
    /// The path led to another file when it was resolved.
    #[error("leads elsewhere by now")]
    Moved,
    /// No path at all.
    #[error("{0}")]
    Path(PathFault),
    /// The table is full.
    #[error("{limit} files and directories are open already")]
    TooManyHandles {
        /// The table's size.
        limit: usize,
    },
    /// No such handle.
    #[error("it is not open")]
    Closed,
    /// The blocking pool gave up: the program ends.
    #[error("the program ends")]
    Interrupted,
}

impl Refusal {
    /// The code of `dbg:files` for it.
    pub(crate) fn code(self) -> FilesErrorCode {
        match self {
            Self::Kernel(errno) => match errno {
                Errno::ACCESS | Errno::PERM => FilesErrorCode::Denied,
                // ESRCH: a file in /proc whose process is gone.
                Errno::NOENT | Errno::NOTDIR | Errno::SRCH => FilesErrorCode::NotFound,
                Errno::ISDIR | Errno::LOOP | Errno::NXIO => FilesErrorCode::WrongKind,
                Errno::NAMETOOLONG => FilesErrorCode::BadPath,
                _ => FilesErrorCode::Other,
            },
            Self::NotRegular(_) | Self::NotDirectory(_) | Self::NotLink(_) => FilesErrorCode::WrongKind,
            Self::Path(_) => FilesErrorCode::BadPath,
            Self::TooManyHandles { .. } => FilesErrorCode::OverBudget,
            Self::Closed => FilesErrorCode::Closed,
            Self::Moved | Self::Interrupted => FilesErrorCode::Other,
        }
    }
}

impl From<Errno> for Refusal {
    fn from(errno: Errno) -> Self {
        Self::Kernel(errno)
    }
}

pub(crate) fn kernel_words(errno: Errno) -> String {
    let words = match errno {
        Errno::ACCESS | Errno::PERM => "the kernel denies it",
        Errno::NOENT => "no such file or directory",
        Errno::NOTDIR => "a part of the path is no directory",
        Errno::SRCH => "its process is gone",
        Errno::ISDIR => "is a directory",
        Errno::LOOP => "a magic link, or links that lead in a circle",
        Errno::NXIO => "nothing answers behind it",
        Errno::NAMETOOLONG => "longer than the kernel takes",
        Errno::AGAIN => "it has nothing to read now",
        Errno::SPIPE => "it has no positions",
        Errno::MFILE | Errno::NFILE => "no file descriptor is left",
        Errno::IO => "the disk or file system failed",
        other => return format!("the kernel answers with error {}", other.raw_os_error()),
    };
    words.to_owned()
}

fn kind_words(kind: FileType) -> &'static str {
    match kind {
        FileType::RegularFile => "a regular file",
        FileType::Directory => "a directory",
        FileType::Symlink => "a symbolic link",
        FileType::Fifo => "a FIFO",
        FileType::Socket => "a socket",
        FileType::CharacterDevice => "a character device",
        FileType::BlockDevice => "a block device",
        FileType::Unknown => "of unknown kind",
    }
}
