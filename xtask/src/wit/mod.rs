//! `cargo xtask wit`: the packages under `wit/` are a contract. Each parses, each item says since when it is there and what it does,
//! names are unique, and what is published stays as it is.

mod frozen;
mod items;
mod names;

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use wit_parser::{PackageId, Resolve};

use crate::AlreadyTold;
use crate::files;
use crate::workspace::Workspace;

/// Checks the packages under `wit/`
#[derive(clap::Args, Default)]
pub(crate) struct Args {
    /// Writes the digests in `wit/frozen.toml` anew; right only for a package that no release has
    #[arg(long)]
    bless: bool,
}

pub(crate) fn run(args: &Args, workspace: &Workspace) -> Result<()> {
    let packages = parse(workspace)?;
    let mut faults = Vec::new();
    for package in &packages.list {
        faults.extend(items::faults(&packages.resolve, package.id));
    }
    faults.extend(names::faults(&packages.resolve));
    let list = workspace.root.join("wit/frozen.toml");
    if args.bless {
        frozen::bless(&list, &packages)?;
        println!("wrote `{}`", workspace.shown(&list));
    } else {
        faults.extend(frozen::faults(&list, &packages)?);
    }
    for fault in &faults {
        println!("{fault}");
    }
    println!("wit: {} packages, {} faults", packages.list.len(), faults.len());
    if faults.is_empty() { Ok(()) } else { Err(AlreadyTold.into()) }
}

/// Everything under `wit/`, parsed together.
struct Packages {
    resolve: Resolve,
    /// Sorted by folder.
    list: Vec<Folder>,
}

/// One package and the files that make it up.
struct Folder {
    id: PackageId,
    /// As its folder is called, and the package behind `dbg:`.
    name: String,
    version: String,
    /// Name and bytes, sorted by name.
    files: Vec<(String, Vec<u8>)>,
}

fn parse(workspace: &Workspace) -> Result<Packages> {
    let mut resolve = Resolve { all_features: true, ..Resolve::default() };
    let mut list = Vec::new();
    for path in files::entries(&workspace.root.join("wit"))? {
        if path.is_dir() {
            list.push(folder(&mut resolve, path).map_err(|error| anyhow::anyhow!(resolve.render_error(&error)))?);
        }
    }
    if list.is_empty() {
        bail!("there is no package under `wit/`");
    }
    Ok(Packages { resolve, list })
}

/// Reads one folder into `resolve`.
fn folder(resolve: &mut Resolve, path: PathBuf) -> Result<Folder> {
    let (id, _) = resolve.push_dir(&path)?;
    let package = resolve.packages.get(id).context("the package that was just read is not there")?;
    let name = package.name.name.clone();
    let shown = path.display();
    if path.file_name().is_none_or(|folder| folder != &*name) || package.name.namespace != "dbg" {
        bail!("`{shown}` holds the package `{}`; call the folder as the package behind `dbg:`", package.name);
    }
    let version =
        package.name.version.as_ref().with_context(|| format!("`{shown}`: the package has no version"))?.to_string();
    let mut contents = Vec::new();
    for file in files::entries(&path)? {
        if file.extension().is_some_and(|it| it == "wit") {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            contents.push((name, files::read(&file)?));
        }
    }
    Ok(Folder { id, name, version, files: contents })
}
