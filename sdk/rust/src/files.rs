//! The target's files, read-only. Needs a grant of `files` whose bounds cover the path.
//!
//! Paths are texts that lose nothing: UTF-8 as it is, a backslash as `\\`, any other byte as `\xNN`. What [`scan`] gives, [`open`] takes.

mod error;
mod metadata;
mod open;
mod path;
mod scan;
mod usage;

use crate::host::file_tree;

pub use error::{Error, ErrorCode};
pub use metadata::{FileKind, Metadata};
pub use open::{Contents, File};
pub use path::{escape, unescape};
pub use scan::{Entries, Entry};
pub use usage::Usage;

/// Opens a regular file. 64 files and directories at once.
///
/// # Errors
/// [`ErrorCode::Denied`], [`ErrorCode::NotFound`], [`ErrorCode::WrongKind`], [`ErrorCode::BadPath`], [`ErrorCode::OverBudget`],
/// [`ErrorCode::Other`].
pub fn open(path: &str) -> Result<File, Error> {
    Ok(File::new(file_tree::open(path)?))
}

/// Opens a regular file and reads at most `limit` bytes of it.
///
/// # Errors
/// As [`open`].
pub fn read(path: &str, limit: usize) -> Result<Contents, Error> {
    open(path)?.read_to_end(limit)
}

/// What lies at a path, without opening it; a link at the end is followed.
///
/// # Errors
/// [`ErrorCode::Denied`], [`ErrorCode::NotFound`], [`ErrorCode::BadPath`], [`ErrorCode::Other`].
pub fn stat(path: &str) -> Result<Metadata, Error> {
    Ok(file_tree::stat(path, true)?.into())
}

/// What lies at a path, without opening it; a link at the end is what is told about.
///
/// # Errors
/// As [`stat`].
pub fn stat_link(path: &str) -> Result<Metadata, Error> {
    Ok(file_tree::stat(path, false)?.into())
}

/// How full the file system is that a path lies on; a link at the end is followed.
///
/// # Errors
/// As [`stat`].
pub fn disk_usage(path: &str) -> Result<Usage, Error> {
    Ok(Usage::of(&file_tree::disk_usage(path)?))
}

/// Where a link points, as it stands in the link.
///
/// # Errors
/// [`ErrorCode::Denied`], [`ErrorCode::NotFound`], [`ErrorCode::WrongKind`], [`ErrorCode::BadPath`], [`ErrorCode::Other`].
pub fn read_link(path: &str) -> Result<String, Error> {
    Ok(file_tree::read_link(path)?)
}

/// The entries of a directory, in the file system's order, without `.` and `..`.
///
/// # Errors
/// As [`open`]; [`ErrorCode::WrongKind`] for what is no directory.
pub fn scan(path: &str) -> Result<Entries, Error> {
    Ok(Entries::new(file_tree::scan(path)?))
}
