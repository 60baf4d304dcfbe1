//! `dbg plugin new`: a crate that builds anywhere, with the SDK and the contract beside it.

mod carried;
mod part;
mod written;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use dbg_model::{Capability, Cell, NameError, PluginName};

use self::carried::CARRIED;
use self::written::Written;
use crate::args::PluginNew;
use crate::diagnostic::{Fault, hinted};
use crate::exit::Exit;
use crate::printer;

/// What rustc or cargo keeps for itself, as far as it is of the form of a plugin's name.
const RESERVED: &str = "abstract alloc as async await become box break build const continue core crate deps do dyn else enum \
    examples extern false final fn for gen if impl in incremental let loop macro match mod move mut override priv proc-macro pub ref \
    return self static std struct super test trait true try type typeof unsafe unsized use virtual where while yield";

pub(super) fn new(args: &PluginNew) -> Result<Exit, Fault> {
    let name = name(&args.name)?;
    let capabilities: BTreeSet<Capability> =
        args.capabilities.iter().map(|text| capability(text)).collect::<Result<_, _>>()?;
    let folder = args.out.clone().unwrap_or_else(|| PathBuf::from(name.as_str()));
    let written = Written::new(&name, &capabilities).map_err(Fault::own)?;
    lay(&written, &folder)?;
    printer::note(&conclude(&name, &folder, &written));
    Ok(Exit::Pass)
}

/// The name of the plugin, its check and its crate: what is good for a plugin need not be good for Rust.
fn name(text: &str) -> Result<PluginName, Fault> {
    let name: PluginName = text.parse().map_err(Fault::usage)?;
    let taken = if RESERVED.split_whitespace().any(|word| word == name.as_str()) {
        "Rust keeps for itself"
    } else if CARRIED.locked.iter().any(|(crate_name, _)| *crate_name == name.as_str()) {
        "a crate has that the SDK uses"
    } else {
        return Ok(name);
    };
    Err(Fault::usage(hinted(
        anyhow!("`{name}` is a name that {taken}"),
        format!("call it otherwise, for example `{name}-check`"),
    )))
}

fn capability(text: &str) -> Result<Capability, Fault> {
    text.parse().map_err(|error| match error {
        NameError::Capability { nearest: None, .. } => Fault::usage(hinted(
            anyhow!(error),
            format!("there is `{}`", Capability::ALL.map(Capability::word).join("`, `")),
        )),
        error => Fault::usage(error),
    })
}

/// Makes the folder, whole or not at all; what is there already stays as it is.
fn lay(written: &Written, folder: &Path) -> Result<(), Fault> {
    if folder.symlink_metadata().is_ok() {
        return Err(taken(folder));
    }
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !parent.is_dir() {
        return Err(Fault::usage(hinted(
            anyhow!("there is no folder `{}`", shown(parent)),
            "make it first, or name another one with `--out`",
        )));
    }
    let context = || format!("the folder `{}` cannot be made", shown(folder));
    let beside = tempfile::Builder::new().prefix(".dbg-new-").tempdir_in(parent).with_context(context);
    let beside = beside.map_err(Fault::own)?;
    let whole = beside.path().join("crate");
    for (path, text) in &written.files {
        let path = whole.join(path);
        if let Some(folder) = path.parent() {
            fs_err::create_dir_all(folder).with_context(context).map_err(Fault::own)?;
        }
        fs_err::write(&path, text).with_context(context).map_err(Fault::own)?;
    }
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    match renameat_with(CWD, &whole, CWD, folder, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(()),
        Err(rustix::io::Errno::EXIST) => Err(taken(folder)),
        // Some file systems cannot promise that nothing is replaced; a folder replaces at most an empty one.
        Err(rustix::io::Errno::INVAL) => fs_err::rename(&whole, folder).with_context(context).map_err(Fault::own),
        Err(error) => Err(Fault::own(anyhow!(error).context(context()))),
    }
}

fn taken(folder: &Path) -> Fault {
    Fault::usage(hinted(
        anyhow!("`{}` is there already, and nothing is written over it", shown(folder)),
        "name another folder with `--out`",
    ))
}

fn shown(path: &Path) -> String {
    Cell(&path.to_string_lossy()).to_string()
}

fn conclude(name: &PluginName, folder: &Path, written: &Written) -> String {
    format!(
        "wrote `{folder}`: {} files\n\nnext:\n  cd {folder}\n  cargo test\n  cargo build --target wasm32-wasip2 --release\n  dbg plugin test\n  \
         dbg run --plugin target/wasm32-wasip2/release/{} --allow-unsigned {name}\n\n\
         it needs Rust {} with the target wasm32-wasip2 (`rustup target add wasm32-wasip2`), and from a registry or from cargo's cache the {} crates \
         of its Cargo.lock ({} among them)",
        written.files.len(),
        written::wasm_file(name),
        CARRIED.rust_version,
        carried::from_a_registry().count(),
        carried::from_a_registry().filter(|line| line.starts_with("wit-bindgen ")).collect::<String>(),
        folder = shown(folder),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_no_crate_can_have_is_refused() {
        for bad in ["std", "fn", "self", "while", "proc-macro", "syn", "dbg-sdk", "wit-bindgen", "My", "a/b", ""] {
            assert!(name(bad).is_err(), "{bad}");
        }
        assert!(name("my-check").is_ok());
    }

    #[test]
    fn a_folder_that_is_there_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let there = folder.path().join("there");
        fs_err::create_dir(&there).unwrap();
        let written = Written::new(&"my-check".parse().unwrap(), &BTreeSet::new()).unwrap();
        assert!(lay(&written, &there).is_err());
        assert_eq!(fs_err::read_dir(&there).unwrap().count(), 0);
        lay(&written, &folder.path().join("new")).unwrap();
        let left: Vec<_> = fs_err::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "nothing else is left: {left:?}");
    }
}
