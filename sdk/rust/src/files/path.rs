//! The text form of a path, which loses nothing.

use std::fmt::Write as _;

/// Bytes of a path as the contract's text: UTF-8 as it is, a backslash as `\\`, any other byte as `\xNN`.
#[must_use]
pub fn escape(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(&chunk.valid().replace('\\', "\\\\"));
        for byte in chunk.invalid() {
            // Writing into a String cannot fail.
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

/// The bytes that a text stands for; none for a text in which a backslash stands for nothing.
#[must_use]
pub fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        bytes.extend_from_slice(before.as_bytes());
        if let Some(after) = after.strip_prefix('\\') {
            bytes.push(b'\\');
            rest = after;
        } else {
            let after = after.strip_prefix('x')?;
            let digits = after.get(..2)?;
            if !digits.bytes().all(|digit| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit)) {
                return None;
            }
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = after.get(2..)?;
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_survives_both_ways() {
        for bytes in [&b"/etc/hosts"[..], b"/a\\b", b"/\xff\xfe/x", "/ü".as_bytes(), b"/\\x41"] {
            assert_eq!(unescape(&escape(bytes)).as_deref(), Some(bytes));
        }
        assert_eq!(escape(b"/\xffa\\"), "/\\xffa\\\\");
    }

    #[test]
    fn a_backslash_that_stands_for_nothing_is_refused() {
        for bad in ["/\\", "/\\n", "/\\x", "/\\xf", "/\\xFF", "/\\x+f", "/\\xü"] {
            assert_eq!(unescape(bad), None, "{bad}");
        }
    }
}
