//! What is built in: one pass over the words of a text.

use std::ops::Range;

use super::Carried;
use super::name::{Called, called};
use super::token;

/// Longest value of a name, in bytes: what is longer was not closed.
const VALUE: usize = 4 << 10;

/// A credential without a name is at least so long, or a word.
const CREDENTIAL: usize = 8;

/// Someone who is nobody but the holder of a token.
const LONG_USER: usize = 20;

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END";
const PRIVATE: &[u8] = b"PRIVATE KEY";

/// Whether a byte belongs to a word: names, tokens, base64 and paths are made of these.
#[expect(
    clippy::indexing_slicing,
    reason = "evaluated while this is compiled: an index beyond the end is an error there"
)]
const WORD: [bool; 256] = {
    let mut word = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let of = byte as u8;
        word[byte] = of.is_ascii_alphanumeric() || matches!(of, b'_' | b'-' | b'.' | b'+' | b'/' | b'~');
        byte += 1;
    }
    word
};

fn is_word(byte: u8) -> bool {
    WORD.get(usize::from(byte)).copied().unwrap_or(false)
}

/// Adds where the secrets are, in order, none overlapping.
pub(super) fn find(text: &[u8], carried: &mut Carried, found: &mut Vec<Range<usize>>) {
    let mut at = 0;
    if std::mem::take(carried) == Carried::PrivateKey {
        at = key_end(text, 0, carried);
        found.push(0..at);
    }
    while let Some(&byte) = text.get(at) {
        if !is_word(byte) {
            at += 1;
            continue;
        }
        let rest = text.get(at..).unwrap_or_default();
        let end = at + rest.iter().take_while(|byte| is_word(**byte)).count();
        at = match word(text, at..end, carried) {
            Some(secret) => {
                let next = secret.end.max(end);
                found.push(secret);
                next
            }
            None => end,
        };
    }
}

/// The secret that a word is, or that it announces.
fn word(text: &[u8], word: Range<usize>, carried: &mut Carried) -> Option<Range<usize>> {
    let bytes = text.get(word.clone())?;
    if bytes.starts_with(b"-----BEGIN") {
        return private_key(text, word.start, carried);
    }
    token(text, word.clone()).or_else(|| match text.get(word.end)? {
        b':' if text.get(word.end..)?.starts_with(b"://") => user(text, word.end + 3),
        b' ' => credential(text, bytes, word.end + 1).or_else(|| assignment(text, &word, bytes)),
        b'=' | b':' | b'"' | b'\'' | b'\\' | b'\t' => assignment(text, &word, bytes),
        _ => None,
    })
}

/// A token at the beginning of a word, or of a part of it: `/path/ghp_…`.
fn token(text: &[u8], word: Range<usize>) -> Option<Range<usize>> {
    let bytes = text.get(word.clone())?;
    let mut begins = true;
    for (at, byte) in bytes.iter().enumerate() {
        if begins
            && token::may_begin(*byte)
            && let Some(length) = bytes.get(at..).and_then(token::length)
        {
            let start = word.start + at;
            return Some(start..start + length);
        }
        begins = *byte == b'/';
    }
    None
}

/// The inside of a private key in its text form, to its end or that of the text. Certificates and public keys are left.
fn private_key(text: &[u8], start: usize, carried: &mut Carried) -> Option<Range<usize>> {
    let head = text.get(start..)?.strip_prefix(BEGIN)?;
    let head = head.get(..head.len().min(64))?;
    let closes = position(head, b"-----")?;
    position(head.get(..closes)?, PRIVATE)?;
    let inside = start + BEGIN.len() + closes + 5;
    let key = inside..key_end(text, inside, carried);
    is_worth(text.get(key.clone())?).then_some(key)
}

fn key_end(text: &[u8], from: usize, carried: &mut Carried) -> usize {
    match text.get(from..).and_then(|rest| position(rest, END)) {
        Some(end) => from + end,
        None => {
            *carried = Carried::PrivateKey;
            text.len()
        }
    }
}

/// What stands between `://` and the host: the password of a user, or a user that is a token.
fn user(text: &[u8], start: usize) -> Option<Range<usize>> {
    let rest = text.get(start..)?;
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b"/?#\"'<>`\\(){}|\0".contains(byte);
    let authority = rest.get(..rest.iter().take(VALUE).position(ends).unwrap_or(rest.len().min(VALUE)))?;
    let user = authority.get(..authority.iter().rposition(|byte| *byte == b'@')?)?;
    let secret = match user.iter().position(|byte| *byte == b':') {
        Some(colon) => start + colon + 1..start + user.len(),
        None if user.len() >= LONG_USER => start..start + user.len(),
        None => return None,
    };
    is_worth(text.get(secret.clone())?).then_some(secret)
}

/// `Bearer abc…`, `Basic abc…`.
fn credential(text: &[u8], scheme: &[u8], start: usize) -> Option<Range<usize>> {
    if !scheme.eq_ignore_ascii_case(b"bearer") && !scheme.eq_ignore_ascii_case(b"basic") {
        return None;
    }
    let rest = text.get(start..)?;
    let length = rest.iter().take_while(|byte| is_word(**byte) || **byte == b'=').count();
    let credential = rest.get(..length)?;
    let is_no_word = credential.iter().any(u8::is_ascii_digit) || length >= LONG_USER;
    (length >= CREDENTIAL && is_no_word).then(|| start..start + length)
}

