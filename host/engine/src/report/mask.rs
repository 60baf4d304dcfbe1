//! Texts and bytes on their way out: secrets masked, too long ones cut.

use dbg_model::{Carried, REDACTED, Redacted, Redactor, is_text, truncate_at_char};

/// Shorter secrets are not masked: they would be found in every second word.
const SHORTEST_SECRET: usize = 4;

/// So far beyond the limit it is looked whether what the limit splits is a secret.
const BEYOND: usize = 512;

/// Masks and cuts, and counts both.
#[derive(Debug)]
pub(crate) struct Mask {
    secrets: Vec<Redacted>,
    redactor: Redactor,
    longest: usize,
    cut: u64,
    redacted: u64,
}

impl Mask {
    pub(crate) fn new<'a>(secrets: impl IntoIterator<Item = &'a Redacted>, redactor: Redactor) -> Self {
        let mut secrets: Vec<Redacted> =
            secrets.into_iter().filter(|secret| secret.reveal().len() >= SHORTEST_SECRET).cloned().collect();
        // A secret that holds another goes first, or its rest would be left over.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.reveal().len()));
        let longest = secrets.first().map_or(0, |secret| secret.reveal().len()).max(BEYOND);
        Self { secrets, redactor, longest, cut: 0, redacted: 0 }
    }

    pub(crate) fn cut(&self) -> u64 {
        self.cut
    }

    pub(crate) fn redacted(&self) -> u64 {
        self.redacted
    }

    /// The text without secrets and with at most `max` bytes.
    pub(crate) fn text(&mut self, text: String, max: usize) -> String {
        let was_cut = text.len() > max;
        // A secret that the limit splits must still be seen whole, so masking looks that much further.
        let seen = truncate_at_char(&text, max.saturating_add(self.longest));
        let mut kept = if seen.len() < text.len() { seen.to_owned() } else { text };
        for secret in &self.secrets {
            let found = kept.matches(secret.reveal()).count();
            if found > 0 {
                self.redacted = self.redacted.saturating_add(found as u64);
                kept = kept.replace(secret.reveal(), REDACTED);
            }
        }
        let (masked, found) = self.redactor.text(kept);
        let mut kept = masked;
        self.redacted = self.redacted.saturating_add(found);
        if was_cut || kept.len() > max {
            self.cut = self.cut.saturating_add(1);
            let end = truncate_at_char(&kept, max).len();
            kept.truncate(end);
            kept.shrink_to_fit();
        }
        kept
    }

    /// The bytes without secrets and at most `max` of them.
    pub(crate) fn bytes(&mut self, mut bytes: Vec<u8>, max: usize) -> Vec<u8> {
        let was_cut = bytes.len() > max;
        bytes.truncate(max.saturating_add(self.longest));
        for secret in &self.secrets {
            let (masked, found) = masked(&bytes, secret.reveal().as_bytes());
            if found > 0 {
                self.redacted = self.redacted.saturating_add(found);
                bytes = masked;
            }
        }
        if is_text(&bytes) {
            let found = self.redactor.cover(&mut bytes, &mut Carried::Nothing);
            self.redacted = self.redacted.saturating_add(found);
        }
        if was_cut || bytes.len() > max {
            self.cut = self.cut.saturating_add(1);
            bytes.truncate(max);
            bytes.shrink_to_fit();
        }
        bytes
    }

    /// A kebab-case name of at most 64 bytes; whatever is none becomes one, and counts as cut.
    pub(crate) fn name(&mut self, name: String) -> String {
        const MAX: usize = 64;
        let name = self.text(name, MAX);
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !name.is_empty() && name.chars().all(fits) {
            return name;
        }
        self.cut = self.cut.saturating_add(1);
        let name: String = name.to_ascii_lowercase().chars().map(|c| if fits(c) { c } else { '-' }).collect();
        if name.is_empty() { "unnamed".into() } else { name }
    }
}

/// `bytes` with every `secret` masked, and how many there were.
fn masked(bytes: &[u8], secret: &[u8]) -> (Vec<u8>, u64) {
    let Some(&first) = secret.first() else { return (Vec::new(), 0) };
    let (mut out, mut found, mut rest) = (Vec::new(), 0, bytes);
    let mut from = 0;
    while let Some(at) = rest.iter().skip(from).position(|byte| *byte == first).map(|at| at + from) {
        let (before, candidate) = rest.split_at(at);
        match candidate.strip_prefix(secret) {
            Some(after) => {
                out.extend_from_slice(before);
                out.extend_from_slice(REDACTED.as_bytes());
                (rest, from, found) = (after, 0, found + 1);
            }
            None => from = at + 1,
        }
    }
    if found > 0 {
        out.extend_from_slice(rest);
    }
    (out, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(secrets: &[&str]) -> Mask {
        Mask::new(
            &secrets.iter().map(|secret| Redacted::new((*secret).to_owned())).collect::<Vec<_>>(),
            Redactor::default(),
        )
    }

    #[test]
    fn a_secret_that_the_limit_splits_is_masked_all_the_same() {
        let mut mask = mask(&["topsecret"]);
        assert_eq!(mask.text("abc topsecret".into(), 8), "abc [red");
        assert_eq!(mask.bytes(b"abc topsecret".to_vec(), 8), b"abc [red");
        assert_eq!((mask.cut(), mask.redacted()), (2, 2));
    }

    #[test]
    fn what_looks_like_a_secret_is_masked_and_the_length_of_bytes_is_kept() {
        let mut mask = mask(&[]);
        assert_eq!(mask.text("db password=hunter2".into(), 100), "db password=[redacted]");
        assert_eq!(mask.bytes(b"password=hunter2".to_vec(), 100), b"password=*******");
        assert_eq!(mask.bytes(b"\x01password=hunter2".to_vec(), 100), b"\x01password=hunter2");
        let split = mask.text("t ghp_0123456789abcdefghij0123456789".into(), 10);
        assert_eq!(split, "t [redacte");
        assert_eq!((mask.cut(), mask.redacted()), (1, 3));
    }

    #[test]
    fn a_secret_inside_another_leaves_no_rest() {
        assert_eq!(mask(&["pass", "password"]).text("password".into(), 100), REDACTED);
    }

    #[test]
    fn secrets_of_three_bytes_are_not_masked() {
        assert_eq!(mask(&["abc"]).text("xabcx".into(), 100), "xabcx");
    }

    #[test]
    fn every_place_in_bytes_is_masked_and_half_a_secret_is_not() {
        let mut mask = mask(&["aaab"]);
        assert_eq!(mask.bytes(b"aaaab aaa aaab".to_vec(), 100), b"a[redacted] aaa [redacted]");
        assert_eq!(mask.redacted(), 2);
    }

    #[test]
    fn a_name_of_any_text_becomes_kebab_case() {
        let mut mask = mask(&[]);
        assert_eq!(mask.name("dns-timeout".into()), "dns-timeout");
        assert_eq!(mask.cut(), 0);
        assert_eq!(mask.name("DNS \x1b[31m".into()), "dns---31m");
        assert_eq!(mask.name(String::new()), "unnamed");
        assert_eq!(mask.name("x".repeat(100)).len(), 64);
    }
}
