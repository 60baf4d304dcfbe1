//! What an entry is good for. Whatever decides whether code may be used is in here.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use dbg_model::Digest;
use sha2::{Digest as _, Sha256};

use crate::Engine;

/// wasmtime itself accepts code of its whole major version; a patch may mend what it compiles.
const WASMTIME: &str = "48.0.8";

pub(super) struct Key<'a> {
    component: Digest,
    /// Configuration and target, as wasmtime counts them.
    compatibility: u64,
    wasmtime: &'static str,
    build: &'a str,
}

impl<'a> Key<'a> {
    pub(super) fn new(engine: &Engine, component: Digest, build: &'a str) -> Self {
        let mut hasher = DefaultHasher::new();
        engine.inner.wasmtime.precompile_compatibility_hash().hash(&mut hasher);
        Self { component, compatibility: hasher.finish(), wasmtime: WASMTIME, build }
    }

    /// One hash over all of it, every part with its length, so that no two keys look alike.
    pub(super) fn hash(&self) -> [u8; 32] {
        let Self { component, compatibility, wasmtime, build } = self;
        let mut hash = Sha256::new();
        let compatibility = compatibility.to_le_bytes();
        for part in [&component.as_bytes()[..], &compatibility, wasmtime.as_bytes(), build.as_bytes()] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_in_the_key_is_the_one_that_is_built() {
        let lock = fs_err::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.lock")).unwrap();
        assert!(lock.contains(&format!("name = \"wasmtime\"\nversion = \"{WASMTIME}\"\n")));
    }

    #[test]
    fn every_part_makes_another_key() {
        let key = |component: u8, compatibility, wasmtime, build| {
            Key { component: Digest::from_bytes([component; 32]), compatibility, wasmtime, build }.hash()
        };
        let all = [
            key(1, 1, "1", "1"),
            key(2, 1, "1", "1"),
            key(1, 2, "1", "1"),
            key(1, 1, "2", "1"),
            key(1, 1, "1", "2"),
            key(1, 1, "11", ""),
        ];
        assert_eq!(all.iter().collect::<std::collections::BTreeSet<_>>().len(), all.len());
    }
}
