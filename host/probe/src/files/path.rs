//! The text form of a path, as `wit/files` defines it: UTF-8 as it is, a backslash doubled, other bytes as `\xNN`.

use std::fmt::Write as _;

/// PATH_MAX, before escaping.
const LONGEST: usize = 4096;

/// Why a text is no path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PathFault {
    /// It does not start with a slash.
    #[error("no absolute path")]
    Relative,
    /// Too long for any kernel.
    #[error("longer than {LONGEST} bytes")]
    TooLong,
    /// It holds a zero byte.
    #[error("a zero byte is in no path")]
    Zero,
    /// A backslash that escapes nothing, or an escape of what needs none. One path has one text: else a text that a grant
    /// does not cover could be another text of a path that it denies.
    #[error("not the escaped form of a path: only `\\\\`, and `\\xNN` for a byte that is no part of UTF-8")]
    Form,
}

/// The text of any bytes.
pub(crate) fn escape(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(&chunk.valid().replace('\\', "\\\\"));
        for byte in chunk.invalid() {
            // Writing to a String cannot fail.
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

/// The bytes of an absolute path's text.
pub(super) fn parse(text: &str) -> Result<Vec<u8>, PathFault> {
    // Escaping makes a byte four at most.
    if text.len() > 4 * LONGEST {
        return Err(PathFault::TooLong);
    }
    let bytes = unescape(text).ok_or(PathFault::Form)?;
    if escape(&bytes) != text {
        return Err(PathFault::Form);
    }
    match bytes {
        bytes if bytes.len() > LONGEST => Err(PathFault::TooLong),
        bytes if bytes.first() != Some(&b'/') => Err(PathFault::Relative),
        bytes if bytes.contains(&0) => Err(PathFault::Zero),
        bytes => Ok(bytes),
    }
}

fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, escaped)) = rest.split_once('\\') {
        bytes.extend_from_slice(plain.as_bytes());
        rest = if let Some(after) = escaped.strip_prefix('\\') {
            bytes.push(b'\\');
            after
        } else {
            let (digits, after) = escaped.strip_prefix('x')?.split_at_checked(2)?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            after
        };
    }
    bytes.extend_from_slice(rest.as_bytes());
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_survives_the_way_to_text_and_back() {
        for bytes in [
            &b"/etc/hosts"[..],
            b"/a\\b",
            b"/\\x41",
            b"/\xff\xfe",
            b"/caf\xc3\xa9",
            b"/caf\xc3",
            b"/\xed\xa0\x80",
            b"/a\n\x1b[31m",
        ] {
            let text = escape(bytes);
            assert_eq!(parse(&text).as_deref(), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn bytes_that_are_no_utf8_are_two_lower_case_digits() {
        assert_eq!(escape(b"/\xffa\\"), "/\\xffa\\\\");
    }

    #[test]
    fn a_path_has_one_text_only() {
        for text in ["/\\x41", "/\\xc3\\xa9", "/\\xFF", "/\\x+f", "/\\", "/\\x", "/\\xf", "/\\n", "/\\x2f", "/\\xé"] {
            assert_eq!(parse(text), Err(PathFault::Form), "{text}");
        }
    }

    #[test]
    fn what_is_no_absolute_path_is_refused() {
        assert_eq!(parse(""), Err(PathFault::Relative));
        assert_eq!(parse("etc/hosts"), Err(PathFault::Relative));
        assert_eq!(parse("/a\0b"), Err(PathFault::Zero));
        assert_eq!(parse(&format!("/{}", "a".repeat(4096))), Err(PathFault::TooLong));
        assert_eq!(parse(&"/".repeat(100_000)), Err(PathFault::TooLong));
    }
}
