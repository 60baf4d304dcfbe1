//! Adding a plugin.

use std::collections::BTreeSet;
use std::time::{SystemTime, UNIX_EPOCH};

use dbg_model::Capability;

use super::record::RecordFault;
use super::write::{Wait, WriteLock, sweep_components, write_file};
use super::{Act, Record, Store, StoreError};
use crate::{AllowUnsigned, Component};

/// What adding a plugin came to. The plugin is in the store in each case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added {
    /// It was not there before.
    New(Record),
    /// It was there, just so.
    Same(Record),
    /// It was there with another consent, and has this one now.
    Consent(Record),
    /// It was there, damaged, and is whole again.
    Repaired(Record),
}

impl Added {
    /// The record that is in the store now.
    #[must_use]
    pub fn record(&self) -> &Record {
        match self {
            Self::New(record) | Self::Same(record) | Self::Consent(record) | Self::Repaired(record) => record,
        }
    }
}

impl Store {
    /// Keeps a plugin: its component, then its record. Waits for another writer. Whole when it returns, whatever happens to the machine.
    /// Errors: [`StoreError::Taken`] when this version is there with another content; on any error the store is as it was before.
    pub fn add(
        &self,
        component: &Component,
        consent: BTreeSet<Capability>,
        _allowed: AllowUnsigned,
    ) -> Result<Added, StoreError> {
        self.create()?;
        let lock = WriteLock::take(self.root(), Wait::Yes)?;
        let record = new_record(component, consent);
        let path = self.record_path(&record.plugin, &record.version);
        let there = match Record::read(&path) {
            Ok(there) if there.digest != record.digest => {
                return Err(StoreError::Taken {
                    plugin: there.plugin,
                    version: there.version,
                    there: there.digest,
                    offered: record.digest,
                });
            }
            Ok(there) => Some(there),
            Err(RecordFault::Gone) => None,
            Err(_) => return self.write_both(component, &record, &lock).map(|()| Added::Repaired(record)),
        };
        let Some(there) = there else {
            self.write_both(component, &record, &lock)?;
            return Ok(Added::New(record));
        };
        if self.load(&there).is_err() {
            self.write_both(component, &record, &lock)?;
            return Ok(Added::Repaired(record));
        }
        if there.consent == record.consent {
            return Ok(Added::Same(there));
        }
        self.write_record(&record, &lock)?;
        Ok(Added::Consent(record))
    }

    fn write_both(&self, component: &Component, record: &Record, lock: &WriteLock) -> Result<(), StoreError> {
        let path = self.component_path(record.digest);
        let written = write_file(&path, component.bytes(), lock).and_then(|()| self.write_record(record, lock));
        if written.is_err() {
            // Another plugin may use the same component: only what no record names goes. The first error is the one to tell.
            let _ = sweep_components(self, lock);
        }
        written
    }

    fn write_record(&self, record: &Record, lock: &WriteLock) -> Result<(), StoreError> {
        let path = self.record_path(&record.plugin, &record.version);
        let bytes = record.to_json().map_err(|error| StoreError::io(Act::Write, &path, error.into()))?;
        write_file(&path, &bytes, lock)
    }
}

fn new_record(component: &Component, consent: BTreeSet<Capability>) -> Record {
    let declaration = component.declaration();
    Record {
        plugin: declaration.plugin.clone(),
        version: declaration.version.clone(),
        digest: component.digest(),
        checks: declaration.checks.iter().map(|check| check.check.clone()).collect(),
        consent,
        added: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
    }
}
