//! What a secret is called.

/// Parts of a name, in lower case and without `-`, `_` and `.`.
const PARTS: [&str; 18] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "signingkey",
    "encryptionkey",
    "accountkey",
    "credential",
    "authorization",
    "cookie",
    "jwt",
    "pwd",
    "bearer",
    "xamzsignature",
];

/// Whole names: too short to be looked for within others.
const WHOLE: [&str; 4] = ["pass", "auth", "key", "pin"];

/// Ends of a name that says where or how a secret is, and not what it is.
const ABOUT: [&str; 22] = [
    "file",
    "path",
    "dir",
    "name",
    "url",
    "uri",
    "id",
    "tokens",
    "expiry",
    "expires",
    "expiration",
    "ttl",
    "length",
    "count",
    "type",
    "status",
    "version",
    "enabled",
    "required",
    "policy",
    "algorithm",
    "ref",
];

/// A longer name is none.
const LONGEST: usize = 64;

/// A name as it is compared: in lower case, without what parts its words.
struct Plain {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Plain {
    /// None for what is too long, or has nothing that names are made of.
    fn of(name: &[u8]) -> Option<Self> {
        let mut plain = Self { bytes: [0; LONGEST], length: 0 };
        for byte in name.iter().filter(|byte| byte.is_ascii_alphanumeric()) {
            *plain.bytes.get_mut(plain.length)? = byte.to_ascii_lowercase();
            plain.length += 1;
        }
        (plain.length > 0).then_some(plain)
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    fn has_part(&self) -> bool {
        let mut rest = self.bytes();
        // Most letters begin no part, so most names cost a look at each of their letters.
        while let Some(first) = rest.first() {
            if b"abcejpstx".contains(first) && PARTS.iter().any(|part| rest.starts_with(part.as_bytes())) {
                return true;
            }
            rest = rest.get(1..).unwrap_or_default();
        }
        false
    }

    fn is_about(&self) -> bool {
        ABOUT.iter().any(|end| self.bytes().ends_with(end.as_bytes()))
    }
}

/// Whether what has this name is a secret: `--db-password`, `API_KEY`, `-Dx.y.secret`, `"Authorization`. For arguments, where a short
/// name such as `key` or `pin` is one too.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let name = name.trim_start_matches(['-', '"', '\'']);
    let Some(plain) = Plain::of(name.as_bytes()) else { return false };
    let last = name.rsplit(['-', '_', '.']).next().unwrap_or(name);
    !plain.is_about() && (plain.has_part() || WHOLE.iter().any(|whole| last.eq_ignore_ascii_case(whole)))
}

/// How sure it is that a name in some text is that of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Called {
    /// It is not.
    Otherwise,
    /// It may be: what looks like a word is then none.
    Perhaps,
    /// It is, whatever it looks like.
    Secret,
    /// A header whose value goes to the end of its line.
    Header,
}

/// The name of something in a text.
pub(super) fn called(name: &[u8]) -> Called {
    // The working directory, in every environment.
    if name == b"PWD" || name == b"OLDPWD" {
        return Called::Otherwise;
    }
    let Some(plain) = Plain::of(name) else { return Called::Otherwise };
    if [&b"authorization"[..], b"proxyauthorization", b"cookie", b"setcookie"].contains(&plain.bytes()) {
        return Called::Header;
    }
    if plain.is_about() {
        return Called::Otherwise;
    }
    if plain.has_part() {
        return Called::Secret;
    }
    let last = name.rsplit(|byte| b"-_.".contains(byte)).next().unwrap_or(name);
    let is_short = [&b"pass"[..], b"auth"].iter().any(|short| last.eq_ignore_ascii_case(short));
    if is_short { Called::Perhaps } else { Called::Otherwise }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_is_found_within_a_name() {
        for part in PARTS {
            assert_eq!(called(format!("my_{part}1").as_bytes()), Called::Secret, "{part}");
        }
        assert_eq!(called(b"status"), Called::Otherwise);
    }
}
