//! The plugins that an operator added, kept for the next run.
//!
//! ```text
//! <root>/components/<sha256>.wasm       a component, named by its content
//! <root>/plugins/<name>@<version>.json  a record: which component, added when, with which consent
//! <root>/lock                           held by whoever writes
//! ```
//! A record is written after its component and removed before it, so a reader never needs the lock.

mod add;
mod error;
mod guard;
mod record;
mod remove;
pub(crate) mod write;

use std::path::{Path, PathBuf};

use dbg_model::{CheckSelector, Digest};

pub use add::Added;
pub use error::{Act, StoreError};
pub use record::{Broken, Record, RecordFault};
pub use remove::Removed;

use crate::component::{MAX_COMPONENT_BYTES, Validate, digest};
use crate::file::{Links, ReadFault, read_regular};
use crate::{Component, Found, choose};

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

    /// The component of a record, when its bytes are still those that were added.
    pub fn load(&self, record: &Record) -> Result<Component, StoreError> {
        let path = self.component_path(record.digest);
        let (plugin, version) = (record.plugin.clone(), record.version.clone());
        let bytes = match read_regular(&path, MAX_COMPONENT_BYTES, Links::Refuse) {
            Ok(bytes) => bytes,
            Err(ReadFault::Io(source)) if source.kind() == std::io::ErrorKind::NotFound => {
                return Err(StoreError::Missing { path, plugin, version });
            }
            Err(ReadFault::Io(source)) => return Err(StoreError::io(Act::Read, &path, source)),
            Err(ReadFault::Kind(_) | ReadFault::TooLarge { .. }) => {
                return Err(StoreError::Corrupt { path, plugin, version });
            }
        };
        let actual = digest(&bytes);
        if actual != record.digest {
            return Err(StoreError::Corrupt { path, plugin, version });
        }
        // The digest says that these are the bytes that were validated when they were added.
        let component = Component::read_hashed(bytes, actual, Validate::DoneBefore)
            .map_err(|source| StoreError::Component { path, source })?;
        let declaration = component.declaration();
        if declaration.plugin != plugin || declaration.version != version {
            return Err(StoreError::Mismatch { path: self.record_path(&plugin, &version), plugin, version });
        }
        Ok(component)
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
