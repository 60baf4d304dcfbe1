//! What this machine and this user decide: folders, policy and trust, and what of it all may run.

use std::cell::OnceCell;
use std::path::Path;

use anyhow::anyhow;
use dbg_model::{Capability, Cell};
use dbg_plugin::trust::TrustError;
use dbg_plugin::{Admitted, AllowUnsigned, Component, PluginFile, Provenance, Record, Store, StoreError, open_file};

use super::{Paths, Policy, Trust, UnsignedRule};
use crate::diagnostic::{Fault, hinted};

/// What counts here. Whom this site trusts is read when something has to be verified, and once.
pub(crate) struct Site {
    /// The folders.
    pub(crate) paths: Paths,
    /// The policy.
    pub(crate) policy: Policy,
    trust: OnceCell<Trust>,
}

impl Site {
    /// Reads the policy. Nothing is created.
    pub(crate) fn open(paths: Paths) -> Result<Self, Fault> {
        let policy = Policy::read(&paths)?;
        Ok(Self { paths, policy, trust: OnceCell::new() })
    }

    /// Whom this site and this user trust.
    pub(crate) fn trust(&self) -> Result<&Trust, Fault> {
        match self.trust.get() {
            Some(trust) => Ok(trust),
            None => {
                let trust = Trust::open(&self.paths, &self.policy)?;
                Ok(self.trust.get_or_init(|| trust))
            }
        }
    }

    /// A plugin's file as something that may run. What carries a signature is judged by it: `--allow-unsigned` is for what nobody signed.
    pub(crate) fn admit_file(&self, path: &Path, unsigned: UnsignedRule) -> Result<Admitted, Fault> {
        let shown = || Cell(&path.to_string_lossy()).to_string();
        match open_file(path).map_err(Fault::usage)? {
            PluginFile::Unsigned(component) => self.admit_unsigned(component, unsigned, &shown()),
            PluginFile::Signed(file) => self.admit_signed(file, &shown()),
        }
    }

    /// The same for a signed file's bytes.
    pub(crate) fn admit_signed(&self, file: bytes::Bytes, shown: &str) -> Result<Admitted, Fault> {
        let refused = |fault: Fault| fault.context(format!("`{shown}` is refused"));
        let verified = self.trust()?.verify(&file).map_err(|error| refused(Fault::usage(error)))?;
        self.policy.may_vendor(&verified.facts().statement.vendor).map_err(refused)?;
        Ok(Admitted::vendor(verified, file))
    }

    fn admit_unsigned(&self, component: Component, rule: UnsignedRule, shown: &str) -> Result<Admitted, Fault> {
        let refused = |fault: Fault| fault.context(format!("`{shown}` is refused"));
        let digest = component.digest();
        // Known by its component: without its signature it is still what its vendor took back.
        if let Some(vendor) = self.trust()?.loaded.state.revoked_by(&digest).cloned() {
            return Err(refused(Fault::usage(TrustError::Revoked { vendor, digest })));
        }
        self.policy.may_unsigned(&component.declaration().plugin).map_err(refused)?;
        match rule {
            UnsignedRule::Allow => Ok(Admitted::unsigned(component, AllowUnsigned::by_operator())),
            UnsignedRule::Refuse => Err(Fault::usage(hinted(
                anyhow!("nobody signed `{shown}`"),
                "if you know where it comes from, add `--allow-unsigned`; `dbg plugin show FILE` says what it may do",
            ))),
        }
    }

    /// A plugin that was added, as something that may run now.
    pub(crate) fn admit_record(&self, store: &Store, record: &Record) -> Result<Admitted, Fault> {
        let trust = self.trust()?;
        let admitted =
            store.load(record, &trust.loaded.state, trust.time, trust.rules).map_err(|error| match error {
                // What does not count any more was given by somebody; a store that is damaged is the machine's.
                StoreError::Refused { .. } | StoreError::OtherRoot { .. } => Fault::usage(error),
                error => Fault::own(error),
            })?;
        match admitted.provenance() {
            Provenance::Stock => {}
            Provenance::Unsigned => self.policy.may_unsigned(&record.plugin)?,
            Provenance::Vendor(facts) => self.policy.may_vendor(&facts.statement.vendor).map_err(|fault| {
                fault.context(format!("the plugin `{}` {} is not run", record.plugin, record.version))
            })?,
        }
        Ok(admitted)
    }

    /// What a plugin may be granted at most here: by its vendor's ceiling, and by the policy.
    pub(crate) fn allowed(
        &self,
        provenance: &Provenance,
        operator: std::collections::BTreeSet<Capability>,
    ) -> dbg_model::Allowed {
        let vendor = match provenance {
            Provenance::Vendor(facts) => facts.ceiling.clone(),
            Provenance::Stock | Provenance::Unsigned => Capability::ALL.into(),
        };
        dbg_model::Allowed { operator, vendor, policy: self.policy.grants.clone() }
    }
}
