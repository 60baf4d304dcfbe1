//! Where things are: the repository, cargo's target folder, the crates of the workspace.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::shell;

/// The repository that `cargo xtask` was called in.
pub(crate) struct Workspace {
    /// The folder with the workspace's Cargo.toml.
    pub(crate) root: PathBuf,
    /// Cargo's target folder, for everything in between. Follows `CARGO_TARGET_DIR`.
    pub(crate) target: PathBuf,
    /// Every crate of the workspace.
    pub(crate) packages: Vec<Package>,
}

/// One crate, as `cargo metadata` tells.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) manifest_path: PathBuf,
    /// Where it came from; none for a crate of this repository.
    pub(crate) source: Option<String>,
    pub(crate) license: Option<String>,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) targets: Vec<Target>,
}

/// One line of a crate's dependencies.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// `dev` or `build`; none for an ordinary one.
    pub(crate) kind: Option<String>,
}

/// One thing that cargo builds from a crate.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) crate_types: Vec<String>,
}

/// What we read of `cargo metadata`.
#[derive(Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

impl Workspace {
    /// Asks cargo, from the current folder.
    pub(crate) fn find() -> Result<Self> {
        let metadata = metadata(Path::new("."), &["--no-deps"])?;
        Ok(Self { root: metadata.workspace_root, target: metadata.target_directory, packages: metadata.packages })
    }

    /// What a person takes away; always below the repository, wherever cargo builds.
    pub(crate) fn dist(&self) -> PathBuf {
        self.root.join("target/dist")
    }

    /// The crates whose folder lies directly in `folder`, sorted by name.
    pub(crate) fn packages_in(&self, folder: &str) -> Vec<&Package> {
        let parent = self.root.join(folder);
        let mut found: Vec<&Package> =
            self.packages.iter().filter(|package| package.folder().and_then(Path::parent) == Some(&*parent)).collect();
        found.sort_by(|one, other| one.name.cmp(&other.name));
        found
    }

    /// A path as it is shown: relative to the repository where it lies in it.
    pub(crate) fn shown<'a>(&self, path: &'a Path) -> std::path::Display<'a> {
        path.strip_prefix(&self.root).unwrap_or(path).display()
    }
}

impl Package {
    /// The folder of its Cargo.toml.
    pub(crate) fn folder(&self) -> Option<&Path> {
        self.manifest_path.parent()
    }

    /// The file that cargo makes of it for WebAssembly, without its folder; none for a crate that makes no component.
    pub(crate) fn wasm_file(&self) -> Option<String> {
        self.targets.iter().find_map(|target| {
            let has = |kind: &str| target.crate_types.iter().any(|it| it == kind);
            if has("cdylib") {
                Some(format!("{}.wasm", target.name.replace('-', "_")))
            } else if has("bin") {
                Some(format!("{}.wasm", target.name))
            } else {
                None
            }
        })
    }
}

/// What cargo knows of the workspace in `folder`.
pub(crate) fn metadata(folder: &Path, flags: &[&str]) -> Result<Metadata> {
    let mut command = shell::cargo(folder);
    command.args(["metadata", "--format-version", "1"]).args(flags);
    let text = shell::output(&mut command)?;
    serde_json::from_str(&text).context("cannot read what `cargo metadata` says")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(targets: &str) -> Package {
        let text = format!(
            r#"{{"name":"a-b","version":"0.1.0","manifest_path":"/r/plugins/a-b/Cargo.toml","source":null,
                "license":null,"dependencies":[],"targets":{targets}}}"#
        );
        serde_json::from_str(&text).expect("well-formed")
    }

    #[test]
    fn a_library_component_has_underscores_and_a_program_keeps_its_dashes() {
        let library = package(r#"[{"name":"a_b","crate_types":["cdylib","rlib"]}]"#);
        assert_eq!(library.wasm_file().as_deref(), Some("a_b.wasm"));
        let program = package(r#"[{"name":"a-b","crate_types":["bin"]}]"#);
        assert_eq!(program.wasm_file().as_deref(), Some("a-b.wasm"));
    }

    #[test]
    fn a_plain_library_makes_no_component() {
        let library = package(r#"[{"name":"a_b","crate_types":["lib"]}]"#);
        assert_eq!(library.wasm_file(), None);
    }
}
