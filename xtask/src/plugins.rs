//! `cargo xtask plugins`: the stock checks as components, one crate a folder under `plugins/`.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::workspace::Workspace;
use crate::{files, shell, target};

/// Builds the stock checks
#[derive(clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_: &Args, workspace: &Workspace) -> Result<()> {
    for plugin in build(workspace)? {
        let size = files::shown_size(files::size(&plugin)?);
        println!("{} {size}", workspace.shown(&plugin));
    }
    Ok(())
}

/// Builds them and gives where they lie, sorted by name.
pub(crate) fn build(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    target::ensure(target::WASM)?;
    let packages = workspace.packages_in("plugins");
    let mut cargo = shell::cargo(&workspace.root);
    cargo.args(["build", "--target", target::WASM, "--profile", "plugin"]);
    for package in &packages {
        cargo.args(["-p", &package.name]);
    }
    shell::run(&mut cargo).context("the stock checks do not build")?;

    let built = workspace.target.join(target::WASM).join("plugin");
    let mut laid = Vec::new();
    for package in packages {
        let file = package.wasm_file().with_context(|| {
            let name = &package.name;
            format!("`{name}` makes no component: its Cargo.toml needs `crate-type = [\"cdylib\", \"rlib\"]`")
        })?;
        laid.push((format!("{}.wasm", package.name), built.join(file)));
    }
    let folder = workspace.dist().join("plugins");
    files::lay_all(&folder, &laid)?;
    Ok(laid.iter().map(|(name, _)| folder.join(name)).collect())
}
