//! What an entry is good for. Whatever decides whether code may be used is in here.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use dbg_model::Digest;
use sha2::{Digest as _, Sha256};

/// wasmtime itself accepts code of its whole major version; a patch may mend what it compiles.
const WASMTIME: &str = "48.0.8";

pub(super) struct Key<'a> {
    component: Digest,
    /// Configuration, architecture and what of a processor is used, as wasmtime counts them.
    compatibility: u64,
    wasmtime: &'static str,
    build: &'a str,
}

impl<'a> Key<'a> {
    pub(super) fn new(compiler: &wasmtime::Engine, component: Digest, build: &'a str) -> Self {
        let mut hasher = DefaultHasher::new();
        compiler.precompile_compatibility_hash().hash(&mut hasher);
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
    use std::collections::BTreeSet;

    use dbg_model::{Architecture, CpuFeature, Machine};

    use super::*;
    use crate::Engine;
    use crate::compiler::Effort;

    #[test]
    fn the_version_in_the_key_is_the_one_that_is_built() {
        let lock = fs_err::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.lock")).unwrap();
        assert!(lock.contains(&format!("name = \"wasmtime\"\nversion = \"{WASMTIME}\"\n")));
    }

    #[test]
    fn every_machine_and_effort_makes_another_key() {
        let engine = Engine::new().unwrap();
        let key = |architecture, features: &[CpuFeature], effort| {
            let machine = Machine { architecture, features: features.iter().copied().collect() };
            let compiler = engine.compiler(&machine, effort).unwrap();
            Key::new(&compiler, Digest::from_bytes([1; 32]), "1").hash()
        };
        let foreign = Architecture::ALL.into_iter().find(|it| *it != Architecture::OWN).unwrap();
        let feature = if foreign == Architecture::X86_64 { CpuFeature::Sse3 } else { CpuFeature::Lse };
        let mut all = BTreeSet::new();
        for effort in [Effort::Quick, Effort::Thorough] {
            all.extend([
                key(Architecture::OWN, &[], effort),
                key(foreign, &[], effort),
                key(foreign, &[feature], effort),
            ]);
        }
        assert_eq!(all.len(), 6);
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
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
    }
}
