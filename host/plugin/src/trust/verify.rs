//! The one way from a file to a component that a vendor vouches for.
//!
//! Pure: bytes, trusted state and one time in, [`Verified`] out. The steps are those of docs/security.md, in that order.

use std::collections::BTreeSet;

use bytes::Bytes;
use dbg_model::{Capability, Digest, VendorName};

use super::chain::VendorRoot;
use super::envelope::{Envelope, PayloadType};
use super::error::TrustError;
use super::grounds::Grounds;
use super::key::KeyId;
use super::moment::Moment;
use super::section::split;
use super::state::{ReferenceTime, Rule, Rules, TrustedState, VendorTrust};
use super::statement::Statement;
use super::threshold::{self, Standing, Voter};
use crate::component::{Validate, digest};
use crate::{Component, ComponentError};

/// From here on hashing a component takes longer than starting a thread, many times over.
const LONG: usize = 1 << 20;
/// How far a vendor's clock may be ahead of the reference time, in days.
const MAX_AHEAD_DAYS: u64 = 1;

/// Something that a vendor vouches for. Only [`verify`] makes one.
#[derive(Debug, Clone)]
pub struct Verified<T> {
    value: T,
    facts: Facts,
    grounds: Grounds,
}

impl<T> Verified<T> {
    /// What was verified.
    #[must_use]
    pub fn value(&self) -> &T {
        &self.value
    }

    /// What is known of it.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// What it was verified by.
    #[must_use]
    pub fn grounds(&self) -> &Grounds {
        &self.grounds
    }

    /// All of it, apart.
    #[must_use]
    pub fn into_parts(self) -> (T, Facts, Grounds) {
        (self.value, self.facts, self.grounds)
    }
}

/// What is known of a verified plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// What its vendor says it is.
    pub statement: Statement,
    /// Which keys signed that, each counted once.
    pub keys: BTreeSet<KeyId>,
    /// The fingerprint of the vendor's root.
    pub fingerprint: Digest,
    /// Which version of the root was the newest.
    pub root_version: u64,
    /// Which set of release keys the plugin's floor belongs to.
    pub release_keys: Digest,
    /// What it may be granted at most.
    pub ceiling: BTreeSet<Capability>,
    /// The list of revocations that it was looked for in.
    pub list: Option<ListFacts>,
    /// What a person should be told.
    pub concerns: Vec<Concern>,
}

/// Which list of revocations was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListFacts {
    /// Its version.
    pub version: u64,
    /// When it was signed.
    pub issued: Moment,
    /// How old it is at the reference time.
    pub days: u64,
}

/// What passes by the site's rules and should be told all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Concern {
    /// The plugin has expired.
    #[error("it expired at {0}")]
    Expired(Moment),
    /// A key that was needed has expired.
    #[error("the key {} that signed it has expired", .0.short())]
    KeyExpired(KeyId),
    /// The next list of revocations is due.
    #[error("a newer list of revocations is due since {0}")]
    ListStale(Moment),
}

/// Verifies a plugin's file. Nothing of it is believed before the step that proves it.
/// Errors: one [`TrustError`] for each offence, of the first step that fails.
pub fn verify(
    file: &Bytes,
    state: &TrustedState,
    time: ReferenceTime,
    rules: Rules,
) -> Result<Verified<Component>, TrustError> {
    // What has the digest of the newest that was taken here was validated then.
    verify_as(file, state, time, rules, |component, digest, taken_before| match taken_before {
        true => Component::read_known(component, digest),
        false => Component::read_hashed(component, digest, Validate::Yes),
    })
}

/// As [`verify`], by who is handed native code that was compiled from the file already: WebAssembly's own rules matter to who compiles alone.
pub(super) fn verify_compiled(
    file: &Bytes,
    state: &TrustedState,
    time: ReferenceTime,
    rules: Rules,
) -> Result<Verified<Component>, TrustError> {
    verify_as(file, state, time, rules, |component, digest, _| Component::read_known(component, digest))
}

fn verify_as(
    file: &Bytes,
    state: &TrustedState,
    time: ReferenceTime,
    rules: Rules,
    read: impl Fn(Bytes, Digest, bool) -> Result<Component, ComponentError> + Sync,
) -> Result<Verified<Component>, TrustError> {
    // Step 1: the section with the signature.
    let split = split(file)?;
    let envelope = split.envelope.ok_or(TrustError::Unsigned)?;
    // Step 2: the envelope.
    let envelope = Envelope::parse(&envelope, PayloadType::Statement)?;
    // Step 3: the statement, until step 5 a claim.
    let statement = Statement::parse(envelope.payload())?;
    // Step 4: the vendor.
    let trust = state.vendor(&statement.vendor).ok_or_else(|| unknown(&statement.vendor, state))?;
    let (root, now) = (trust.root(), time.for_vendor(trust));
    // Step 5: the signatures.
    let (keys, mut concerns) = signatures(&envelope, trust, now, rules.expiry)?;
    // Step 6: the bytes.
    // What step 10 reads is the component of the signed digest, or step 6 refuses it.
    let taken_before = state.floors().plugin(root, &statement.plugin).is_some_and(|it| it.digest == statement.digest);
    let read = || read(split.component.clone(), statement.digest, taken_before);
    let (found, component) = side_by_side(&split.component, &read);
    if found != statement.digest {
        return Err(TrustError::Changed { signed: statement.digest, found });
    }
    let length = split.component.len() as u64;
    if length != statement.length {
        return Err(TrustError::Length { signed: statement.length, found: length });
    }
    // Step 7: the revocations.
    if trust.is_digest_revoked(&found) {
        return Err(TrustError::Revoked { vendor: statement.vendor, digest: found });
    }
    // Step 8: the dates.
    dates(&statement, trust, now, rules, &mut concerns)?;
    // Step 9: the sequence.
    sequence(&statement, root, state)?;
    // Step 10: the component.
    let component = component.unwrap_or_else(read)?;
    // Step 11: the identity.
    identity(&statement, &component)?;
    // Step 12: the ceiling.
    within_ceiling(&component, trust)?;
    let facts = facts(statement, trust, keys, now, concerns);
    Ok(Verified { value: component, facts, grounds: Grounds::of(trust, time, rules) })
}

