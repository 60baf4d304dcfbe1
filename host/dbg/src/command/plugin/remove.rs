//! `dbg plugin remove`

use anyhow::anyhow;
use dbg_model::{Cell, PluginName, nearest, truncate_at_char};
use dbg_plugin::{Offer, Removed};
use semver::Version;

use crate::args::PluginRemove;
use crate::catalogue::Catalogue;
use crate::diagnostic::{Fault, hinted};
use crate::exit::Exit;
use crate::settings::Paths;
use crate::{printer, stock};

/// `NAME` or `NAME@VERSION`.
pub(super) struct Named {
    pub(super) plugin: PluginName,
    pub(super) version: Option<Version>,
}

pub(super) fn parse_name(text: &str) -> Result<Named, Fault> {
    let (name, version) = match text.split_once('@') {
        Some((name, version)) => (name, Some(version)),
        None => (text, None),
    };
    let version = version.map(Version::parse).transpose().map_err(|_| {
        Fault::usage(hinted(
            anyhow!("`{}` names no version", Cell(truncate_at_char(text, 64))),
            "write it whole, as `dbg plugin list` shows it: `my-check@1.2.0`",
        ))
    })?;
    Ok(Named { plugin: name.parse().map_err(Fault::usage)?, version })
}

pub(super) fn remove(args: &PluginRemove, paths: &Paths) -> Result<Exit, Fault> {
    let Named { plugin, version } = parse_name(&args.plugin)?;
    let store = paths.needed_store()?;
    match store.remove(&plugin, version.as_ref()).map_err(Fault::own)? {
        Removed::Versions(versions) => {
            for version in versions {
                printer::note(&format!("{plugin} {version} removed"));
            }
            Ok(Exit::Pass)
        }
        Removed::WasGone if stock::all()?.iter().any(|stock| *stock.component.plugin() == plugin) => {
            Err(Fault::usage(anyhow!("`{plugin}` is a stock plugin: it is part of this binary and cannot be removed")))
        }
        Removed::WasGone => {
            let catalogue = Catalogue::open(paths)?;
            let near = nearest(plugin.as_str(), catalogue.sources.iter().map(|source| source.plugin().as_str()));
            Err(Fault::usage(hinted(
                anyhow!("there is no plugin `{}`", args.plugin),
                near.map_or("`dbg plugin list` shows all there are".to_owned(), |near| {
                    format!("did you mean `{near}`?")
                }),
            )))
        }
    }
}
