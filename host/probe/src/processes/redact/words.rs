//! What a command line's words are: flags that announce a secret, and words that hold one.

use dbg_model::{is_secret_name, mask_tokens};

use super::MASK;

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
    mask_tokens(&without_user(word), MASK)
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
