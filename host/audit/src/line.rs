//! One line: its place in the chain, and what it says.

use std::io::{self, Read};

use dbg_model::Digest;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::json;
use crate::{Entry, LogFault};

/// Longest line in bytes, without its end. A run of a thousand targets has a quarter of that.
pub const MAX_LINE: usize = 4 << 20;

/// The version of the lines' form.
const FORMAT: u32 = 1;

/// How every line begins.
pub(crate) const BEGINNING: &[u8] = b"{\"audit\":1,";

/// A line and what it was when it was written: who keeps this can tell whether the log was cut or written anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Its number, counted from 1.
    pub line: u64,
    /// SHA-256 of its bytes without the line end. It covers all lines before it, as each names the digest of the one before.
    pub head: Digest,
}

/// What a crash or a full disk left of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Torn {
    /// How many bytes.
    pub bytes: u64,
    /// SHA-256 of them.
    pub digest: Digest,
}

impl Torn {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self { bytes: bytes.len() as u64, digest: digest(bytes) }
    }
}

/// SHA-256 of some bytes.
#[must_use]
pub fn digest(bytes: &[u8]) -> Digest {
    Digest::from_bytes(Sha256::digest(bytes).into())
}

/// SHA-256 of all that a reader gives, such as a program's own file.
///
/// # Errors
/// The reader's.
pub fn digest_of(mut reader: impl Read) -> io::Result<Digest> {
    let (mut hash, mut piece) = (Sha256::new(), vec![0; 64 << 10]);
    loop {
        match reader.read(&mut piece)? {
            0 => return Ok(Digest::from_bytes(hash.finalize().into())),
            read => hash.update(piece.get(..read).unwrap_or_default()),
        }
    }
}

#[derive(Serialize)]
struct Line<'a> {
    audit: u32,
    line: u64,
    /// Null in the first line.
    previous: Option<Digest>,
    at: &'a str,
    #[serde(flatten)]
    entry: &'a Entry,
}

/// What a line says of its place. Everything else is for people, and covered by the digest.
#[derive(Deserialize)]
pub(crate) struct Link {
    audit: u32,
    pub(crate) line: u64,
    pub(crate) previous: Option<Digest>,
    #[serde(default)]
    pub(crate) torn: Option<Torn>,
}

impl Link {
    /// None for what is no line of this form.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        // What was not written by dbg may be valid JSON and mean nothing.
        let link: Self = bytes.starts_with(BEGINNING).then(|| serde_json::from_slice(bytes).ok())??;
        (link.audit == FORMAT && link.line > 0).then_some(link)
    }
}

/// A line that follows `last`, and its position.
pub(crate) fn write(last: Option<Position>, at: &str, entry: &Entry) -> Result<(Vec<u8>, Position), LogFault> {
    let number = last.map_or(0, |last| last.line).checked_add(1).ok_or(LogFault::NumbersUsedUp)?;
    let line = Line { audit: FORMAT, line: number, previous: last.map(|last| last.head), at, entry };
    let bytes = json::to_line(&line).map_err(|_| LogFault::NotWritable)?;
    if bytes.len() > MAX_LINE {
        return Err(LogFault::TooLong { bytes: bytes.len() });
    }
    let position = Position { line: number, head: digest(&bytes) };
    Ok((bytes, position))
}
