//! Roots, keys and who still has to sign, in words for people.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use dbg_plugin::trust::{Ceiling, KeyId, Moment, Progress, Revocations, Revoked, Role, Root, RootVersion};

/// What a version of a root says.
pub(crate) fn root(root: &Root) -> String {
    let Root { vendor, version, issued, root, release, ceiling, revoked, minimum } = root;
    let mut text = format!("  vendor        {vendor}\n  version       {version}, issued {issued}\n");
    text.push_str(&role("root keys", root, "roots and revocations"));
    text.push_str(&role("release keys", release, "plugins"));
    let _ = writeln!(text, "  ceiling       {}", ceiling_words(ceiling));
    text.push_str(&revoked_words(revoked));
    for (plugin, sequence) in minimum {
        let _ = writeln!(text, "  minimum       {plugin} from sequence {sequence}");
    }
    text
}

/// What a list of revocations says.
pub(crate) fn list(list: &Revocations) -> String {
    let Revocations { vendor, version, issued, next, revoked } = list;
    let mut text =
        format!("  vendor        {vendor}\n  list          {version}, issued {issued}, the next is due {next}\n");
    if revoked.is_empty() {
        text.push_str("  revoked       nothing\n");
    }
    text.push_str(&revoked_words(revoked));
    text
}

fn role(name: &str, role: &Role, what: &str) -> String {
    let Role { threshold, keys } = role;
    let mut text = format!("  {name:<13} {threshold} of {} must sign {what}\n", keys.len());
    for key in keys {
        let until = key.expires.map(|expires| format!(", until {expires}")).unwrap_or_default();
        let _ = writeln!(text, "                {}{until}", key.key.id());
    }
    text
}

fn revoked_words(revoked: &Revoked) -> String {
    let Revoked { keys, digests } = revoked;
    let keys = keys.iter().map(|key| format!("  revoked       the key {key}\n"));
    let digests = digests.iter().map(|digest| format!("  revoked       the component {digest}\n"));
    keys.chain(digests).collect()
}

/// The names in a ceiling, those that this dbg does not know too.
pub(crate) fn ceiling_names(ceiling: &Ceiling) -> Vec<String> {
    let value = serde_json::to_value(ceiling).ok();
    value.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default()
}

/// A ceiling as a list.
pub(crate) fn ceiling_words(ceiling: &Ceiling) -> String {
    let names = ceiling_names(ceiling);
    if names.is_empty() { "nothing: its plugins can only compute".to_owned() } else { names.join(", ") }
}

/// Keys, short.
pub(crate) fn keys<'a>(keys: impl IntoIterator<Item = &'a KeyId>) -> String {
    let names: Vec<String> = keys.into_iter().map(KeyId::short).collect();
    if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}

/// Who signed a version, and who still has to.
pub(crate) fn standing(version: &RootVersion) -> String {
    let mut text = format!("  signed by     {}\n", keys(&version.signed()));
    let mut missing = Vec::new();
    if version.own.missing() > 0 {
        missing.push(format!("its own keys: {}", open(&version.own)));
    }
    if let Some(before) = version.before.as_ref().filter(|before| before.missing() > 0) {
        missing.push(format!("the keys before it: {}", open(before)));
    }
    match missing.as_slice() {
        [] => text.push_str("  complete      yes\n"),
        missing => {
            for line in missing {
                let _ = writeln!(text, "  missing       of {line}");
            }
        }
    }
    text
}

fn open(progress: &Progress) -> String {
    format!("{} more of {}", progress.missing(), keys(&progress.open))
}

/// How far one role is, in a line.
pub(crate) fn progress(progress: &Progress) -> String {
    let (signed, needed) = (progress.signed.len(), progress.needed);
    match progress.missing() {
        0 => format!("complete: {signed} of the {needed} needed signed it"),
        _ => format!("{signed} of the {needed} needed signed it; missing: {}", open(progress)),
    }
}

/// The keys that signatures name.
pub(crate) fn claimed(signers: &[Option<KeyId>]) -> String {
    let known: BTreeSet<KeyId> = signers.iter().flatten().copied().collect();
    let unnamed = signers.iter().filter(|signer| signer.is_none()).count();
    match unnamed {
        0 => keys(&known),
        _ => format!("{}, and {unnamed} more that name no key", keys(&known)),
    }
}

/// The day of a moment.
pub(crate) fn date(moment: Moment) -> String {
    moment.to_string().chars().take(10).collect()
}
