//! The end of a log, looked at before anything is appended: the last line, and what a crash or a full disk left behind it.

use std::os::fd::AsFd;

use crate::line::{BEGINNING, Link};
use crate::{LogFault, MAX_LINE, Position, Torn, digest};

/// Bytes that are looked at for a line's beginning at once.
const PIECE: usize = 64 << 10;

/// How a log ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tail {
    /// The last whole line.
    pub(crate) last: Option<Position>,
    /// What stands behind it and is no line.
    pub(crate) torn: Option<Torn>,
    /// Whether a line end is the last byte, or there is no byte.
    pub(crate) is_ended: bool,
}

impl Tail {
    /// Of a file that is `size` bytes long.
    pub(crate) fn look(file: impl AsFd, size: u64) -> Result<Self, LogFault> {
        let Some(before) = size.checked_sub(1) else { return Ok(Self { last: None, torn: None, is_ended: true }) };
        let is_ended = read(&file, before, 1)? == b"\n";
        let end = if is_ended { before } else { size };
        let (start, bytes) = segment(&file, end)?;
        if let Some(link) = Link::read(&bytes) {
            return Ok(Self { last: Some(position(&link, &bytes)), torn: None, is_ended });
        }
        let torn = Some(Torn::of(&bytes));
        let Some(end) = start.checked_sub(1) else {
            // The very first line was torn; anything else is somebody's file.
            let is_ours =
                bytes.starts_with(BEGINNING) || BEGINNING.starts_with(&bytes) || bytes.iter().all(|byte| *byte == 0);
            return if is_ours { Ok(Self { last: None, torn, is_ended }) } else { Err(LogFault::NotALog) };
        };
        let (_, bytes) = segment(&file, end)?;
        let link = Link::read(&bytes).ok_or(LogFault::Damaged)?;
        Ok(Self { last: Some(position(&link, &bytes)), torn, is_ended })
    }
}

fn position(link: &Link, bytes: &[u8]) -> Position {
    Position { line: link.line, head: digest(bytes) }
}

/// The bytes from behind the last line end before `end` up to `end`, and where they begin.
fn segment(file: impl AsFd, end: u64) -> Result<(u64, Vec<u8>), LogFault> {
    let mut start = end;
    // Pieces from behind, each in front of those that were read before.
    let mut pieces: Vec<Vec<u8>> = Vec::new();
    let mut length = 0;
    while start > 0 {
        let size = usize::try_from(start).unwrap_or(PIECE).min(PIECE);
        let from = start - size as u64;
        let mut piece = read(&file, from, size)?;
        let begins = piece.iter().rposition(|byte| *byte == b'\n');
        if let Some(line_end) = begins {
            piece.drain(..=line_end);
        }
        start -= piece.len() as u64;
        length += piece.len();
        pieces.push(piece);
        if length > MAX_LINE {
            return Err(if start == 0 || begins.is_none() { LogFault::NotALog } else { LogFault::Damaged });
        }
        if begins.is_some() {
            break;
        }
    }
    Ok((start, pieces.into_iter().rev().flatten().collect()))
}

fn read(file: impl AsFd, at: u64, size: usize) -> Result<Vec<u8>, LogFault> {
    let io = |source: std::io::Error| LogFault::Io { act: "its end cannot be read", source };
    let mut bytes = vec![0; size];
    let mut have = 0;
    while let Some(rest) = bytes.get_mut(have..).filter(|rest| !rest.is_empty()) {
        match rustix::io::pread(&file, rest, at + have as u64) {
            Ok(0) => return Err(io(std::io::ErrorKind::UnexpectedEof.into())),
            Ok(read) => have += read,
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(io(error.into())),
        }
    }
    Ok(bytes)
}
