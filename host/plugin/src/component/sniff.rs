//! What bytes are that are no component, judged by how they begin.

use std::fmt::Write as _;

use super::ComponentError;
use super::error::shown;

const MAGIC: [u8; 4] = *b"\0asm";
/// Version 1, layer 0: a core module. A component's layer is 1.
const CORE: [u8; 4] = [1, 0, 0, 0];

/// How much is looked at to tell text from other things.
const LOOK: usize = 256;

/// Refuses what is no component by its first bytes. Too few bytes to tell are left to the reader of WebAssembly.
pub(super) fn sniff(bytes: &[u8]) -> Result<(), ComponentError> {
    if bytes.is_empty() {
        return Err(ComponentError::Empty);
    }
    match bytes.strip_prefix(&MAGIC) {
        Some(rest) if rest.starts_with(&CORE) => Err(ComponentError::CoreModule),
        Some(_) => Ok(()),
        None if MAGIC.starts_with(bytes) => Ok(()),
        None => Err(text(bytes).unwrap_or_else(|| ComponentError::Foreign { start: hexadecimal(bytes) })),
    }
}

fn text(bytes: &[u8]) -> Option<ComponentError> {
    let start = bytes.get(..LOOK).unwrap_or(bytes);
    let text = match std::str::from_utf8(start) {
        Ok(text) => text,
        // A character that the look cut in two is no sign against text.
        Err(error) if error.error_len().is_none() => std::str::from_utf8(start.get(..error.valid_up_to())?).ok()?,
        Err(_) => return None,
    };
    let plain = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t' | '\x0c');
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let line: String = line.chars().take(40).collect();
    text.chars().all(plain).then(|| ComponentError::Text { start: shown(&line) })
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().take(4).enumerate().fold(String::new(), |mut text, (index, byte)| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{}{byte:02x}", if index == 0 { "" } else { " " });
        text
    })
}
