//! What tokens of well-known services look like.

/// How tokens of one kind look.
struct Kind {
    prefix: &'static str,
    /// Bytes with the prefix.
    shortest: usize,
    longest: usize,
    of: Of,
}

/// What a token is made of behind its prefix.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    /// Letters and digits.
    Alphanumeric,
    /// Capitals and digits.
    Capitals,
    /// Letters, digits, `-` and `_`.
    Url,
    /// As [`Of::Url`], in three parts with dots between.
    ThreeParts,
    /// As [`Of::Url`], and dots.
    Dotted,
}

const MANY: usize = 4096;

const fn kind(prefix: &'static str, shortest: usize, longest: usize, of: Of) -> Kind {
    Kind { prefix, shortest, longest, of }
}

const KINDS: [Kind; 33] = [
    kind("ghp_", 24, MANY, Of::Alphanumeric),
    kind("gho_", 24, MANY, Of::Alphanumeric),
    kind("ghs_", 24, MANY, Of::Url),
    kind("ghu_", 24, MANY, Of::Alphanumeric),
    kind("ghr_", 24, MANY, Of::Alphanumeric),
    kind("github_pat_", 30, MANY, Of::Url),
    kind("glpat-", 20, MANY, Of::Dotted),
    kind("gldt-", 20, MANY, Of::Url),
    kind("glrt-", 20, MANY, Of::Dotted),
    kind("glptt-", 24, MANY, Of::Url),
    kind("xoxb-", 20, MANY, Of::Url),
    kind("xoxp-", 20, MANY, Of::Url),
    kind("xoxa-", 20, MANY, Of::Url),
    kind("xoxr-", 20, MANY, Of::Url),
    kind("xoxs-", 20, MANY, Of::Url),
    kind("xapp-", 20, MANY, Of::Url),
    kind("AKIA", 20, 20, Of::Capitals),
    kind("ASIA", 20, 20, Of::Capitals),
    kind("eyJ", 24, MANY, Of::ThreeParts),
    kind("hvs.", 20, MANY, Of::Url),
    kind("hvb.", 20, MANY, Of::Url),
    kind("npm_", 36, MANY, Of::Alphanumeric),
    kind("pypi-AgE", 40, MANY, Of::Url),
    kind("dckr_pat_", 24, MANY, Of::Url),
    kind("dop_v1_", 40, MANY, Of::Alphanumeric),
    kind("hf_", 34, MANY, Of::Alphanumeric),
    kind("sk_live_", 24, MANY, Of::Alphanumeric),
    kind("rk_live_", 24, MANY, Of::Alphanumeric),
    kind("sk-ant-", 32, MANY, Of::Url),
    kind("sk-proj-", 32, MANY, Of::Url),
    kind("AIza", 39, 39, Of::Url),
    kind("ya29.", 30, MANY, Of::Url),
    kind("AGE-SECRET-KEY-1", 60, MANY, Of::Capitals),
];

/// Whether any token begins with this byte.
pub(super) fn may_begin(byte: u8) -> bool {
    #[expect(
        clippy::indexing_slicing,
        reason = "evaluated while this is compiled: an index beyond the end is an error there"
    )]
    const FIRST: [bool; 256] = {
        let mut first = [false; 256];
        let mut at = 0;
        while at < KINDS.len() {
            first[KINDS[at].prefix.as_bytes()[0] as usize] = true;
            at += 1;
        }
        first
    };
    FIRST.get(usize::from(byte)).copied().unwrap_or(false)
}

/// How long the token is with which this begins; none when it begins with none. Whoever asks knows that no word goes on here.
pub(super) fn length(text: &[u8]) -> Option<usize> {
    KINDS.iter().filter(|kind| text.starts_with(kind.prefix.as_bytes())).find_map(|kind| kind.length(text))
}

impl Kind {
    fn length(&self, text: &[u8]) -> Option<usize> {
        let is_inside = |byte: &u8| match self.of {
            Of::Alphanumeric => byte.is_ascii_alphanumeric(),
            Of::Capitals => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Of::Url => byte.is_ascii_alphanumeric() || b"-_".contains(byte),
            Of::ThreeParts | Of::Dotted => byte.is_ascii_alphanumeric() || b"-_.".contains(byte),
        };
        let behind = text.get(self.prefix.len()..)?;
        let mut length = self.prefix.len() + behind.iter().take_while(|byte| is_inside(byte)).count();
        // A full stop ends a sentence.
        while length > 0 && text.get(length - 1) == Some(&b'.') {
            length -= 1;
        }
        let token = text.get(..length)?;
        if self.of == Of::ThreeParts && token.iter().filter(|byte| **byte == b'.').count() != 2 {
            return None;
        }
        let ends = text.get(length).is_none_or(|next| !next.is_ascii_alphanumeric() && !b"_+/".contains(next));
        ((self.shortest..=self.longest).contains(&length) && ends).then_some(length)
    }
}

/// A word with `mask` in the place of each token of a well-known service.
#[must_use]
pub fn mask_tokens(word: &str, mask: &str) -> String {
    let mut masked = String::with_capacity(word.len());
    let (mut rest, mut goes_on) = (word, false);
    while let Some(first) = rest.chars().next() {
        let token = if goes_on { None } else { length(rest.as_bytes()) };
        let (taken, left) = rest.split_at(token.unwrap_or(first.len_utf8()));
        masked.push_str(if token.is_some() { mask } else { taken });
        goes_on = first.is_ascii_alphanumeric() || first == '_';
        rest = left;
    }
    masked
}
