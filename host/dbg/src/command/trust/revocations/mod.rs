//! `dbg trust revocations …`: one file a verb, and what they share.

mod add;
mod new;
mod show;
mod sign;

use std::path::PathBuf;
use std::rc::Rc;

use dbg_plugin::trust::{PrivateKey, SignError, countersign_list, list_progress};

use super::{Known, words};
use crate::args::RevocationsCommand;
use crate::command::signing::{Document, Keyring, shown};
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::printer;
use crate::settings::{Paths, Terminal};

pub(super) fn revocations(args: &RevocationsCommand, paths: &Paths, terminal: &Terminal) -> Result<Exit, Fault> {
    match args {
        RevocationsCommand::New(args) => new::new(args, paths, terminal),
        RevocationsCommand::Sign(args) => sign::sign(args, paths, terminal),
        RevocationsCommand::Show(args) => show::show(args, paths),
        RevocationsCommand::Add(args) => add::add(args, paths),
    }
}

/// What is wrong with a list that was given.
fn list_fault(document: &Document, error: SignError) -> Fault {
    Fault::usage(error).context(format!("`{}` is no list of revocations", document.shown()))
}

/// The private keys of a command, held to the root that is known.
fn signers(files: &[PathBuf], keyring: &mut Keyring, known: Option<&Known>) -> Result<Vec<Rc<PrivateKey>>, Fault> {
    files
        .iter()
        .map(|file| {
            let key = keyring.private(file)?;
            if let Some(known) = known {
                let id = key.public().id();
                let is_root_key = known.root.current().root.keys.iter().any(|known| known.key.id() == id);
                known.object((!is_root_key).then(|| {
                    let (file, vendor) = (shown(file), known.root.vendor());
                    format!("`{file}` is the key {}, and none of the root keys of `{vendor}`", id.short())
                }))?;
            }
            Ok(key)
        })
        .collect()
}

/// Further signatures on a list.
fn countersign(mut file: Vec<u8>, keys: &[Rc<PrivateKey>]) -> Result<Vec<u8>, SignError> {
    for key in keys {
        file = countersign_list(&file, key)?;
    }
    Ok(file)
}

/// What is still to be done with a list that was written.
fn conclude(bytes: &[u8], file: &str, known: Option<&Known>) -> Result<(), Fault> {
    let progress = known.map(|known| list_progress(bytes, &known.root)).transpose().map_err(Fault::own)?;
    printer::note(&match progress {
        Some(progress) if progress.missing() > 0 => format!(
            "{}\n\nnext: whoever has another of these keys: dbg trust revocations sign {file} --key KEY",
            words::progress(&progress)
        ),
        Some(progress) => format!(
            "{}\n\nnext: give `{file}` to those who trust it: dbg trust revocations add {file}",
            words::progress(&progress)
        ),
        None => format!(
            "whether enough root keys signed it is told by the root: dbg trust revocations show {file} --root FILE"
        ),
    });
    Ok(())
}
