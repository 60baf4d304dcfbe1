//! The plugins that an operator added, kept for the next run.
//!
//! ```text
//! <root>/components/<sha256>.wasm       a plugin's file, signature and all, named by the component in it
//! <root>/plugins/<name>@<version>.json  a record: which component, added when, with which consent
//! <root>/lock                           held by whoever writes
//! ```
//! A record is written after its component and removed before it, so a reader never needs the lock.

mod add;
mod error;
mod guard;
mod load;
mod record;
mod remove;
pub(crate) mod write;

use std::path::{Path, PathBuf};

use dbg_model::{CheckSelector, Digest};

pub use add::Added;
pub use error::{Act, StoreError};
pub use record::{Broken, Record, RecordFault, Signer};
pub use remove::Removed;

use crate::{Found, choose};

/// The plugin store of one user.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
}

/// What is in a store.
#[derive(Debug, Default)]
pub struct Listing {
    /// The plugins, sorted by name and version.
    pub records: Vec<Record>,
    /// Records that cannot be read, sorted by path. They disturb no other plugin.
    pub broken: Vec<Broken>,
}

impl Store {
    /// Opens the store at `root`. Where nothing is there the store is empty, and nothing is created.
    /// Refuses a root, or a folder in it, that is a symbolic link, another user's, or writable by others. What a killed writer left half-written is removed.
    pub fn open(root: PathBuf) -> Result<Self, StoreError> {
        let store = Self { root };
        store.guard()?;
        write::sweep_leftovers(&store.root, &[store.components(), store.plugins()]);
        Ok(store)
    }

    /// Where it is.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// All that is in it.
    pub fn list(&self) -> Result<Listing, StoreError> {
        let mut listing = Listing::default();
        for path in self.record_paths()? {
            match Record::read(&path) {
                Ok(record) => listing.records.push(record),
                // It was removed since the folder was read.
                Err(RecordFault::Gone) => {}
                Err(fault) => listing.broken.push(Broken { path, fault }),
            }
        }
        listing
            .records
            .sort_by(|one, other| one.plugin.cmp(&other.plugin).then_with(|| one.version.cmp(&other.version)));
        listing.broken.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(listing)
    }

    /// The plugin that offers a check. Broken records offer nothing.
    pub fn find(&self, selector: &CheckSelector) -> Result<Found<Record>, StoreError> {
        Ok(choose(self.list()?.records, selector))
    }

    fn components(&self) -> PathBuf {
        self.root.join("components")
    }

    fn plugins(&self) -> PathBuf {
        self.root.join("plugins")
    }

    fn component_path(&self, digest: Digest) -> PathBuf {
        self.components().join(format!("{}.wasm", digest.hex()))
    }

    fn record_path(&self, plugin: &dbg_model::PluginName, version: &semver::Version) -> PathBuf {
        self.plugins().join(format!("{plugin}@{version}.json"))
    }

    /// All files in the folder of records but what a writer is at.
    fn record_paths(&self) -> Result<Vec<PathBuf>, StoreError> {
        Ok(write::entries(&self.plugins())?.into_iter().filter(|path| !write::is_leftover(path)).collect())
    }
}

#[cfg(test)]
mod tests;