/// The digest of a component, and, where it is so long that waiting twice shows, what reading it came to: neither needs the other's answer, and which of the two refuses first
/// is for the caller.
fn side_by_side(
    component: &Bytes,
    read: &(impl Fn() -> Result<Component, ComponentError> + Sync),
) -> (Digest, Option<Result<Component, ComponentError>>) {
    if component.len() < LONG {
        return (digest(component), None);
    }
    std::thread::scope(|scope| {
        // A machine that starts no thread reads it afterwards.
        let reading = std::thread::Builder::new().spawn_scoped(scope, read).ok();
        let digest = digest(component);
        (digest, reading.and_then(|reading| reading.join().ok()))
    })
}

fn unknown(vendor: &VendorName, state: &TrustedState) -> TrustError {
    TrustError::UnknownVendor { vendor: vendor.clone(), looks_like: state.look_alike(vendor).cloned() }
}

fn signatures(
    envelope: &Envelope,
    trust: &VendorTrust,
    now: Moment,
    expiry: Rule,
) -> Result<(BTreeSet<KeyId>, Vec<Concern>), TrustError> {
    let release = &trust.root().current().release;
    let is_past = |expires: Option<Moment>| expires.is_some_and(|expires| expires <= now);
    let voters = release.keys.iter().map(|key| {
        let standing = if trust.is_key_revoked(&key.key.id()) {
            Standing::Revoked
        } else if expiry == Rule::Strict && is_past(key.expires) {
            Standing::Expired
        } else {
            Standing::Good
        };
        Voter { key: &key.key, standing }
    });
    let counted = threshold::count(envelope, &voters.collect::<Vec<_>>(), release.threshold)?;
    let past = release.keys.iter().filter(|key| is_past(key.expires) && counted.contains(&key.key.id()));
    let concerns = past.map(|key| Concern::KeyExpired(key.key.id())).collect();
    Ok((counted, concerns))
}

fn dates(
    statement: &Statement,
    trust: &VendorTrust,
    now: Moment,
    rules: Rules,
    concerns: &mut Vec<Concern>,
) -> Result<(), TrustError> {
    let Statement { issued, expires, .. } = *statement;
    if issued > now.plus_days(MAX_AHEAD_DAYS) {
        return Err(TrustError::NotYet { issued, now });
    }
    match rules.expiry {
        _ if expires > now => {}
        Rule::Strict => return Err(TrustError::Expired { expires, now }),
        Rule::Warn => concerns.push(Concern::Expired(expires)),
    }
    match (trust.list().map(|list| list.content().next), rules.stale) {
        (Some(next), Rule::Strict) if next <= now => Err(TrustError::ListStale { next, now }),
        (Some(next), Rule::Warn) if next <= now => {
            concerns.push(Concern::ListStale(next));
            Ok(())
        }
        _ => Ok(()),
    }
}

fn sequence(statement: &Statement, root: &VendorRoot, state: &TrustedState) -> Result<(), TrustError> {
    let Statement { plugin, sequence, digest, .. } = statement;
    if let Some(minimum) = root.current().minimum.get(plugin).copied().filter(|minimum| sequence < minimum) {
        return Err(TrustError::BelowMinimum { minimum, found: *sequence });
    }
    state.floors().judge_plugin(root, plugin, *sequence, *digest).map_err(TrustError::Floor)
}

fn identity(statement: &Statement, component: &Component) -> Result<(), TrustError> {
    let declaration = component.declaration();
    if declaration.plugin != statement.plugin {
        let (signed, declared) = (statement.plugin.clone(), declaration.plugin.clone());
        return Err(TrustError::Name { signed, declared });
    }
    if declaration.version != statement.version {
        let (signed, declared) = (statement.version.clone(), declaration.version.clone());
        return Err(TrustError::Version { signed, declared });
    }
    Ok(())
}

/// What a check cannot do without must be within the ceiling; what it can do without is withheld when the grants are computed, by [`Facts::ceiling`].
fn within_ceiling(component: &Component, trust: &VendorTrust) -> Result<(), TrustError> {
    let checks = component.declaration().checks.iter();
    let required = checks.flat_map(|check| check.grants.iter().map(move |grant| (check, grant)));
    for (check, grant) in required.filter(|(_, grant)| grant.required) {
        if !trust.ceiling().allows(grant.capability) {
            return Err(TrustError::Ceiling { check: check.check.clone(), capability: grant.capability });
        }
    }
    Ok(())
}

fn facts(
    statement: Statement,
    trust: &VendorTrust,
    keys: BTreeSet<KeyId>,
    now: Moment,
    concerns: Vec<Concern>,
) -> Facts {
    let list = trust.list().map(|list| {
        let content = list.content();
        ListFacts { version: content.version, issued: content.issued, days: now.days_since(content.issued) }
    });
    let root = trust.root();
    Facts {
        statement,
        keys,
        fingerprint: root.fingerprint(),
        root_version: root.current().version,
        release_keys: root.release_keys(),
        ceiling: trust.ceiling().capabilities(),
        list,
        concerns,
    }
}
