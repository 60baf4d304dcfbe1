//! A log is read from its first byte, a line at a time and in bounded memory, and each line is held against the one before.

use std::io::{self, BufRead, Read as _};

use crate::line::Link;
use crate::{MAX_LINE, Position, Torn, digest};

/// Seals that are kept to be told; more are counted.
const SEALS: usize = 100;

/// How a log reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walked {
    /// The last line that is whole and in its place.
    pub last: Option<Position>,
    /// The first hundred places where a torn line was sealed.
    pub seals: Vec<Seal>,
    /// How many there are in all.
    pub sealed: u64,
    /// What comes after the last line.
    pub end: End,
}

/// A torn line, and the line that seals it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seal {
    /// The number of the line that seals.
    pub line: u64,
    /// What it seals.
    pub torn: Torn,
}

/// What comes after the last line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Nothing: it is whole.
    Whole,
    /// What a crash or a full disk left of a line. The next writer seals it.
    Torn(Torn),
    /// The chain ends here, and what follows proves nothing.
    Broken(Break),
}

/// Why a chain does not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Break {
    /// Not JSON, or nothing that dbg writes.
    #[error("what stands after line {after} is no line of an audit log, and nothing seals it")]
    NotALine {
        /// The last line before it; 0 for none.
        after: u64,
    },
    /// No line end for too long.
    #[error("what stands after line {after} is longer than any line")]
    TooLong {
        /// The last line before it; 0 for none.
        after: u64,
    },
    /// Lines were taken out, doubled or moved.
    #[error("after line {after} comes line {found}: lines were taken out, doubled or moved")]
    Number {
        /// The last line before it; 0 for none.
        after: u64,
        /// What came.
        found: u64,
    },
    /// A line was changed, or is from another log.
    #[error("line {line} does not follow from the line before it: one of them was changed, or is from another log")]
    Previous {
        /// The line that names another.
        line: u64,
    },
    /// A seal of something else.
    #[error("line {line} seals something else than what stands before it")]
    Seal {
        /// The line that seals.
        line: u64,
    },
    /// The end is missing.
    #[error("it ends with line {last}, and there was a line {line}: its end was cut off")]
    Cut {
        /// The last line that is there; 0 for none.
        last: u64,
        /// What there was.
        line: u64,
    },
    /// Another line in its place.
    #[error("line {line} is not the one that was seen before: the log was written anew from there, or before")]
    Other {
        /// Which.
        line: u64,
    },
}

/// Reads a log to its end, or to where its chain breaks. Each line goes to `each` once it is known to be in its place. `seen` is a line
/// that somebody kept: it must be there, and the same.
///
/// # Errors
/// The reader's.
pub fn walk(
    mut log: impl BufRead,
    seen: Option<Position>,
    mut each: impl FnMut(Position, &[u8]),
) -> io::Result<Walked> {
    let mut walked = Walked { last: None, seals: Vec::new(), sealed: 0, end: End::Whole };
    let mut torn: Option<Torn> = None;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let read = log.by_ref().take(MAX_LINE as u64 + 1).read_until(b'\n', &mut buffer)?;
        if read == 0 {
            break;
        }
        let line = buffer.strip_suffix(b"\n").unwrap_or(&buffer);
        let after = walked.last.map_or(0, |last| last.line);
        if line.len() > MAX_LINE {
            return Ok(walked.broken(Break::TooLong { after }));
        }
        let Some(link) = Link::read(line) else {
            if torn.replace(Torn::of(line)).is_some() {
                return Ok(walked.broken(Break::NotALine { after }));
            }
            continue;
        };
        let position = Position { line: link.line, head: digest(line) };
        if let Some(broken) = unsealed(after, torn.take(), &link).or_else(|| misplaced(walked.last, &link)) {
            return Ok(walked.broken(broken));
        }
        if seen.is_some_and(|seen| seen.line == position.line && seen.head != position.head) {
            return Ok(walked.broken(Break::Other { line: position.line }));
        }
        if let Some(torn) = link.torn {
            walked.sealed = walked.sealed.saturating_add(1);
            if walked.seals.len() < SEALS {
                walked.seals.push(Seal { line: link.line, torn });
            }
        }
        walked.last = Some(position);
        each(position, line);
    }
    let last = walked.last.map_or(0, |last| last.line);
    if let Some(seen) = seen.filter(|seen| seen.line > last || seen.line == 0) {
        return Ok(walked.broken(Break::Cut { last, line: seen.line }));
    }
    match torn {
        Some(torn) => Ok(Walked { end: End::Torn(torn), ..walked }),
        None => Ok(walked),
    }
}

impl Walked {
    fn broken(self, why: Break) -> Self {
        Self { end: End::Broken(why), ..self }
    }
}

fn misplaced(last: Option<Position>, link: &Link) -> Option<Break> {
    let after = last.map_or(0, |last| last.line);
    if after.checked_add(1) != Some(link.line) {
        return Some(Break::Number { after, found: link.line });
    }
    (link.previous != last.map(|last| last.head)).then_some(Break::Previous { line: link.line })
}

/// A torn line and its seal belong together.
fn unsealed(after: u64, torn: Option<Torn>, link: &Link) -> Option<Break> {
    match (torn, link.torn) {
        (None, None) => None,
        (Some(_), None) => Some(Break::NotALine { after }),
        (torn, seals) => (torn != seals).then_some(Break::Seal { line: link.line }),
    }
}

#[cfg(test)]
mod tests;
