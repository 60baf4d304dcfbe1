//! `dbg trust rotate`: later versions of a root prove themselves by the keys that are trusted already.

use std::path::Path;

use dbg_plugin::trust::{Changed, VendorRoot};

use super::{store_fault, words};
use crate::command::signing::{Document, Kind};
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::printer;
use crate::settings::{Paths, store};

pub(super) fn rotate(file: &Path, paths: &Paths) -> Result<Exit, Fault> {
    let document = Document::read(file, Kind::Root)?;
    let store = store(paths)?;
    let root = VendorRoot::read(&document.bytes).map_err(|fault| {
        Fault::usage(fault).context(format!("`{}` is no complete root of a vendor", document.shown()))
    })?;
    let vendor = root.vendor();
    let before = store.load().map_err(Fault::own)?.state.vendor(vendor).map(|trust| trust.root().current().version);
    let changed = store.rotate(&document.bytes).map_err(|error| store_fault(error, file))?;
    let version = root.current().version;
    printer::note(&match (changed, before) {
        (Changed::Same, _) | (_, None) => format!("`{vendor}` was trusted by version {version} of its root already"),
        (_, Some(before)) => format!(
            "{}\n`{vendor}` is trusted by version {version} of its root from now on; it was version {before}",
            words::root(root.current())
        ),
    });
    Ok(Exit::Pass)
}
