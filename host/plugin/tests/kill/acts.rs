//! What writers do, from where they start, and what must hold after they were killed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use bytes::Bytes;
use dbg_model::{Capability, Digest};
use dbg_plugin::trust::{
    Ceiling, Moment, Places, PrivateKey, Privilege, ReferenceTime, Revocations, Revoked, Role, RoleKey, Root, Rules,
    TrustStore, TrustedState, VendorRoot, VendorTrust, new_list, new_root, next_root,
};
use dbg_plugin::{Admitted, AllowUnsigned, Component, Store};

/// One change of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    AddPlugin,
    AddAnother,
    ChangeConsent,
    RemovePlugin,
    AddRoot,
    RotateRoot,
    AddList,
    RemoveVendor,
}

impl Act {
    pub(crate) const ALL: [Self; 8] = [
        Self::AddPlugin,
        Self::AddAnother,
        Self::ChangeConsent,
        Self::RemovePlugin,
        Self::AddRoot,
        Self::RotateRoot,
        Self::AddList,
        Self::RemoveVendor,
    ];

    /// What was there before the writer.
    pub(crate) fn prepare(self, folder: &Path) {
        let before: &[Self] = match self {
            Self::AddPlugin | Self::AddRoot => &[],
            Self::AddAnother | Self::ChangeConsent | Self::RemovePlugin => &[Self::AddPlugin],
            Self::RotateRoot | Self::AddList => &[Self::AddRoot],
            Self::RemoveVendor => &[Self::AddRoot, Self::RotateRoot, Self::AddList],
        };
        before.iter().for_each(|act| act.perform(folder));
    }

    pub(crate) fn perform(self, folder: &Path) {
        let (plugins, trust) = (plugins(folder), trust(folder));
        match self {
            Self::AddPlugin => add(&plugins, "1.0.0", &[]),
            Self::AddAnother => add(&plugins, "2.0.0", &[]),
            Self::ChangeConsent => add(&plugins, "1.0.0", &[Capability::Resolver]),
            Self::RemovePlugin => drop(plugins.remove(&"sample".parse().unwrap(), None).unwrap()),
            Self::AddRoot => {
                let fingerprint = VendorRoot::read(&roots(1)).unwrap().fingerprint();
                trust.add(&roots(1), fingerprint).unwrap();
            }
            Self::RotateRoot => drop(trust.rotate(&roots(2)).unwrap()),
            Self::AddList => drop(trust.add_list(&list()).unwrap()),
            Self::RemoveVendor => drop(trust.remove(&"acme".parse().unwrap()).unwrap()),
        }
    }

    /// Whatever was done of it: nothing is damaged, and each thing is there as before, as after, or not at all where it was not.
    pub(crate) fn is_whole(self, folder: &Path) {
        let versions = versions(folder);
        let vendor = acme(folder).map(|trust| (trust.root().current().version, trust.list().is_some()));
        match self {
            Self::AddPlugin => assert!(versions.is_empty() || versions == ["1.0.0"], "{versions:?}"),
            Self::AddAnother => assert!(versions == ["1.0.0"] || versions == ["1.0.0", "2.0.0"], "{versions:?}"),
            Self::ChangeConsent => assert_eq!(versions, ["1.0.0"]),
            Self::RemovePlugin => assert!(versions.is_empty() || versions == ["1.0.0"], "{versions:?}"),
            Self::AddRoot => assert!([None, Some((1, false))].contains(&vendor), "{vendor:?}"),
            Self::RotateRoot => assert!([Some((1, false)), Some((2, false))].contains(&vendor), "{vendor:?}"),
            Self::AddList => assert!([Some((1, false)), Some((1, true))].contains(&vendor), "{vendor:?}"),
            // Never the root without the list: it would trust more than there was.
            Self::RemoveVendor => assert!([None, Some((2, true))].contains(&vendor), "{vendor:?}"),
        }
    }

