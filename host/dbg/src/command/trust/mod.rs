//! `dbg trust …`: one file a verb.

mod add;
mod known;
mod list;
mod remove;
mod revocations;
mod root;
mod rotate;
mod shape;
mod words;

use std::path::Path;

use dbg_model::Cell;
use dbg_plugin::trust::TrustStoreError;

pub(super) use known::Known;
pub(super) use words::{claimed, progress};

use crate::args::TrustCommand;
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::settings::{Paths, Terminal};

pub(crate) fn trust(args: &TrustCommand, terminal: &Terminal) -> Result<Exit, Fault> {
    let paths = Paths::of_this_user();
    match args {
        TrustCommand::Add(args) => add::add(args, &paths),
        TrustCommand::List { output } => list::list(*output, &paths),
        TrustCommand::Rotate { file } => rotate::rotate(file, &paths),
        TrustCommand::Remove { vendor } => remove::remove(vendor, &paths),
        TrustCommand::Root(args) => root::root(args, terminal),
        TrustCommand::Revocations(args) => revocations::revocations(args, &paths, terminal),
    }
}

/// What the store says of a file that was given is about the file; the disk and who may write there are the machine's.
fn store_fault(error: TrustStoreError, file: &Path) -> Fault {
    match error {
        TrustStoreError::Guard { .. } | TrustStoreError::Disk(_) | TrustStoreError::Floors { .. } => Fault::own(error),
        error => Fault::usage(error).context(format!("`{}` is not taken", Cell(&file.to_string_lossy()))),
    }
}
