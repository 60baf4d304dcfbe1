//! Every plugin that can be named: those of this binary, those that were added, those given as a file.

use dbg_model::{CheckName, CheckSelector, PluginName};
use dbg_plugin::{Broken, Component, Found, Offer, Record, Store, choose};
use semver::Version;

use crate::diagnostic::{Fault, hinted};
use crate::settings::Paths;
use crate::stock::{self, Stock};

/// Where a plugin comes from. Cheap to clone.
#[derive(Clone)]
pub(crate) enum Source {
    /// It is part of this binary.
    Stock(Stock),
    /// It was added.
    Stored(Record),
    /// It was given as a file.
    File(Component),
}

/// Everything there is.
pub(crate) struct Catalogue {
    /// Stock plugins first, then the added ones by name.
    pub(crate) sources: Vec<Source>,
    /// Records of the store that cannot be read.
    pub(crate) broken: Vec<Broken>,
    store: Option<Store>,
}

impl Offer for Source {
    fn plugin(&self) -> &PluginName {
        match self {
            Self::Stock(stock) => stock.component.plugin(),
            Self::Stored(record) => record.plugin(),
            Self::File(component) => component.plugin(),
        }
    }

    fn version(&self) -> &Version {
        match self {
            Self::Stock(stock) => stock.component.version(),
            Self::Stored(record) => record.version(),
            Self::File(component) => component.version(),
        }
    }

    fn checks(&self) -> impl Iterator<Item = &CheckName> {
        let checks: Vec<&CheckName> = match self {
            Self::Stock(stock) => stock.component.checks().collect(),
            Self::Stored(record) => record.checks().collect(),
            Self::File(component) => component.checks().collect(),
        };
        checks.into_iter()
    }
}

impl Source {
    /// The word for where it comes from.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Stock(_) => "stock",
            Self::Stored(_) => "added, unsigned",
            Self::File(_) => "file, unsigned",
        }
    }
}

impl Catalogue {
    /// Reads what there is.
    pub(crate) fn open(paths: &Paths) -> Result<Self, Fault> {
        let store = paths.store()?;
        let listing = store.as_ref().map(Store::list).transpose().map_err(Fault::own)?.unwrap_or_default();
        let stock = stock::all()?.into_iter().map(Source::Stock);
        let sources = stock.chain(listing.records.into_iter().map(Source::Stored)).collect();
        Ok(Self { sources, broken: listing.broken, store })
    }

    /// The component of a source, verified where it was stored.
    pub(crate) fn component(&self, source: &Source) -> Result<Component, Fault> {
        match source {
            Source::Stock(stock) => Ok(stock.component.clone()),
            Source::Stored(record) => {
                let store =
                    self.store.as_ref().ok_or_else(|| Fault::own(anyhow::anyhow!("the plugin store is gone")))?;
                store.load(record).map_err(Fault::own)
            }
            Source::File(component) => Ok(component.clone()),
        }
    }

    /// The one source of a check. Files come first: whoever names a file means it.
    pub(crate) fn find(&self, files: Vec<Component>, selector: &CheckSelector) -> Result<Source, Fault> {
        if let Found::One(component) = choose(files, selector) {
            return Ok(Source::File(component));
        }
        let shown = selector.check.to_string();
        match choose(self.sources.clone(), selector) {
            Found::One(source) => Ok(source),
            Found::Ambiguous(plugins) => {
                let choices: Vec<String> = plugins.iter().map(|plugin| format!("`{plugin}/{shown}`")).collect();
                Err(Fault::usage(hinted(
                    anyhow::anyhow!("several plugins offer the check `{shown}`"),
                    format!("say which: {}", choices.join(", ")),
                )))
            }
            Found::OtherVersions(versions) => {
                let choices: Vec<String> = versions.iter().map(|version| format!("`{version}`")).collect();
                Err(Fault::usage(hinted(
                    anyhow::anyhow!("the check `{shown}` is there in no version that was asked for"),
                    format!("there is {}", choices.join(", ")),
                )))
            }
            Found::Nothing { nearest } => Err(Fault::usage(hinted(
                anyhow::anyhow!("there is no check `{shown}`"),
                match nearest {
                    Some(nearest) => format!("did you mean `{nearest}`?"),
                    None if self.sources.is_empty() => {
                        "this build carries no stock checks: `cargo xtask build` makes one that does".to_owned()
                    }
                    None => "`dbg check list` shows all there are".to_owned(),
                },
            ))),
        }
    }
}
