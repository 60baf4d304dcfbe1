//! Plugins as they are named: `NAME`, `NAME@VERSION`, or a file.

use std::path::Path;

use anyhow::anyhow;
use dbg_model::{Cell, PluginName, nearest, truncate_at_char};
use dbg_plugin::{Offer, Record, Store};
use semver::Version;

use crate::catalogue::{Catalogue, Source};
use crate::diagnostic::{Fault, hinted};
use crate::settings::Site;
use crate::stock;

/// `NAME` or `NAME@VERSION`.
pub(super) struct Named {
    pub(super) plugin: PluginName,
    pub(super) version: Option<Version>,
}

impl Named {
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
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
        Ok(Self { plugin: name.parse().map_err(Fault::usage)?, version })
    }

    pub(super) fn is<T: Offer>(&self, offer: &T) -> bool {
        *offer.plugin() == self.plugin && self.version.as_ref().is_none_or(|version| version == offer.version())
    }

    /// The plugin of that name in its highest version, wherever it is from.
    pub(super) fn source(&self, catalogue: &Catalogue<'_>) -> Result<Source, Fault> {
        let found = catalogue.sources.iter().filter(|source| self.is(*source));
        let highest = found.max_by(|one, other| one.version().cmp(other.version()));
        highest.cloned().ok_or_else(|| self.unknown(catalogue))
    }

    /// The record of that name in its highest version.
    pub(super) fn record(&self, site: &Site, store: &Store) -> Result<Record, Fault> {
        let records = store.list().map_err(Fault::own)?.records.into_iter().filter(|record| self.is(record));
        match records.max_by(|one, other| one.version.cmp(&other.version)) {
            Some(record) => Ok(record),
            None => Err(self.unknown(&Catalogue::open(site)?)),
        }
    }

    /// Whether it is part of this binary.
    pub(super) fn is_stock(&self) -> Result<bool, Fault> {
        Ok(stock::all()?.iter().any(|stock| *stock.component.plugin() == self.plugin))
    }

    /// The error for a plugin that is not there.
    pub(super) fn unknown(&self, catalogue: &Catalogue<'_>) -> Fault {
        let Self { plugin, version } = self;
        let version = version.as_ref().map(|version| format!("@{version}")).unwrap_or_default();
        let near = nearest(plugin.as_str(), catalogue.sources.iter().map(|source| source.plugin().as_str()));
        Fault::usage(hinted(
            anyhow!("there is no plugin `{plugin}{}`", Cell(&version)),
            match near.filter(|near| *near != plugin.as_str()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`dbg plugin list` shows all there are; a file is written as `./x.wasm`".to_owned(),
            },
        ))
    }
}

/// Whether what was typed is a file rather than a name.
pub(super) fn is_file(text: &str) -> bool {
    text.contains('/') || Path::new(text).extension().is_some_and(|extension| extension == "wasm")
}
