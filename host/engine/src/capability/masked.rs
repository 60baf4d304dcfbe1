//! A file's text on its way to a guest, with its secrets covered by as many `*`: every other byte keeps its place. What is no text is
//! left as it is: a program or a capture with changed bytes would be a wrong one.
//!
//! Secrets are found in whole lines, so the beginning of a line is held back until its end has come, or more than any line has.

use dbg_model::{Carried, Redactor, is_text};

/// More than this is not held back: it is no line.
const LINE: usize = 64 << 10;

/// What is done with a file's bytes; decided by its first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Form {
    #[default]
    Unknown,
    Text,
    Other,
}

/// The bytes of one open file, between the target and the guest.
#[derive(Debug, Default)]
pub(super) struct MaskedBytes {
    form: Form,
    carried: Carried,
    /// Covered, and not yet given to the guest.
    ready: Vec<u8>,
    /// The beginning of a line.
    held: Vec<u8>,
}

impl MaskedBytes {
    /// The next bytes for the guest, at most `max`; none when more must be read first.
    pub(super) fn take(&mut self, max: usize) -> Option<Vec<u8>> {
        if self.ready.is_empty() {
            return None;
        }
        let rest = self.ready.split_off(max.min(self.ready.len()));
        Some(std::mem::replace(&mut self.ready, rest))
    }

    /// Takes what was read; nothing is the end. How many secrets were covered.
    pub(super) fn put(&mut self, read: Vec<u8>, redactor: &Redactor) -> u64 {
        let is_end = read.is_empty();
        if self.form == Form::Unknown && !is_end {
            self.form = if is_text(&read) { Form::Text } else { Form::Other };
        }
        if self.form == Form::Other {
            self.ready.extend(read);
            return 0;
        }
        self.held.extend(read);
        let whole = match self.held.iter().rposition(|byte| *byte == b'\n') {
            _ if is_end => self.held.len(),
            None if self.held.len() >= LINE => self.held.len(),
            line_end => line_end.map_or(0, |at| at + 1),
        };
        let rest = self.held.split_off(whole);
        let mut lines = std::mem::replace(&mut self.held, rest);
        let covered = redactor.cover(&mut lines, &mut self.carried);
        self.ready.extend(lines);
        covered
    }

    /// The guest goes to another place of the file.
    pub(super) fn forget(&mut self) {
        *self = Self { form: self.form, ..Self::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a guest gets that reads `max` bytes at a time of a target that gives `piece` bytes at a time.
    fn read(file: &[u8], piece: usize, max: usize) -> (Vec<u8>, u64) {
        let (mut bytes, mut given, mut covered) = (MaskedBytes::default(), Vec::new(), 0);
        let mut pieces = file.chunks(piece);
        loop {
            if let Some(more) = bytes.take(max) {
                assert!(!more.is_empty() && more.len() <= max);
                given.extend(more);
                continue;
            }
            let read = pieces.next().unwrap_or_default().to_vec();
            let is_end = read.is_empty();
            covered += bytes.put(read, &Redactor::default());
            if is_end && bytes.ready.is_empty() {
                return (given, covered);
            }
        }
    }

    #[test]
    fn a_secret_is_covered_however_the_file_is_cut() {
        let file = b"host=db\npassword=hunter2\n-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\nlast";
        let expected = b"host=db\npassword=*******\n-----BEGIN PRIVATE KEY-----\n****\n-----END PRIVATE KEY-----\nlast";
        for piece in 1..file.len() {
            for max in [1, 7, 4096] {
                let (given, covered) = read(file, piece, max);
                assert_eq!(String::from_utf8_lossy(&given), String::from_utf8_lossy(expected), "{piece} {max}");
                assert!(covered >= 2);
            }
        }
    }

    #[test]
    fn what_is_no_text_is_left_byte_for_byte() {
        let file = b"\x7fELF\x02\x01\x01\0password=hunter2\n";
        assert_eq!(read(file, 16, 5), (file.to_vec(), 0));
        let zeros = vec![0; 200 << 10];
        assert_eq!(read(&zeros, 4096, 4096), (zeros.clone(), 0));
    }

    #[test]
    fn a_line_without_end_is_not_held_back_without_end() {
        let file = vec![b'a'; LINE * 3];
        let mut bytes = MaskedBytes::default();
        for piece in file.chunks(4096) {
            bytes.put(piece.to_vec(), &Redactor::default());
            assert!(bytes.held.len() < LINE);
        }
        assert_eq!(read(&file, 4096, 1 << 20).0, file);
    }
}
