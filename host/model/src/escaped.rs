//! Foreign text made safe to show.

use std::fmt::{self, Write as _};

/// Shows foreign text with everything escaped that could move a cursor, hide or reorder text: C0, DEL, C1, bidirectional
/// controls, zero-width and other format characters, line separators. A newline stays a newline; a cell wants [`Cell`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Escaped<'a>(pub &'a str);

/// As [`Escaped`], for one line of a table or a terminal: newlines and tabs are escaped too.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Cell<'a>(pub &'a str);

/// Whether a character shows nothing or changes how its neighbours are shown. Source: Unicode 16, categories Cc, Cf, Zl, Zp, and the fillers.
#[must_use]
pub fn is_unsafe(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}'
        | '\u{70f}' | '\u{890}'..='\u{891}' | '\u{8e2}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

fn write_escaped(f: &mut fmt::Formatter<'_>, text: &str, keep: impl Fn(char) -> bool) -> fmt::Result {
    for c in text.chars() {
        match c {
            c if !is_unsafe(c) || keep(c) => f.write_char(c)?,
            '\n' => f.write_str("\\n")?,
            '\t' => f.write_str("\\t")?,
            '\r' => f.write_str("\\r")?,
            c if u32::from(c) < 0x100 => write!(f, "\\x{:02x}", u32::from(c))?,
            c => write!(f, "\\u{{{:x}}}", u32::from(c))?,
        }
    }
    Ok(())
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_escaped(f, self.0, |c| c == '\n')
    }
}

impl fmt::Display for Cell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_escaped(f, self.0, |_| false)
    }
}

impl fmt::Debug for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

impl fmt::Debug for Cell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// The longest start of `text` that has at most `max` bytes and ends between two characters.
#[must_use]
pub fn truncate_at_char(text: &str, max: usize) -> &str {
    if text.len() <= max {
        return text;
    }
    let end = (0..=max).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_escape_is_shown_and_not_obeyed() {
        assert_eq!(Escaped("a\x1b[31mb").to_string(), "a\\x1b[31mb");
        assert_eq!(Escaped("\u{9b}31m").to_string(), "\\x9b31m");
    }

    #[test]
    fn bidirectional_and_zero_width_characters_are_spelled_out() {
        assert_eq!(Escaped("a\u{202e}b\u{200b}c").to_string(), "a\\u{202e}b\\u{200b}c");
    }

    #[test]
    fn a_newline_stays_in_text_and_is_spelled_out_in_a_cell() {
        assert_eq!(Escaped("a\nb").to_string(), "a\nb");
        assert_eq!(Cell("a\nb\tc\r").to_string(), "a\\nb\\tc\\r");
    }

    #[test]
    fn ordinary_text_of_any_script_is_untouched() {
        assert_eq!(Cell("größe 日本 ελ ✓").to_string(), "größe 日本 ελ ✓");
    }

    #[test]
    fn truncation_never_splits_a_character() {
        assert_eq!(truncate_at_char("aé", 2), "a");
        assert_eq!(truncate_at_char("aé", 3), "aé");
        assert_eq!(truncate_at_char("é", 0), "");
    }
}
