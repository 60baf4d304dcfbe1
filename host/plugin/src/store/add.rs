//! Adding a plugin, and changing what was consented to.

use std::collections::BTreeSet;
use std::time::{SystemTime, UNIX_EPOCH};

use dbg_model::Capability;

use super::record::RecordFault;
use super::write::{Wait, WriteLock, sweep_components, write_file};
use super::{Act, Record, Signer, Store, StoreError};
use crate::Admitted;

/// What adding a plugin came to. The plugin is in the store in each case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added {
    /// It was not there before.
    New(Record),
    /// It was there, just so.
    Same(Record),
    /// It was there with another consent, and has this one now.
    Consent(Record),
    /// It was there with another signature or none, and has this one now.
    Signed(Record),
    /// It was there, damaged, and is whole again.
    Repaired(Record),
}

impl Added {
    /// The record that is in the store now.
    #[must_use]
    pub fn record(&self) -> &Record {
        match self {
            Self::New(record)
            | Self::Same(record)
            | Self::Consent(record)
            | Self::Signed(record)
            | Self::Repaired(record) => record,
        }
    }
}

impl Store {
    /// Keeps a plugin: its file, then its record. Waits for another writer. Whole when it returns, whatever happens to the machine.
    /// Errors: [`StoreError::Taken`] when this version is there with another content, [`StoreError::Signer`] when the name is another
    /// signer's; on any error the store is as it was before.
    pub fn add(&self, admitted: &Admitted, consent: BTreeSet<Capability>) -> Result<Added, StoreError> {
        let record = new_record(admitted, consent)?;
        self.create()?;
        let lock = WriteLock::take(self.root(), Wait::Yes)?;
        let there = self.judge(&record)?;
        let path = self.record_path(&record.plugin, &record.version);
        let write_both = || self.write_both(admitted, &record, &lock);
        let Some(there) = there else {
            let damaged = !matches!(Record::read(&path), Err(RecordFault::Gone));
            write_both()?;
            return Ok(if damaged { Added::Repaired(record) } else { Added::New(record) });
        };
        let Ok((_, file)) = self.open_record(&there) else {
            write_both()?;
            return Ok(Added::Repaired(record));
        };
        if there.signer != record.signer || record.signer != Signer::Nobody && file != *admitted.file() {
            write_both()?;
            return Ok(Added::Signed(record));
        }
        if there.consent == record.consent {
            return Ok(Added::Same(there));
        }
        self.write_record(&record, &lock)?;
        Ok(Added::Consent(record))
    }

    /// Whether a plugin could be added now: what [`Store::add`] refuses, before anybody is asked.
    pub fn may_add(&self, admitted: &Admitted) -> Result<(), StoreError> {
        self.judge(&new_record(admitted, BTreeSet::new())?).map(drop)
    }

    /// What is there under the name and version of a plugin that may take that place.
    fn judge(&self, record: &Record) -> Result<Option<Record>, StoreError> {
        self.one_signer(record)?;
        match Record::read(&self.record_path(&record.plugin, &record.version)) {
            Ok(there) if there.digest != record.digest => Err(StoreError::Taken {
                plugin: there.plugin,
                version: there.version,
                there: there.digest,
                offered: record.digest,
            }),
            Ok(there) => Ok(Some(there)),
            Err(_) => Ok(None),
        }
    }

    /// Changes what the operator consents to for a plugin that is there just as `record` has it.
    pub fn set_consent(&self, record: &Record, consent: BTreeSet<Capability>) -> Result<Record, StoreError> {
        let lock = WriteLock::take(self.root(), Wait::Yes)?;
        let path = self.record_path(&record.plugin, &record.version);
        let there = Record::read(&path)
            .ok()
            .filter(|there| there == record)
            .ok_or_else(|| StoreError::Changed { plugin: record.plugin.clone(), version: record.version.clone() })?;
        let record = Record { consent, ..there };
        self.write_record(&record, &lock)?;
        Ok(record)
    }

    /// A name is one signer's. Only the same component may get a vendor's word where it had none.
    fn one_signer(&self, record: &Record) -> Result<(), StoreError> {
        let of_another = |there: &&Record| {
            let same = there.digest == record.digest && there.signer == Signer::Nobody;
            there.plugin == record.plugin && there.signer != record.signer && !same
        };
        match self.list()?.records.iter().find(of_another) {
            None => Ok(()),
            Some(there) => Err(StoreError::Signer {
                plugin: record.plugin.clone(),
                there: there.signer.clone(),
                offered: record.signer.clone(),
            }),
        }
    }

    fn write_both(&self, admitted: &Admitted, record: &Record, lock: &WriteLock) -> Result<(), StoreError> {
        let path = self.component_path(record.digest);
        let written = write_file(&path, admitted.file(), lock).and_then(|()| self.write_record(record, lock));
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

fn new_record(admitted: &Admitted, consent: BTreeSet<Capability>) -> Result<Record, StoreError> {
    let component = admitted.component();
    let declaration = component.declaration();
    let plugin = declaration.plugin.clone();
    let Some(signer) = Signer::of(admitted.provenance()) else {
        return Err(StoreError::Stock { plugin });
    };
    Ok(Record {
        plugin,
        version: declaration.version.clone(),
        digest: component.digest(),
        signer,
        checks: declaration.checks.iter().map(|check| check.check.clone()).collect(),
        consent,
        added: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
    })
}
