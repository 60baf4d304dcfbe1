//! The one way out: data to stdout, everything else to stderr.

use std::io::{self, ErrorKind, Write};

/// Whether somebody still reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    /// It was written.
    Listening,
    /// The pipe is closed, as `| head` does it: clean up and go, there is nobody to tell.
    Gone,
}

/// Writes data to stdout, whole.
pub(crate) fn data(text: &str) -> io::Result<Reader> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(Reader::Listening),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Reader::Gone),
        Err(error) => Err(error),
    }
}

/// Writes a line for a person to stderr. Nothing can be done when that fails.
pub(crate) fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Writes to stderr without a line end, for a question or a line that is drawn again.
pub(crate) fn note_inline(text: &str) {
    let mut stderr = io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}
