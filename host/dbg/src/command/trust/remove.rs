//! `dbg trust remove`

use anyhow::anyhow;
use dbg_model::VendorName;
use dbg_plugin::trust::{Origin, Problem, RemovedTrust};

use crate::command::signing::shown;
use crate::diagnostic::{Fault, hinted};
use crate::exit::Exit;
use crate::printer;
use crate::settings::{Paths, store};

pub(super) fn remove(vendor: &str, paths: &Paths) -> Result<Exit, Fault> {
    let vendor: VendorName = vendor.parse().map_err(Fault::usage)?;
    let store = store(paths)?;
    // Nothing is made where nothing was.
    let removed =
        if store.writable().is_dir() { store.remove(&vendor).map_err(Fault::own)? } else { RemovedTrust::WasGone };
    let mut loaded = store.load().map_err(Fault::own)?;
    let origin = loaded.origins.remove(&vendor);
    let site = match &origin {
        Some(Origin::System(path) | Origin::Narrowed { system: path, .. }) => Some(shown(path)),
        Some(Origin::Own(_)) | None => None,
    };
    match (removed, site) {
        (RemovedTrust::Removed, None) => printer::note(&format!(
            "`{vendor}` is not trusted any more: what it signed runs no longer\n\
             should it come back, what is older than was seen here is still refused"
        )),
        (RemovedTrust::Removed, Some(path)) => printer::note(&format!(
            "your own root and list of `{vendor}` are removed; this site still trusts it: `{path}`"
        )),
        (RemovedTrust::WasGone, Some(path)) => {
            return Err(Fault::usage(hinted(
                anyhow!("`{vendor}` is trusted by this site and not by you: `{path}`"),
                "whoever decides for this site removes it, as root",
            )));
        }
        (RemovedTrust::WasGone, None) => {
            return Err(Fault::usage(hinted(
                anyhow!("`{vendor}` is not trusted here"),
                "`dbg trust list` tells who is",
            )));
        }
    }
    // The site's root may be older than what was seen, and then it does not count either.
    let file = format!("{vendor}.root.json");
    for Problem { path, fault } in loaded.problems.iter().filter(|problem| problem.path.ends_with(&file)) {
        printer::note(&format!("warning: `{}` does not count: {fault}", shown(path)));
    }
    Ok(Exit::Pass)
}
