//! `dbg trust add`: the one decision that all later trust comes from.

use anyhow::anyhow;
use dbg_plugin::trust::{Changed, VendorRoot};

use super::{store_fault, words};
use crate::args::TrustAdd;
use crate::command::signing::{Document, Kind};
use crate::diagnostic::{Fault, hinted};
use crate::exit::Exit;
use crate::printer;
use crate::settings::{Paths, signing, store};

pub(super) fn add(args: &TrustAdd, paths: &Paths) -> Result<Exit, Fault> {
    let document = Document::read(&args.file, Kind::Root)?;
    let root = VendorRoot::read(&document.bytes).map_err(|fault| {
        Fault::usage(fault).context(format!("`{}` is no complete root of a vendor", document.shown()))
    })?;
    let Some(given) = &args.fingerprint else { return Err(without_fingerprint(&root, &document.shown())) };
    let fingerprint = signing::digest(given, "the vendor gives the whole fingerprint, `sha256:` and 64 digits")?;
    let store = store(paths)?;
    let changed = store.add(&document.bytes, fingerprint).map_err(|error| store_fault(error, &args.file))?;
    let (vendor, version) = (root.vendor(), root.current().version);
    let what = match changed {
        Changed::New => format!("`{vendor}` is trusted now, by version {version} of its root"),
        Changed::Newer => format!("`{vendor}` is trusted by version {version} of its root from now on"),
        Changed::Same => format!("`{vendor}` was trusted already, by this root"),
    };
    let folder = crate::command::signing::shown(store.writable());
    printer::note(&format!(
        "{}\n{what}, kept in `{folder}`\n\nnext: dbg plugin add FILE, a plugin that `{vendor}` signed",
        words::root(root.current())
    ));
    Ok(Exit::Pass)
}

/// The file may say of itself what it likes: who reads the fingerprint from it has compared nothing.
fn without_fingerprint(root: &VendorRoot, file: &str) -> Fault {
    let (vendor, fingerprint) = (root.vendor(), root.fingerprint());
    Fault::usage(hinted(
        anyhow!(
            "whether this root is `{vendor}`'s cannot be told from the file alone; it has the fingerprint\n  {fingerprint}"
        ),
        format!(
            "get the fingerprint from `{vendor}` by another way than the file came (a call, paper, their signed page), \
             compare, and give the one that they told you: dbg trust add {file} --fingerprint sha256:…"
        ),
    ))
}
