//! Cutting what is too long, and counting it.

use dbg_model::truncate_at_char;

/// Counts what it had to cut.
#[derive(Debug, Default)]
pub(crate) struct Trim {
    /// How many texts and byte strings were cut.
    pub(crate) cut: u64,
}

impl Trim {
    /// At most `max` bytes, ending between two characters.
    pub(crate) fn text(&mut self, text: &mut String, max: usize) {
        if text.len() > max {
            text.truncate(truncate_at_char(text, max).len());
            self.cut += 1;
        }
    }

    /// At most `max` bytes.
    pub(crate) fn bytes(&mut self, bytes: &mut Vec<u8>, max: usize) {
        if bytes.len() > max {
            bytes.truncate(max);
            self.cut += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_cut_is_counted() {
        let mut trim = Trim::default();
        let (mut short, mut long) = ("ab".to_owned(), "aé".to_owned());
        trim.text(&mut short, 2);
        trim.text(&mut long, 2);
        assert_eq!((short.as_str(), long.as_str(), trim.cut), ("ab", "a", 1));
    }
}
