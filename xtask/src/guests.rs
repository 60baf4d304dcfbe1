//! `cargo xtask guests`: the components that the tests run, good and hostile. They are found by folder, never by a list:
//! the workspace `tests/guests`, and each `tests/hostile/<case>/guest`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::workspace::{self, Workspace};
use crate::{files, languages, shell, target};

/// Builds the guests of the tests
#[derive(clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_: &Args, workspace: &Workspace) -> Result<()> {
    let guests = build(workspace)?;
    languages::build(workspace)?;
    for guest in &guests {
        println!("{}", workspace.shown(guest));
    }
    if guests.is_empty() {
        println!("no guests: there is neither `tests/guests/Cargo.toml` nor a `tests/hostile/*/guest/Cargo.toml`");
    }
    Ok(())
}

/// Builds them and gives where they lie.
pub(crate) fn build(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let mut laid: Vec<(String, PathBuf)> = Vec::new();
    for folder in roots(&workspace.root)? {
        for (name, built) in build_one(workspace, &folder)? {
            if laid.iter().any(|(other, _)| *other == name) {
                bail!("two guests are called `{name}`; rename the one in `{}`", workspace.shown(&folder));
            }
            laid.push((name, built));
        }
    }
    let out = workspace.dist().join("guests");
    files::lay_all(&out, &laid)?;
    Ok(laid.iter().map(|(name, _)| out.join(name)).collect())
}

/// Each folder that is a cargo workspace of guests.
fn roots(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = vec![root.join("tests/guests")];
    for case in files::entries(&root.join("tests/hostile"))? {
        found.push(case.join("guest"));
    }
    found.retain(|folder| folder.join("Cargo.toml").is_file());
    Ok(found)
}

/// Builds one cargo workspace and gives (file name in dist, built file).
fn build_one(workspace: &Workspace, folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    target::ensure(target::WASM)?;
    let packages = workspace::metadata(folder, &["--no-deps"])?.packages;
    let out = workspace.target.join("guests");
    let mut cargo = shell::cargo(folder);
    cargo.args(["build", "--release", "--workspace", "--target", target::WASM]).arg("--target-dir").arg(&out);
    shell::run(&mut cargo).with_context(|| format!("the guests in `{}` do not build", workspace.shown(folder)))?;
    let built = out.join(target::WASM).join("release");
    Ok(packages
        .iter()
        .filter_map(|package| {
            let file = package.wasm_file()?;
            Some((format!("{}.wasm", package.name), built.join(file)))
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guests_are_found_by_folder() {
        let root = tempfile::tempdir().expect("a folder");
        for name in ["tests/guests/Cargo.toml", "tests/hostile/loops/guest/Cargo.toml", "tests/hostile/empty/error.txt"]
        {
            let path = root.path().join(name);
            files::make_folder(path.parent().expect("has one")).expect("made");
            std::fs::write(path, "").expect("written");
        }
        let found = roots(root.path()).expect("read");
        assert_eq!(found, [root.path().join("tests/guests"), root.path().join("tests/hostile/loops/guest")]);
    }
}
