//! A plugin on its way into the store: what a person has to consent to, and what they did already.

use std::collections::BTreeSet;

use anyhow::anyhow;
use dbg_engine::{Cache, CacheOutcome, Engine};
use dbg_model::{Allowed, Capability, Declaration, Exposure, Widening, exposure, widened};
use dbg_plugin::trust::Verified;
use dbg_plugin::{Added, Admitted, Component, Offer as _, Provenance, Record, Signer, Store, StoreError};
use semver::Version;

use super::consent::Question;
use crate::diagnostic::{Fault, hinted};
use crate::settings::{Site, Trust};
use crate::stock;

/// A plugin on its way into the store.
pub(super) struct Candidate {
    /// What may run.
    pub(super) admitted: Admitted,
    /// Who has a say, with the consent that is recorded.
    pub(super) allowed: Allowed,
    /// What was consented to before.
    pub(super) before: Option<Before>,
    /// What has to be answered; nothing when it was.
    pub(super) question: Option<Question>,
}

/// The version that was consented to before.
pub(super) struct Before {
    pub(super) version: Version,
    /// What is asked for beyond it.
    pub(super) widenings: Vec<Widening>,
    /// What was asked for then, and not consented to.
    pub(super) withheld: BTreeSet<Capability>,
}

impl Candidate {
    /// Compares a plugin with what is in the store. Refused are stock names, other signers' names, and what this dbg cannot run.
    pub(super) fn new(admitted: Admitted, site: &Site, store: &Store) -> Result<Self, Fault> {
        refuse_stock_names(admitted.component())?;
        store.may_add(&admitted).map_err(store_fault)?;
        dry_run(&admitted, site)?;
        let declaration = admitted.component().declaration();
        let wanted = declaration.capabilities();
        let allowed = site.allowed(admitted.provenance(), wanted.clone());
        let grantable = allowed.by_all();
        let Some((record, old)) = prior(&admitted, store)? else {
            let exposures = exposures(declaration, &grantable);
            let question = Some(Question { capabilities: grantable.clone(), exposures });
            let allowed = Allowed { operator: grantable, ..allowed };
            return Ok(Self { admitted, allowed, before: None, question });
        };
        let old = old.declaration();
        let withheld: BTreeSet<Capability> = &old.capabilities() - &record.consent;
        let consent: BTreeSet<Capability> = &grantable - &withheld;
        let wider = widened(old, declaration).into_iter().filter(|widening| consent.contains(&widening.capability));
        let widenings: Vec<Widening> = wider.collect();
        let known = exposures(old, &record.consent);
        let exposures: Vec<Exposure> =
            exposures(declaration, &consent).into_iter().filter(|exposure| !covers(&known, exposure)).collect();
        let question = (!widenings.is_empty() || !exposures.is_empty()).then(|| Question {
            capabilities: widenings.iter().map(|widening| widening.capability).collect(),
            exposures,
        });
        let before = Some(Before { version: record.version, widenings, withheld: &withheld & &wanted });
        Ok(Self { allowed: Allowed { operator: consent, ..allowed }, admitted, before, question })
    }

    /// Keeps it with the consent that was given. A signature is verified once more: whoever was asked may have taken their time.
    pub(super) fn keep(&self, site: &Site, store: &Store) -> Result<Added, Fault> {
        let consent = self.allowed.operator.clone();
        let Provenance::Vendor(_) = self.admitted.provenance() else {
            return store.add(&self.admitted, consent).map_err(store_fault);
        };
        let trust = Trust::open(&site.paths, &site.policy)?;
        let file = self.admitted.file().clone();
        let verified = trust.verify(&file).map_err(Fault::usage)?;
        let added = store.add(&Admitted::vendor(verified.clone(), file), consent).map_err(store_fault)?;
        remember(&trust, &verified, &added, store)?;
        Ok(added)
    }
}

