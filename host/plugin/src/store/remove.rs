//! Removing a plugin.

use std::path::PathBuf;

use dbg_model::PluginName;
use semver::Version;

use super::record::name_of;
use super::write::{Wait, WriteLock, entries, remove_file, sweep_components};
use super::{Store, StoreError};

/// What removing a plugin came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Removed {
    /// These versions were there and are not any more; sorted.
    Versions(Vec<Version>),
    /// It was not there.
    WasGone,
}

impl Store {
    /// Removes a plugin in one version, or in all. A record that cannot be read is removed by its file name. A component that no record names any more goes too.
    pub fn remove(&self, plugin: &PluginName, version: Option<&Version>) -> Result<Removed, StoreError> {
        let wanted = |path: PathBuf| match name_of(&path) {
            Some((name, found)) if name == *plugin && version.is_none_or(|version| *version == found) => {
                Some((found, path))
            }
            _ => None,
        };
        // Looked for first without the lock, which could not be made where nothing is. A writer that was killed may have left a component alone.
        let there = self.record_paths()?.into_iter().any(|path| wanted(path).is_some());
        if !there && entries(&self.components())?.is_empty() {
            return Ok(Removed::WasGone);
        }
        let lock = WriteLock::take(self.root(), Wait::Yes)?;
        let mut versions = Vec::new();
        for (version, path) in self.record_paths()?.into_iter().filter_map(wanted) {
            if remove_file(&path, &lock)? {
                versions.push(version);
            }
        }
        sweep_components(self, &lock)?;
        versions.sort();
        Ok(if versions.is_empty() { Removed::WasGone } else { Removed::Versions(versions) })
    }
}
