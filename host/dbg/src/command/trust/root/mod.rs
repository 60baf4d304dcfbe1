//! `dbg trust root …`: one file a verb, and what they share.

mod new;
mod next;
mod show;
mod sign;

use std::path::PathBuf;
use std::rc::Rc;

use anyhow::anyhow;
use dbg_plugin::trust::{PrivateKey, Role, RootVersion, SignError, countersign_root, root_versions};

pub(super) use next::ids;

use super::words;
use crate::args::RootCommand;
use crate::command::signing::{Document, Keyring, shown};
use crate::diagnostic::{Fault, hinted};
use crate::exit::Exit;
use crate::printer;
use crate::settings::Terminal;

pub(super) fn root(args: &RootCommand, terminal: &Terminal) -> Result<Exit, Fault> {
    match args {
        RootCommand::New(args) => new::new(args, terminal),
        RootCommand::Next(args) => next::next(args, terminal),
        RootCommand::Sign(args) => sign::sign(args, terminal),
        RootCommand::Show(args) => show::show(args),
    }
}

/// The versions of a file, of which all but the newest must be complete.
fn versions(document: &Document) -> Result<Vec<RootVersion>, Fault> {
    let file = document.shown();
    let fault = |error: SignError| Fault::usage(error).context(format!("`{file}` is no file of roots"));
    let versions = root_versions(&document.bytes).map_err(fault)?;
    let earlier = versions.split_last().map(|(_, earlier)| earlier).unwrap_or_default();
    match earlier.iter().find(|version| !version.is_complete()) {
        None => Ok(versions),
        Some(version) => Err(Fault::usage(anyhow!(
            "version {} in `{file}` is not signed by enough keys, and later versions stand on it",
            version.root.version
        ))),
    }
}

/// The private keys of a command, opened and each in one of these roles: any other signature would count for nothing.
fn signers(files: &[PathBuf], keyring: &mut Keyring, roles: &[&Role]) -> Result<Vec<Rc<PrivateKey>>, Fault> {
    files
        .iter()
        .map(|file| {
            let key = keyring.private(file)?;
            let id = key.public().id();
            if roles.iter().any(|role| role.keys.iter().any(|known| known.key.id() == id)) {
                return Ok(key);
            }
            Err(Fault::usage(hinted(
                anyhow!("`{}` is the key {}, and none that signs this root", shown(file), id.short()),
                "a root is signed by its own root keys, and by those of the version before",
            )))
        })
        .collect()
}

/// Further signatures on the newest version.
fn countersign(mut file: Vec<u8>, keys: &[Rc<PrivateKey>]) -> Result<Vec<u8>, SignError> {
    for key in keys {
        file = countersign_root(&file, key)?;
    }
    Ok(file)
}

/// What is still to be done with a file that was written.
fn conclude(bytes: &[u8], file: &str) -> Result<(), Fault> {
    let versions = root_versions(bytes).map_err(Fault::own)?;
    let Some(newest) = versions.last() else { return Ok(()) };
    let mut text = words::standing(newest);
    text.push_str(&if newest.is_complete() {
        let vendor = &newest.root.vendor;
        match newest.root.version {
            1 => format!(
                "\nnext: give `{file}` to those who are to trust `{vendor}`, and the fingerprint by another way"
            ),
            _ => format!("\nnext: give `{file}` to those who trust `{vendor}`: dbg trust rotate {file}"),
        }
    } else {
        format!("\nnext: whoever has another of these keys: dbg trust root sign {file} --key KEY")
    });
    printer::note(&text);
    Ok(())
}
