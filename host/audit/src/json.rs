//! Lines of plain ASCII: whatever a name holds, a log can be looked at with `cat`, and sent to a syslog that knows no UTF-8.

use std::io;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter};

/// A value as one line, without its end.
pub(crate) fn to_line<T: Serialize>(value: &T) -> serde_json::Result<Vec<u8>> {
    let mut line = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut line, Ascii))?;
    Ok(line)
}

/// The compact form, with all that is not printable ASCII written as `\u…`.
struct Ascii;

impl Formatter for Ascii {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut plain = CompactFormatter;
        let mut rest = fragment;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| !matches!(c, ' '..='~')) {
            let (before, from) = rest.split_at(at);
            plain.write_string_fragment(out, before)?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = from.get(c.len_utf8()..).unwrap_or_default();
        }
        plain.write_string_fragment(out, rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_printable_ascii_and_reads_back_the_same() {
        let text = "a\x1b[31m \u{202e}b\u{7f}\n größe 𝄞 \"x\" \\ \0";
        let line = to_line(&text).unwrap();
        assert!(line.iter().all(|byte| (b' '..=b'~').contains(byte)), "{line:?}");
        assert_eq!(serde_json::from_slice::<String>(&line).unwrap(), text);
    }
}
