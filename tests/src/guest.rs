//! The guests that xtask built from `tests/guests`, and the stock plugins.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use wasmparser::{Parser, Payload};

use crate::binary;

/// One component file.
pub struct Guest {
    /// The plugin's name; the file is called so.
    pub name: String,
    path: PathBuf,
}

/// All guests, by name.
#[must_use]
pub fn guests() -> Vec<Guest> {
    let folder = binary::guests();
    let mut found: Vec<Guest> = std::fs::read_dir(&folder)
        .expect("xtask made the folder")
        .flatten()
        .filter_map(|entry| {
            let path = entry.path();
            let name = path.file_name()?.to_str()?.strip_suffix(".wasm")?.to_owned();
            Some(Guest { name, path })
        })
        .collect();
    found.sort_by(|one, other| one.name.cmp(&other.name));
    found
}

impl Guest {
    /// The guest of that name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let path = binary::guests().join(format!("{name}.wasm"));
        assert!(path.is_file(), "no guest `{name}` in `{}`; `cargo xtask guests` builds it", path.display());
        Self { name: name.to_owned(), path }
    }

    /// The stock plugin of that name, as a file.
    #[must_use]
    pub fn stock(name: &str) -> Self {
        let path = binary::plugins().join(format!("{name}.wasm"));
        assert!(path.is_file(), "no plugin `{name}` in `{}`; `cargo xtask build` builds it", path.display());
        Self { name: name.to_owned(), path }
    }

    /// Where it lies; not for `dbg`, whose user may not be able to read it.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        std::fs::read(&self.path).expect("a guest can be read")
    }

    /// The checks that its declaration names.
    #[must_use]
    pub fn checks(&self) -> Vec<String> {
        #[derive(Deserialize)]
        struct Line {
            check: Option<String>,
        }
        let bytes = self.bytes();
        let mut found = Vec::new();
        for payload in Parser::new(0).parse_all(&bytes) {
            let Payload::CustomSection(section) = payload.expect("a guest is a valid component") else { continue };
            if section.name() == "dbg:checks" {
                let lines = serde_json::Deserializer::from_slice(section.data()).into_iter::<Line>();
                found.extend(lines.filter_map(|line| line.expect("a declaration is JSON").check));
            }
        }
        found
    }
}