    /// All of it is done, and nothing else lies about.
    pub(crate) fn is_done(self, folder: &Path) {
        let versions = versions(folder);
        let vendor = acme(folder).map(|trust| (trust.root().current().version, trust.list().is_some()));
        match self {
            Self::AddPlugin => assert_eq!(versions, ["1.0.0"]),
            Self::AddAnother => assert_eq!(versions, ["1.0.0", "2.0.0"]),
            Self::ChangeConsent => {
                let [record] = plugins(folder).list().unwrap().records.try_into().unwrap();
                assert_eq!(record.consent, BTreeSet::from([Capability::Resolver]));
            }
            Self::RemovePlugin => assert!(versions.is_empty()),
            Self::AddRoot => assert_eq!(vendor, Some((1, false))),
            Self::RotateRoot => assert_eq!(vendor, Some((2, false))),
            Self::AddList => assert_eq!(vendor, Some((1, true))),
            Self::RemoveVendor => assert_eq!(vendor, None),
        }
        let named = 2 * versions.len();
        let count = |part: &str| std::fs::read_dir(folder.join(part)).map_or(0, Iterator::count);
        assert_eq!(count("plugins/components") + count("plugins/plugins"), named, "{self:?} leaves something behind");
        let mut trusted: Vec<_> = std::fs::read_dir(folder.join("trust"))
            .map_or_else(|_| Vec::new(), |entries| entries.map(|entry| entry.unwrap().file_name()).collect());
        trusted.retain(|name| name != "acme.root.json" && name != "acme.revocations.json" && name != "floors.json");
        // Writers take turns by a lock, which stays.
        assert!(trusted.len() <= 1, "{self:?} leaves {trusted:?}");
    }
}

fn plugins(folder: &Path) -> Store {
    Store::open(folder.join("plugins")).unwrap()
}

fn trust(folder: &Path) -> TrustStore {
    let places = Places { system: folder.join("nowhere"), own: Some(folder.join("trust")) };
    TrustStore::open(places, Privilege::User).unwrap()
}

/// The versions of the plugin that are there, each of which can be loaded.
fn versions(folder: &Path) -> Vec<String> {
    let store = plugins(folder);
    let listing = store.list().unwrap();
    assert!(listing.broken.is_empty(), "{:?}", listing.broken);
    let version = |record: &dbg_plugin::Record| {
        let time = ReferenceTime::new(Moment::from_seconds(0), Moment::from_seconds(0));
        store.load(record, &TrustedState::default(), time, Rules::default()).unwrap();
        record.version.to_string()
    };
    listing.records.iter().map(version).collect()
}

fn acme(folder: &Path) -> Option<VendorTrust> {
    let loaded = trust(folder).load().unwrap();
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    loaded.state.vendor(&"acme".parse().unwrap()).cloned()
}

fn add(store: &Store, version: &str, consent: &[Capability]) {
    let admitted = Admitted::unsigned(Component::read(component(version)).unwrap(), AllowUnsigned::by_operator());
    store.add(&admitted, consent.iter().copied().collect()).unwrap();
}

fn component(version: &str) -> Bytes {
    let declaration = format!(
        "{{\"declaration\":1,\"plugin\":\"sample\",\"version\":\"{version}\"}}\n{{\"check\":\"look\",\"doc\":\"Looks.\"}}\n"
    );
    let escaped: String = declaration.bytes().map(|byte| format!("\\{byte:02x}")).collect();
    let text = format!(
        "(component (core module (@custom \"dbg:checks\" \"{escaped}\")) (instance $guest) (export \"dbg:check/guest@0.1.0\" (instance $guest)))"
    );
    wat::parse_str(text).unwrap().into()
}

fn key() -> PrivateKey {
    PrivateKey::from_seed([7; 32])
}

/// A chain of so many versions.
fn roots(versions: u64) -> Vec<u8> {
    let role = Role { threshold: 1, keys: vec![RoleKey { key: key().public(), expires: None }] };
    let root = |version| Root {
        vendor: "acme".parse().unwrap(),
        version,
        issued: Moment::from_seconds(version),
        root: role.clone(),
        release: role.clone(),
        ceiling: Ceiling::new(Capability::ALL),
        revoked: Revoked::default(),
        minimum: BTreeMap::new(),
    };
    let first = new_root(&root(1), &key()).unwrap();
    (2..=versions).fold(first, |chain, version| next_root(&chain, &root(version), &key()).unwrap())
}

fn list() -> Vec<u8> {
    let revoked = Revoked { digests: BTreeSet::from([Digest::from_bytes([9; 32])]), ..Revoked::default() };
    let (issued, next) = (Moment::from_seconds(1), Moment::from_seconds(2));
    new_list(&Revocations { vendor: "acme".parse().unwrap(), version: 1, issued, next, revoked }, &key()).unwrap()
}
