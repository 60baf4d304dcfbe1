//! JSON that is safe to look at: what could move a cursor or hide text goes out as `\\u…`, which reads back as the same text.

use std::io;

use dbg_model::is_unsafe;
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter};

/// Writes a value as compact JSON.
pub(crate) fn to_writer<W: io::Write, T: Serialize>(out: W, value: &T) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, Safe)).map_err(io::Error::from)
}

/// A value as JSON over several lines, for lists that people read too.
pub fn to_json_lines<T: Serialize>(value: &T) -> serde_json::Result<String> {
    let json = serde_json::to_string_pretty(value)?;
    let mut safe = String::with_capacity(json.len() + 1);
    for c in json.chars() {
        // Between strings there is no such character but the line end.
        match c {
            '\n' => safe.push(c),
            c if is_unsafe(c) => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| push_unit(&mut safe, *unit)),
            c => safe.push(c),
        }
    }
    safe.push('\n');
    Ok(safe)
}

fn push_unit(text: &mut String, unit: u16) {
    // Writing to a String cannot fail.
    let _ = std::fmt::Write::write_fmt(text, format_args!("\\u{unit:04x}"));
}

/// The compact form, with more of a string escaped than JSON asks for.
struct Safe;

impl Formatter for Safe {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut plain = CompactFormatter;
        let mut rest = fragment;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| is_unsafe(*c)) {
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
    fn what_could_deceive_the_eye_is_spelled_out_and_reads_back_the_same() {
        let text = "a\u{9b}31m \u{202e}b\u{7f} \u{e0041} größe \"x\" \n";
        let mut out = Vec::new();
        to_writer(&mut out, &text).unwrap();
        let json = String::from_utf8(out).unwrap();
        assert_eq!(json, "\"a\\u009b31m \\u202eb\\u007f \\udb40\\udc41 größe \\\"x\\\" \\n\"");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        let lines = to_json_lines(&[text]).unwrap();
        assert!(!lines.chars().any(|c| c != '\n' && is_unsafe(c)), "{lines:?}");
        assert_eq!(serde_json::from_str::<[String; 1]>(&lines).unwrap(), [text]);
    }
}
