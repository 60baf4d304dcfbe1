//! `dbg plugin remove`

use anyhow::anyhow;
use dbg_plugin::Removed;

use super::named::Named;
use crate::args::PluginRemove;
use crate::catalogue::Catalogue;
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::printer;
use crate::settings::Site;

pub(super) fn remove(args: &PluginRemove, site: &Site) -> Result<Exit, Fault> {
    let named = Named::parse(&args.plugin)?;
    let store = site.paths.needed_store()?;
    let plugin = &named.plugin;
    match store.remove(plugin, named.version.as_ref()).map_err(Fault::own)? {
        Removed::Versions(versions) => {
            for version in versions {
                printer::note(&format!("{plugin} {version} removed"));
            }
            Ok(Exit::Pass)
        }
        Removed::WasGone if named.is_stock()? => {
            Err(Fault::usage(anyhow!("`{plugin}` is a stock plugin: it is part of this binary and cannot be removed")))
        }
        Removed::WasGone => Err(named.unknown(&Catalogue::open(site)?)),
    }
}
