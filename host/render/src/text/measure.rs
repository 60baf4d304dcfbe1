//! How wide text is on a terminal, and how it is cut and wrapped. All of it takes text that is escaped already.

use unicode_width::UnicodeWidthChar as _;

fn char_width(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// Columns of a line.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// The longest start of `text` of at most `max` columns, and the rest.
fn split_at_width(text: &str, max: usize) -> (&str, &str) {
    let mut used = 0;
    for (index, c) in text.char_indices() {
        used += char_width(c);
        if used > max {
            return text.split_at_checked(index).unwrap_or((text, ""));
        }
    }
    (text, "")
}

/// At most `max` columns; what had to be cut ends in `…`.
pub(crate) fn fit(text: &str, max: usize) -> String {
    let (_, rest) = split_at_width(text, max);
    if rest.is_empty() {
        return text.to_owned();
    }
    match max.checked_sub(1) {
        None => String::new(),
        Some(before) => format!("{}…", split_at_width(text, before).0),
    }
}

/// Lines of at most `max` columns, never none: broken at newlines, else at the last space that fits, else anywhere.
pub(crate) fn wrap(text: &str, max: usize) -> Vec<&str> {
    // The widest character has two columns; below that nothing would ever fit.
    let max = max.max(2);
    let mut lines = Vec::new();
    for mut line in text.split('\n') {
        loop {
            let (head, rest) = split_at_width(line, max);
            if rest.is_empty() {
                lines.push(head);
                break;
            }
            let space = if rest.starts_with(' ') { Some(head.len()) } else { head.rfind(' ') };
            // A break within the leading spaces would make an empty line and no progress worth the name.
            let space = space.filter(|space| !head.get(..*space).unwrap_or_default().trim().is_empty());
            let (head, rest) = match space {
                Some(space) => line.split_at_checked(space).unwrap_or((head, rest)),
                None => (head, rest),
            };
            lines.push(head);
            line = if space.is_some() { rest.trim_start_matches(' ') } else { rest };
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_at_a_column_and_not_at_a_byte() {
        assert_eq!(fit("größe", 5), "größe");
        assert_eq!(fit("größer", 5), "größ…");
        assert_eq!(fit("日本語", 5), "日本…");
        assert_eq!(fit("日本語", 4), "日…");
        assert_eq!(fit("abc", 0), "");
    }

    #[test]
    fn lines_break_at_spaces_where_there_are_some() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("one two", 7), ["one two"]);
        assert_eq!(wrap("abcdefghij kl", 4), ["abcd", "efgh", "ij", "kl"]);
        assert_eq!(wrap("  abcdefgh", 4), ["  ab", "cdef", "gh"]);
        assert_eq!(wrap("a\n\nb", 4), ["a", "", "b"]);
        assert_eq!(wrap("", 4), [""]);
        assert_eq!(wrap("日本", 1), ["日", "本"]);
    }

    #[test]
    fn combining_characters_take_no_column() {
        assert_eq!(width("e\u{301}"), 1);
        assert_eq!(fit(&"e\u{301}".repeat(5), 5), "e\u{301}".repeat(5));
    }
}
