//! From a record to what may run. What a vendor vouched for when it was added is verified anew, from the bytes that are then compiled.

use bytes::Bytes;

use super::{Act, Record, Signer, Store, StoreError};
use crate::component::{Validate, digest};
use crate::file::{Links, ReadFault, read_regular};
use crate::trust::{MAX_FILE_BYTES, ReferenceTime, Rules, Split, TrustError, TrustedState, split, verify};
use crate::{Admitted, AllowUnsigned, Component};

impl Store {
    /// What a record is about, when it may still run: on its vendor's word as that counts now, or on the operator's when nobody signed it.
    /// Errors: [`StoreError::Refused`] when its vendor's word does not count any more; the others when the store is damaged.
    pub fn load(
        &self,
        record: &Record,
        state: &TrustedState,
        time: ReferenceTime,
        rules: Rules,
    ) -> Result<Admitted, StoreError> {
        let (plugin, version) = (record.plugin.clone(), record.version.clone());
        let (name, root) = match &record.signer {
            Signer::Nobody => {
                if let Some(vendor) = state.revoked_by(&record.digest).cloned() {
                    let source = TrustError::Revoked { vendor, digest: record.digest };
                    return Err(StoreError::Refused { plugin, version, source });
                }
                let (component, _) = self.open_record(record)?;
                // The record says so: nothing else makes one for what nobody signed.
                return Ok(Admitted::unsigned(component, AllowUnsigned::by_operator()));
            }
            Signer::Vendor { name, root } => (name, *root),
        };
        let file = self.file(record)?;
        let verified = match verify(&file, state, time, rules) {
            Ok(verified) => verified,
            // What was added passed these, and they depend on the bytes alone.
            Err(
                TrustError::Section(_)
                | TrustError::Unsigned
                | TrustError::Envelope(_)
                | TrustError::Statement(_)
                | TrustError::Changed { .. }
                | TrustError::Length { .. },
            ) => return Err(self.corrupt(record)),
            Err(source) => return Err(StoreError::Refused { plugin, version, source }),
        };
        let facts = verified.facts();
        if facts.statement.digest != record.digest || facts.statement.vendor != *name {
            return Err(self.corrupt(record));
        }
        if facts.fingerprint != root {
            return Err(StoreError::OtherRoot {
                plugin,
                version,
                vendor: name.clone(),
                was: root,
                is: facts.fingerprint,
            });
        }
        self.is_of(record, verified.value())?;
        Ok(Admitted::vendor(verified, file))
    }

    /// The component of a record and its whole file, when the bytes are still those that were added: to be looked at. Whose word it is on is not asked.
    pub fn open_record(&self, record: &Record) -> Result<(Component, Bytes), StoreError> {
        let file = self.file(record)?;
        // What cannot be taken apart is judged as it is.
        let bytes = split(&file).map_or_else(|_| file.clone(), |Split { component, .. }| component);
        let actual = digest(&bytes);
        if actual != record.digest {
            return Err(self.corrupt(record));
        }
        // The digest says that these are the bytes that were validated when they were added.
        let component = Component::read_hashed(bytes, actual, Validate::DoneBefore)
            .map_err(|source| StoreError::Component { path: self.component_path(record.digest), source })?;
        self.is_of(record, &component)?;
        Ok((component, file))
    }

    fn file(&self, record: &Record) -> Result<Bytes, StoreError> {
        let path = self.component_path(record.digest);
        match read_regular(&path, MAX_FILE_BYTES, Links::Refuse) {
            Ok(bytes) => Ok(bytes),
            Err(ReadFault::Io(source)) if source.kind() == std::io::ErrorKind::NotFound => {
                Err(StoreError::Missing { path, plugin: record.plugin.clone(), version: record.version.clone() })
            }
            Err(ReadFault::Io(source)) => Err(StoreError::io(Act::Read, &path, source)),
            Err(ReadFault::Kind(_) | ReadFault::TooLarge { .. }) => Err(self.corrupt(record)),
        }
    }

    /// Whether a record tells of this component.
    fn is_of(&self, record: &Record, component: &Component) -> Result<(), StoreError> {
        let (plugin, version) = (record.plugin.clone(), record.version.clone());
        let declaration = component.declaration();
        if declaration.plugin == plugin && declaration.version == version {
            return Ok(());
        }
        Err(StoreError::Mismatch { path: self.record_path(&plugin, &version), plugin, version })
    }

    fn corrupt(&self, record: &Record) -> StoreError {
        let path = self.component_path(record.digest);
        StoreError::Corrupt { path, plugin: record.plugin.clone(), version: record.version.clone() }
    }
}
