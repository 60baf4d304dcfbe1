//! What looks like a secret in a text that nobody has told us of: found by its form or by what it is called, and masked.
//!
//! It guards against accidents and not against somebody who hides a secret. It errs on the side of masking where a name says
//! `password`, and on the side of leaving where only the look says so: digests, certificates and names of hosts stay as they are.

mod name;
mod pattern;
mod scan;
mod token;

use std::ops::Range;

pub use name::is_secret_name;
pub use pattern::{MAX_REDACT_PATTERNS, RedactPattern, RedactPatternError};
pub use token::mask_tokens;

/// What stands in the place of a secret in a text.
pub const REDACTED: &str = "[redacted]";

/// Shorter texts hold no secret that could be told from a word.
const SHORTEST: usize = 8;

/// Finds and masks what looks like a secret: by what is built in, and by a site's own patterns.
#[derive(Debug, Clone, Default)]
pub struct Redactor {
    patterns: Vec<RedactPattern>,
}

/// What is carried from one piece of a text to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Carried {
    /// Nothing.
    #[default]
    Nothing,
    /// The piece before ended within a private key.
    PrivateKey,
}

impl Redactor {
    /// With a site's own patterns besides; of more than [`MAX_REDACT_PATTERNS`] the rest is not looked for.
    #[must_use]
    pub fn new(mut patterns: Vec<RedactPattern>) -> Self {
        patterns.truncate(MAX_REDACT_PATTERNS);
        Self { patterns }
    }

    /// The text with [`REDACTED`] in the place of each secret, and how many there were.
    #[must_use]
    pub fn text(&self, text: String) -> (String, u64) {
        let found = self.find(text.as_bytes(), &mut Carried::Nothing);
        if found.is_empty() {
            return (text, 0);
        }
        let mut masked = String::with_capacity(text.len());
        let mut from = 0;
        for range in &found {
            // A pattern may match half a character; all of it is masked then.
            let start = floor(&text, range.start).max(from);
            masked.push_str(text.get(from..start).unwrap_or_default());
            masked.push_str(REDACTED);
            from = ceil(&text, range.end);
        }
        masked.push_str(text.get(from..).unwrap_or_default());
        (masked, found.len() as u64)
    }

    /// Puts `*` over every byte of each secret, so that all else keeps its place. How many there were.
    pub fn cover(&self, text: &mut [u8], carried: &mut Carried) -> u64 {
        let found = self.find(text, carried);
        for range in &found {
            if let Some(secret) = text.get_mut(range.clone()) {
                // Lines stay lines: a key in the middle of a file moves nothing.
                secret.iter_mut().filter(|byte| !matches!(byte, b'\n' | b'\r')).for_each(|byte| *byte = b'*');
            }
        }
        found.len() as u64
    }

    /// Where the secrets are: in order, none overlapping.
    fn find(&self, text: &[u8], carried: &mut Carried) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        if text.len() >= SHORTEST || *carried == Carried::PrivateKey {
            scan::find(text, carried, &mut found);
        }
        if self.patterns.is_empty() {
            return found;
        }
        for pattern in &self.patterns {
            found.extend(pattern.find(text));
        }
        merged(found)
    }
}

/// In order, and what overlaps or touches made one.
fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn ceil(text: &str, at: usize) -> usize {
    (at..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

/// Whether bytes are text as far as secrets are concerned. Programs, captures and pictures have bytes that no text has; lists of
/// `/proc` that are parted by zeros are text.
#[must_use]
pub fn is_text(bytes: &[u8]) -> bool {
    let is_odd = |byte: &u8| matches!(byte, 0x01..=0x08 | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f);
    let zeros = bytes.iter().filter(|byte| **byte == 0).count();
    zeros.saturating_mul(4) <= bytes.len() && !bytes.iter().any(is_odd)
}

#[cfg(test)]
mod tests;