/// From now on nothing older is taken. Where that cannot be kept, what was new is not kept either.
fn remember(trust: &Trust, verified: &Verified<Component>, added: &Added, store: &Store) -> Result<(), Fault> {
    trust.store.accept(verified).map_err(|error| {
        if let Added::New(record) = added {
            // The error that is told is the first one.
            let _ = store.remove(&record.plugin, Some(&record.version));
        }
        Fault::own(error)
    })
}

/// What is there already of the same plugin and signer: the same component, else a vendor's highest version. Without a signature one version is nobody's word for another.
fn prior(admitted: &Admitted, store: &Store) -> Result<Option<(Record, Component)>, Fault> {
    let component = admitted.component();
    let signer = Signer::of(admitted.provenance());
    let records = store.list().map_err(Fault::own)?.records;
    let of_plugin = || records.iter().filter(|record| record.plugin == *component.plugin());
    let same = of_plugin().find(|record| record.digest == component.digest());
    let vendor = || {
        let alike =
            of_plugin().filter(|record| record.signer != Signer::Nobody && Some(&record.signer) == signer.as_ref());
        alike.max_by(|one, other| one.version.cmp(&other.version))
    };
    // What cannot be opened tells nothing of what was consented to: it is asked anew.
    let open = |record: &Record| Some((record.clone(), store.open_record(record).ok()?.0));
    Ok(same.or_else(vendor).and_then(open))
}

/// The checks that could carry away what they read.
pub(super) fn exposures(declaration: &Declaration, allowed: &BTreeSet<Capability>) -> Vec<Exposure> {
    declaration.checks.iter().filter_map(|check| exposure(check, allowed)).collect()
}

/// Whether one of these says as much of the same check.
pub(super) fn covers(known: &[Exposure], exposure: &Exposure) -> bool {
    known.iter().any(|known| {
        known.check == exposure.check
            && known.reads.is_superset(&exposure.reads)
            && exposure.sends.iter().all(|to| known.sends.contains(to))
    })
}

/// A stock check is covered by the binary's digest; nobody else may take its name.
fn refuse_stock_names(component: &Component) -> Result<(), Fault> {
    for stock in stock::all()? {
        let taken = stock.component.checks().find(|check| component.checks().any(|name| name == *check));
        if stock.component.plugin() == component.plugin() || taken.is_some() {
            let name = taken.map_or_else(|| component.plugin().to_string(), ToString::to_string);
            return Err(Fault::usage(hinted(
                anyhow!("`{name}` is the name of a stock check, which no other plugin may take"),
                "give the plugin and its checks other names, or run it from its file: `dbg run --plugin FILE CHECK`",
            )));
        }
    }
    Ok(())
}

/// Compiles and links it without running anything, so that what this dbg lacks is known now and not at a customer's site.
/// The compiled code stays in the cache for the first run.
fn dry_run(admitted: &Admitted, site: &Site) -> Result<(), Fault> {
    let engine = Engine::new().map_err(Fault::own)?;
    let (native, outcome) = match site.paths.cache.as_deref().map(|dir| Cache::open(dir, env!("DBG_BUILD"))) {
        Some(cache) => cache.load_or_compile(&engine, admitted).map(|(native, outcome)| (native, Some(outcome))),
        None => engine.compile(admitted).map(|native| (native, None)),
    }
    .map_err(Fault::usage)?;
    engine.load(&native).map_err(Fault::usage)?;
    if let Some(CacheOutcome::Compiled(fresh)) = outcome {
        // Where nothing can be kept, the first run compiles again.
        let _ = fresh.keep();
    }
    Ok(())
}

/// What was offered decides about a name or version that is taken; everything else is the store's.
fn store_fault(error: StoreError) -> Fault {
    match error {
        StoreError::Taken { .. } | StoreError::Signer { .. } | StoreError::Stock { .. } => Fault::usage(error),
        error => Fault::own(error),
    }
}
