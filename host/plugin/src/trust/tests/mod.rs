//! Hostile files, roots, lists and times, all made by code from fixed seeds, and what each gets.

mod fuzz;
mod hostile;
mod openssl;
mod security_page;
mod stories;
mod vouch;

use bytes::Bytes;

use super::envelope::{Envelope, PayloadType, Signature};
use super::*;
use crate::component::samples;

/// 2026-11-24T00:00:00Z.
pub(crate) const NOW: u64 = 1_795_478_400;
const DAY: u64 = 24 * 60 * 60;

pub(crate) fn key(seed: u8) -> PrivateKey {
    PrivateKey::from_seed([seed; 32])
}

pub(crate) fn day(offset: i64) -> Moment {
    Moment::from_seconds(NOW.checked_add_signed(offset * DAY as i64).unwrap())
}

pub(crate) fn now() -> ReferenceTime {
    ReferenceTime::new(day(0), day(-100))
}

pub(crate) fn role(threshold: usize, seeds: &[u8]) -> Role {
    let keys = seeds.iter().map(|seed| RoleKey { key: key(*seed).public(), expires: None });
    Role { threshold, keys: keys.collect() }
}

/// Two of the root keys 1, 2, 3 and two of the release keys 11, 12, 13.
pub(crate) fn root() -> Root {
    Root {
        vendor: "acme".parse().unwrap(),
        version: 1,
        issued: day(-50),
        root: role(2, &[1, 2, 3]),
        release: role(2, &[11, 12, 13]),
        ceiling: Ceiling::new([dbg_model::Capability::Files, dbg_model::Capability::Resolver]),
        revoked: Revoked::default(),
        minimum: Default::default(),
    }
}

/// A file of roots, each version signed by these keys.
pub(crate) fn chain(versions: &[(&Root, &[u8])]) -> Vec<u8> {
    chain_of(&versions.iter().map(|(root, seeds)| (root.to_json(), *seeds)).collect::<Vec<_>>())
}

/// The same of any payloads.
pub(crate) fn chain_of(versions: &[(Vec<u8>, &[u8])]) -> Vec<u8> {
    let version = |(payload, seeds): &(Vec<u8>, &[u8])| {
        String::from_utf8(sealed(PayloadType::Root, payload.clone(), seeds)).unwrap()
    };
    format!("{{\"versions\":[{}]}}", versions.iter().map(version).collect::<Vec<_>>().join(",")).into_bytes()
}

pub(crate) fn sealed(kind: PayloadType, payload: Vec<u8>, seeds: &[u8]) -> Vec<u8> {
    let mut envelope = Envelope::new(kind, payload);
    let message = envelope.signed_bytes();
    for seed in seeds {
        let (bytes, hint) = (key(*seed).sign(&message).to_vec(), Some(key(*seed).public().id()));
        envelope.push(Signature { hint, bytes });
    }
    envelope.to_json()
}

pub(crate) fn vendor_root(file: &[u8]) -> VendorRoot {
    VendorRoot::read(file).unwrap()
}

pub(crate) fn acme() -> VendorRoot {
    vendor_root(&chain(&[(&root(), &[1, 2])]))
}

pub(crate) fn revocations(version: u64, revoked: Revoked) -> Revocations {
    let vendor = "acme".parse().unwrap();
    Revocations { vendor, version, issued: day(-10), next: day(20), revoked }
}

/// A list signed by two of the root keys.
pub(crate) fn list_file(list: &Revocations) -> Vec<u8> {
    sealed(PayloadType::Revocations, list.to_json(), &[1, 2])
}

pub(crate) fn state_of(root: VendorRoot) -> TrustedState {
    let mut state = TrustedState::default();
    state.trust(VendorTrust::new(root, None)).unwrap();
    state
}

/// A component of plugin `my-check` 1.2.3 whose one check has these grants.
pub(crate) fn component_with(grants: &str, imports: &str) -> Bytes {
    let declaration = format!(
        "{{\"declaration\":1,\"plugin\":\"my-check\",\"version\":\"1.2.3\"}}\n{{\"check\":\"look\",\"doc\":\"Looks.\",\"grants\":[{grants}]}}\n"
    );
    samples::component(&format!("{imports} {} {}", samples::nested(&declaration), samples::GUEST))
}

pub(crate) fn component() -> Bytes {
    component_with("", "")
}

pub(crate) fn statement(component: &[u8]) -> Statement {
    Statement {
        vendor: "acme".parse().unwrap(),
        plugin: "my-check".parse().unwrap(),
        digest: crate::component::digest(component),
        length: component.len() as u64,
        version: "1.2.3".parse().unwrap(),
        sequence: 7,
        issued: day(-5),
        expires: day(300),
    }
}

/// A component with a statement that these keys signed.
pub(crate) fn signed(component: &[u8], statement: &Statement, seeds: &[u8]) -> Bytes {
    signed_text(component, statement.to_json(), seeds)
}

/// A component with any payload that these keys signed.
pub(crate) fn signed_text(component: &[u8], payload: Vec<u8>, seeds: &[u8]) -> Bytes {
    attach(component, &sealed(PayloadType::Statement, payload, seeds)).unwrap().into()
}

pub(crate) fn good() -> Bytes {
    signed(&component(), &statement(&component()), &[11, 12])
}

pub(crate) fn verify_now(file: &Bytes, state: &TrustedState) -> Result<Verified<crate::Component>, TrustError> {
    verify(file, state, now(), Rules::default())
}
