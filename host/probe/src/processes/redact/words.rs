//! What a secret is called, and what it looks like.

use super::MASK;

/// Parts of a name, in lower case and without `-`, `_` and `.`.
const NAMES: [&str; 16] = [
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
    "credential",
    "authorization",
    "cookie",
    "jwt",
    "pwd",
    "bearer",
];

/// Whole names: too short to be looked for within others.
const WHOLE: [&str; 4] = ["pass", "auth", "key", "pin"];

/// Ends of a name that says where a secret is, and not what it is.
const PLACES: [&str; 6] = ["file", "path", "dir", "name", "url", "id"];

/// Programs with a short flag for a password.
const SHORT: [(&str, &str); 8] = [
    ("mysql", "-p"),
    ("mariadb", "-p"),
    ("sshpass", "-p"),
    ("redis-cli", "-a"),
    ("mongo", "-p"),
    ("curl", "-u"),
    ("ldap", "-w"),
    ("smbclient", "-U"),
];

/// How tokens of well-known services start.
const TOKENS: [&str; 12] =
    ["ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "AKIA", "ASIA", "eyJ", "hvs.", "npm_"];

/// A shorter one is a word that happens to start so.
const SHORTEST_TOKEN: usize = 16;

/// Whether what has this name is a secret: `--db-password`, `API_KEY`, `-Dx.y.secret`, `"Authorization`.
pub(super) fn is_secret_name(name: &str) -> bool {
    let name = name.trim_start_matches(['-', '"', '\'']);
    let plain: String = name.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect();
    let is_place = PLACES.iter().any(|place| plain.ends_with(place));
    let last = name.rsplit(['-', '_', '.']).next().unwrap_or(name).to_ascii_lowercase();
    !is_place && (NAMES.iter().any(|part| plain.contains(part)) || WHOLE.contains(&last.as_str()))
}

/// Whether a secret follows this word.
pub(super) fn is_secret_flag(word: &str) -> bool {
    word.starts_with('-') && word.len() > 2 && is_secret_name(word)
}

/// The program's flag for a password, when `word` is it or starts with it.
pub(super) fn short_flag(program: &str, word: &str) -> Option<&'static str> {
    let program = program.rsplit('/').next().unwrap_or(program);
    let (_, flag) = SHORT.iter().find(|(name, flag)| program.starts_with(name) && word.starts_with(flag))?;
    (!word.starts_with("--")).then_some(*flag)
}

/// Whether it is a key or certificate in its text form; all of it is then masked.
pub(super) fn is_key(word: &str) -> bool {
    word.contains("-----BEGIN")
}

/// A word with the secrets in it masked: `user:password@` of a URL, tokens of well-known services.
pub(super) fn masked_word(word: &str) -> String {
    let word = without_user(word);
    let is_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '+' | '/');
    let mut shown = String::with_capacity(word.len());
    for part in word.split_inclusive(|c| !is_token(c)) {
        let run = part.trim_end_matches(|c| !is_token(c));
        let rest = part.get(run.len()..).unwrap_or_default();
        let masked = run.len() >= SHORTEST_TOKEN && TOKENS.iter().any(|start| run.starts_with(start));
        shown.push_str(if masked { MASK } else { run });
        shown.push_str(rest);
    }
    shown
}

/// `scheme://user:password@host` without what stands before the host.
fn without_user(word: &str) -> String {
    let Some((scheme, rest)) = word.split_once("://") else { return word.to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    match authority.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://{MASK}@{host}{path}"),
        None => word.to_owned(),
    }
}
