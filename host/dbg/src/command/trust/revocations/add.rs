//! `dbg trust revocations add`

use dbg_plugin::trust::{Changed, claimed_list};

use super::{list_fault, words};
use crate::args::ListAdd;
use crate::command::signing::{Document, Kind};
use crate::command::trust::store_fault;
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::printer;
use crate::settings::{Paths, store};

pub(super) fn add(args: &ListAdd, paths: &Paths) -> Result<Exit, Fault> {
    let document = Document::read(&args.file, Kind::List)?;
    let (list, _) = claimed_list(&document.bytes).map_err(|error| list_fault(&document, error))?;
    let changed = store(paths)?.add_list(&document.bytes).map_err(|error| store_fault(error, &args.file))?;
    let (vendor, version) = (&list.vendor, list.version);
    printer::note(&match changed {
        Changed::New | Changed::Newer => {
            format!("{}\nlist {version} of `{vendor}` counts from now on", words::list(&list))
        }
        Changed::Same => format!("list {version} of `{vendor}` was there already"),
    });
    Ok(Exit::Pass)
}
