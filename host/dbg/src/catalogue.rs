//! Every plugin that can be named: those of this binary, those that were added, those given as a file.

use dbg_model::{CheckName, CheckSelector, PluginName};
use dbg_plugin::{Admitted, Broken, Component, Found, Offer, Provenance, Record, Store, choose};
use semver::Version;

use crate::diagnostic::{Fault, hinted};
use crate::settings::Site;
use crate::stock::{self, Stock};

/// Where a plugin comes from. Cheap to clone.
#[derive(Clone)]
pub(crate) enum Source {
    /// It is part of this binary.
    Stock(Stock),
    /// It was added.
    Stored(Record),
    /// It was given as a file, and may run.
    File(Admitted),
}

/// Everything there is.
pub(crate) struct Catalogue<'site> {
    /// Stock plugins first, then the added ones by name.
    pub(crate) sources: Vec<Source>,
    /// Records of the store that cannot be read.
    pub(crate) broken: Vec<Broken>,
    store: Option<Store>,
    site: &'site Site,
}

impl Offer for Source {
    fn plugin(&self) -> &PluginName {
        match self {
            Self::Stock(stock) => stock.component.plugin(),
            Self::Stored(record) => record.plugin(),
            Self::File(admitted) => admitted.component().plugin(),
        }
    }

    fn version(&self) -> &Version {
        match self {
            Self::Stock(stock) => stock.component.version(),
            Self::Stored(record) => record.version(),
            Self::File(admitted) => admitted.component().version(),
        }
    }

    fn checks(&self) -> impl Iterator<Item = &CheckName> {
        let checks: Vec<&CheckName> = match self {
            Self::Stock(stock) => stock.component.checks().collect(),
            Self::Stored(record) => record.checks().collect(),
            Self::File(admitted) => admitted.component().checks().collect(),
        };
        checks.into_iter()
    }
}

impl Source {
    /// In words, where it comes from and who signed it.
    pub(crate) fn word(&self) -> String {
        match self {
            Self::Stock(_) => "stock".to_owned(),
            Self::Stored(record) => format!("added, {}", record.signer),
            Self::File(admitted) => match admitted.provenance() {
                Provenance::Stock => "stock".to_owned(),
                Provenance::Vendor(facts) => format!("file, signed by {}", facts.statement.vendor),
                Provenance::Unsigned => "file, unsigned".to_owned(),
            },
        }
    }
}

impl<'site> Catalogue<'site> {
    /// Reads what there is.
    pub(crate) fn open(site: &'site Site) -> Result<Self, Fault> {
        let store = site.paths.store()?;
        let listing = store.as_ref().map(Store::list).transpose().map_err(Fault::own)?.unwrap_or_default();
        let stock = stock::all()?.into_iter().map(Source::Stock);
        let sources = stock.chain(listing.records.into_iter().map(Source::Stored)).collect();
        Ok(Self { sources, broken: listing.broken, store, site })
    }

    /// A source as something that may run here and now.
    pub(crate) fn admit(&self, source: &Source) -> Result<Admitted, Fault> {
        match source {
            Source::Stock(stock) => stock.admitted(),
            Source::Stored(record) => self.site.admit_record(self.needed_store()?, record),
            Source::File(admitted) => Ok(admitted.clone()),
        }
    }

    /// The component of a source and its whole file, to be looked at: whether it may run is not asked.
    pub(crate) fn open_source(&self, source: &Source) -> Result<(Component, bytes::Bytes), Fault> {
        match source {
            Source::Stored(record) => self.needed_store()?.open_record(record).map_err(Fault::own),
            Source::Stock(_) | Source::File(_) => {
                let admitted = self.admit(source)?;
                Ok((admitted.component().clone(), admitted.file().clone()))
            }
        }
    }

    fn needed_store(&self) -> Result<&Store, Fault> {
        self.store.as_ref().ok_or_else(|| Fault::own(anyhow::anyhow!("the plugin store is gone")))
    }

    /// The one source of a check. Files come first: whoever names a file means it.
    pub(crate) fn find(&self, files: Vec<Admitted>, selector: &CheckSelector) -> Result<Source, Fault> {
        if let Found::One(source) = choose(files.into_iter().map(Source::File).collect(), selector) {
            return Ok(source);
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
