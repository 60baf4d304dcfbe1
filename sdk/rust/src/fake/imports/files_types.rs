//! `dbg:files/files-types`.

use crate::files;

#[derive(Clone, Copy, Debug)]
pub enum ErrorCode {
    Denied,
    NotFound,
    WrongKind,
    BadPath,
    OverBudget,
    Closed,
    Other,
}

#[derive(Clone, Debug)]
pub struct Error {
    pub code: ErrorCode,
    pub text: String,
}

impl From<files::Error> for Error {
    fn from(error: files::Error) -> Self {
        let code = match error.code {
            files::ErrorCode::Denied => ErrorCode::Denied,
            files::ErrorCode::NotFound => ErrorCode::NotFound,
            files::ErrorCode::WrongKind => ErrorCode::WrongKind,
            files::ErrorCode::BadPath => ErrorCode::BadPath,
            files::ErrorCode::OverBudget => ErrorCode::OverBudget,
            files::ErrorCode::Closed => ErrorCode::Closed,
            files::ErrorCode::Other => ErrorCode::Other,
        };
        Self { code, text: error.text }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Instant {
    pub seconds: i64,
    pub nanoseconds: u32,
}

#[derive(Clone, Copy, Debug)]
pub enum FileKind {
    Regular,
    Directory,
    Symlink,
    Block,
    Character,
    Fifo,
    Socket,
    Unknown,
}

#[derive(Clone, Debug)]
pub struct Metadata {
    pub kind: FileKind,
    pub size: u64,
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
    pub links: u32,
    pub modified: Instant,
    pub changed: Instant,
    pub device: String,
    pub inode: String,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    pub size: u64,
    pub available: u64,
    pub inodes: u64,
    pub inodes_free: u64,
    pub read_only: bool,
}
