//! The SDK, its macros and the contract, as this binary carries them.

/// What a new check is written from.
pub(super) struct Carried {
    /// Path in the new folder, and content.
    pub(super) files: &'static [(&'static str, &'static str)],
    /// Name of a crate, and its entry in a lock file.
    pub(super) locked: &'static [(&'static str, &'static str)],
    /// The oldest Rust that it builds with.
    pub(super) rust_version: &'static str,
}

pub(super) static CARRIED: Carried = include!(concat!(env!("OUT_DIR"), "/sdk.rs"));

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
        let manifests = CARRIED.files.iter().filter(|(path, _)| path.ends_with("Cargo.toml"));
        let manifests: Vec<&str> = manifests.map(|(_, text)| *text).collect();
        assert_eq!(manifests.len(), 2);
        assert!(manifests.iter().all(|text| !text.contains("workspace")), "{manifests:?}");
        for needed in ["sdk/src/lib.rs", "sdk/README.md", "sdk/macros/src/lib.rs", "sdk/wit/files/world.wit"] {
            assert!(CARRIED.files.iter().any(|(path, _)| *path == needed), "{needed}");
        }
    }

    #[test]
    fn the_crates_that_it_needs_are_told_with_their_versions() {
        let crates: Vec<String> = from_a_registry().collect();
        assert!(crates.iter().any(|line| line.starts_with("wit-bindgen 0.")), "{crates:?}");
        assert!(!crates.iter().any(|line| line.starts_with("dbg-sdk ")), "{crates:?}");
    }
}
