//! The SDK, its macros and the contract, as this binary carries them.

use std::collections::BTreeMap;

use anyhow::Context as _;

/// What a new check is written from.
pub(super) struct Carried {
    /// Path in the new folder, and how long its content is.
    files: &'static [(&'static str, usize)],
    /// The contents one behind the other, packed by zstd.
    packed: &'static [u8],
    /// Name of a crate, and its entry in a lock file.
    pub(super) locked: &'static [(&'static str, &'static str)],
    /// The oldest Rust that it builds with.
    pub(super) rust_version: &'static str,
}

pub(super) static CARRIED: Carried = include!(concat!(env!("OUT_DIR"), "/sdk.rs"));

/// What the new folder begins with.
///
/// Errors: this binary is damaged.
pub(super) fn files() -> anyhow::Result<BTreeMap<String, String>> {
    const DAMAGED: &str = "this binary's SDK is damaged; get it again";
    let length = CARRIED.files.iter().map(|(_, length)| length).sum();
    let texts = String::from_utf8(zstd::bulk::decompress(CARRIED.packed, length).context(DAMAGED)?).context(DAMAGED)?;
    let (mut rest, mut files) = (texts.as_str(), BTreeMap::new());
    for (path, length) in CARRIED.files {
        let (text, behind) = rest.split_at_checked(*length).context(DAMAGED)?;
        files.insert((*path).to_owned(), text.to_owned());
        rest = behind;
    }
    Ok(files)
}

/// `name version` of each crate that is not in the new folder.
pub(super) fn from_a_registry() -> impl Iterator<Item = String> {
    CARRIED.locked.iter().filter(|(_, entry)| entry.contains("\nsource = ")).map(|(name, entry)| {
        let version = entry.lines().find_map(|line| line.strip_prefix("version = "));
        format!("{name} {}", version.unwrap_or_default().trim_matches('"'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sdk_is_carried_without_anything_of_this_workspace() {
        let files = files().unwrap();
        let manifests: Vec<&String> =
            files.iter().filter(|(path, _)| path.ends_with("Cargo.toml")).map(|(_, text)| text).collect();
        assert_eq!(manifests.len(), 2);
        assert!(manifests.iter().all(|text| !text.contains("workspace")), "{manifests:?}");
        for needed in ["sdk/src/lib.rs", "sdk/README.md", "sdk/macros/src/lib.rs", "sdk/wit/files/world.wit"] {
            assert!(files.contains_key(needed), "{needed}");
        }
    }

    #[test]
    fn the_crates_that_it_needs_are_told_with_their_versions() {
        let crates: Vec<String> = from_a_registry().collect();
        assert!(crates.iter().any(|line| line.starts_with("wit-bindgen 0.")), "{crates:?}");
        assert!(!crates.iter().any(|line| line.starts_with("dbg-sdk ")), "{crates:?}");
    }
}
