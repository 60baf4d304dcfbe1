//! `wit/frozen.toml`: one digest a package, so that nobody edits what is published without meaning to.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Folder, Packages};
use crate::build_id::hex;
use crate::files;

/// The whole file.
#[derive(Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct List {
    #[serde(default)]
    package: Vec<Frozen>,
}

/// One package as it was when it was last blessed.
#[derive(Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct Frozen {
    name: String,
    version: String,
    digest: String,
}

const HEAD: &str = "# The digest of each package: SHA-256 over its files by name: name, NUL, bytes, NUL. Written by `cargo xtask wit --bless`.\n\
                    # A published version never changes; what is added is a new version, what breaks waits in PENDING.md.\n";

/// Where the packages differ from the list.
pub(super) fn faults(path: &Path, packages: &Packages) -> Result<Vec<String>> {
    let list: List = if path.exists() {
        toml::from_str(&files::read_text(path)?).with_context(|| format!("`{}` is not well-formed", path.display()))?
    } else {
        List::default()
    };
    Ok(compare(&list.package, &packages.list.iter().map(freeze).collect::<Vec<_>>()))
}

/// Writes the list anew.
pub(super) fn bless(path: &Path, packages: &Packages) -> Result<()> {
    let list = List { package: packages.list.iter().map(freeze).collect() };
    let text = toml::to_string(&list).context("cannot write the list of digests as TOML")?;
    std::fs::write(path, format!("{HEAD}\n{text}")).with_context(|| format!("cannot write `{}`", path.display()))
}

fn freeze(folder: &Folder) -> Frozen {
    Frozen { name: folder.name.clone(), version: folder.version.clone(), digest: digest(&folder.files) }
}

fn digest(files: &[(String, Vec<u8>)]) -> String {
    let mut digest = Sha256::new();
    for (name, bytes) in files {
        digest.update(name.as_bytes());
        digest.update([0]);
        digest.update(bytes);
        digest.update([0]);
    }
    hex(&digest.finalize())
}

fn compare(listed: &[Frozen], found: &[Frozen]) -> Vec<String> {
    let mut faults = Vec::new();
    for Frozen { name, version, digest } in found {
        let text = match listed.iter().find(|one| one.name == *name) {
            None => "is not in wit/frozen.toml; add it by `cargo xtask wit --bless`",
            Some(one) if one.version != *version => "has a new version; freeze it by `cargo xtask wit --bless`",
            Some(one) if one.digest != *digest => {
                "is frozen and was changed; undo the change, or give it a new version, or, if no release has it yet, `cargo xtask wit --bless`"
            }
            Some(_) => continue,
        };
        faults.push(format!("wit/{name}: `dbg:{name}@{version}` {text}"));
    }
    for Frozen { name, version, .. } in listed {
        if !found.iter().any(|one| one.name == *name) {
            faults.push(format!("wit/{name}: `dbg:{name}@{version}` is frozen and no longer there; bring it back"));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frozen(name: &str, version: &str, text: &str) -> Frozen {
        let digest = digest(&[("world.wit".into(), text.into())]);
        Frozen { name: name.into(), version: version.into(), digest }
    }

    #[test]
    fn an_unchanged_package_is_fine_and_a_changed_one_is_not() {
        let listed = [frozen("files", "0.1.0", "a")];
        assert!(compare(&listed, &[frozen("files", "0.1.0", "a")]).is_empty());
        assert!(compare(&listed, &[frozen("files", "0.1.0", "b")])[0].contains("was changed"));
    }

    #[test]
    fn a_new_package_a_new_version_and_a_removed_one_are_told_apart() {
        let listed = [frozen("files", "0.1.0", "a")];
        assert!(compare(&[], &listed)[0].contains("not in wit/frozen.toml"));
        assert!(compare(&listed, &[frozen("files", "0.1.1", "b")])[0].contains("new version"));
        assert!(compare(&listed, &[])[0].contains("no longer there"));
    }

    #[test]
    fn the_digest_tells_a_name_from_contents() {
        let one = digest(&[("ab".into(), b"c".to_vec())]);
        let other = digest(&[("a".into(), b"bc".to_vec())]);
        assert_ne!(one, other);
    }
}