/// `name=value`, `name: value`, `"name": "value"`, where the name is that of a secret.
fn assignment(text: &[u8], word: &Range<usize>, name: &[u8]) -> Option<Range<usize>> {
    let mut at = word.end;
    let is_quoted = skip(text, &mut at, |byte| matches!(byte, b'"' | b'\'' | b'\\'), 2) > 0;
    skip(text, &mut at, is_blank, 8);
    let sign = *text.get(at)?;
    if sign != b'=' && sign != b':' {
        return None;
    }
    let called = called(name);
    if called == Called::Otherwise {
        return None;
    }
    at += 1;
    skip(text, &mut at, is_blank, 8);
    let secret = value(text, at, called)?;
    let bytes = text.get(secret.clone())?;
    let is_prose = bytes.iter().all(|byte| byte.is_ascii_lowercase() || b".,!?-".contains(byte));
    let is_left = match (called, sign) {
        (Called::Perhaps, _) => is_prose || sign == b':' || bytes.len() < CREDENTIAL,
        // `the token: it has expired` is a sentence; `token: abc` on a line of its own is a setting.
        (_, b':') => is_prose && !is_quoted && !(begins_line(text, word.start) && ends_line(text, secret.end)),
        _ => false,
    };
    (!is_left && is_worth(bytes)).then_some(secret)
}

fn skip(text: &[u8], at: &mut usize, of: impl Fn(u8) -> bool, most: usize) -> usize {
    let rest = text.get(*at..).unwrap_or_default();
    let skipped = rest.iter().take(most).take_while(|byte| of(**byte)).count();
    *at += skipped;
    skipped
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// The value that begins here.
fn value(text: &[u8], start: usize, called: Called) -> Option<Range<usize>> {
    let mut start = start;
    // `\"` is a quote within a quote.
    let escape = skip(text, &mut start, |byte| byte == b'\\', 1);
    let first = *text.get(start)?;
    let rest = |start: usize| text.get(start..).map(|rest| rest.get(..rest.len().min(VALUE)).unwrap_or(rest));
    if matches!(first, b'"' | b'\'') {
        start += 1;
        let inside = rest(start)?;
        let closes = |byte: &u8| *byte == first || matches!(byte, b'\n' | b'\0');
        let length = inside.iter().position(closes).unwrap_or(inside.len());
        let escape = if escape > 0 && length > 0 && inside.get(length - 1) == Some(&b'\\') { 1 } else { 0 };
        return Some(start..start + length - escape);
    }
    let inside = rest(start - escape)?;
    let start = start - escape;
    let ends = |at: usize, byte: u8| match called {
        Called::Header => matches!(byte, b'\n' | b'\r' | b'\0' | b'"' | b'\''),
        _ => {
            byte.is_ascii_whitespace()
                || b"&;\"'`)]}<>\0".contains(&byte)
                || byte == b',' && inside.get(at + 1..).is_none_or(begins_another)
        }
    };
    let length = inside.iter().enumerate().position(|(at, byte)| ends(at, *byte)).unwrap_or(inside.len());
    Some(start..start + length)
}

/// Whether another name, or nothing, follows a comma.
fn begins_another(rest: &[u8]) -> bool {
    match rest.iter().position(|byte| !is_word(*byte)) {
        None => rest.is_empty(),
        Some(0) => true,
        Some(end) => matches!(rest.get(end), Some(b'=' | b':')),
    }
}

/// Whether nothing but blanks, a dash or a quote stands between the line's beginning and this.
fn begins_line(text: &[u8], at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rsplit(|byte| matches!(byte, b'\n' | b'\0')).next().unwrap_or_default();
    line.len() <= VALUE && line.iter().all(|byte| b" \t-\"'{,[(".contains(byte))
}

fn ends_line(text: &[u8], at: usize) -> bool {
    let rest = text.get(at..).unwrap_or_default();
    rest.iter().find(|byte| !b" \t\"',}\r".contains(byte)).is_none_or(|byte| matches!(byte, b'\n' | b'\0'))
}

/// Whether there is anything to be masked: not what says that there is nothing, names where it is, or was masked before.
fn is_worth(value: &[u8]) -> bool {
    const NOTHING: [&[u8]; 9] = [b"null", b"none", b"nil", b"true", b"false", b"yes", b"no", b"unset", b"-"];
    let is_place = matches!(value.first(), Some(b'$' | b'%' | b'<' | b'{'));
    // Without its last bracket where that ends a value.
    let is_masked = value.iter().all(|byte| b"*\r\n".contains(byte)) || value.starts_with(b"[redacted");
    !value.is_empty() && !is_place && !is_masked && !NOTHING.iter().any(|nothing| value.eq_ignore_ascii_case(nothing))
}

fn position(text: &[u8], of: &[u8]) -> Option<usize> {
    text.windows(of.len()).position(|window| window == of)
}
