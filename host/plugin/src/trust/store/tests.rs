//! Trust on the disk: who may write it, what the site's folder does to the user's, and what a change leaves.

use std::os::unix::fs::PermissionsExt as _;

use dbg_model::{Capability, VendorName};
use tempfile::TempDir;

use super::*;
use crate::trust::envelope::PayloadType;
use crate::trust::tests::{
    acme, chain, component, good, revocations, role, root, sealed, signed, statement, verify_now,
};
use crate::trust::{Ceiling, FloorFault, Revoked, Root, StateFault, Statement, TrustError, VendorRoot};

struct Site {
    folder: TempDir,
}

impl Site {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn system(&self) -> PathBuf {
        self.folder.path().join("etc")
    }

    fn own(&self) -> PathBuf {
        self.folder.path().join("own")
    }

    /// As an ordinary user.
    fn store(&self) -> TrustStore {
        self.opened(Privilege::User).unwrap()
    }

    fn opened(&self, privilege: Privilege) -> Result<TrustStore, TrustStoreError> {
        TrustStore::open(Places { system: self.system(), own: Some(self.own()) }, privilege)
    }

    /// What an administrator put into the site's folder.
    fn put(&self, name: &str, bytes: &[u8]) {
        fs_err::create_dir_all(self.system()).unwrap();
        fs_err::set_permissions(self.system(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let path = self.system().join(name);
        fs_err::write(&path, bytes).unwrap();
        fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    }
}

fn name(text: &str) -> VendorName {
    text.parse().unwrap()
}

fn first() -> Vec<u8> {
    chain(&[(&root(), &[1, 2])])
}

fn second() -> Vec<u8> {
    let wider = Ceiling::new(Capability::ALL);
    chain(&[(&root(), &[1, 2]), (&Root { version: 2, ceiling: wider, ..root() }, &[1, 2])])
}

fn list(version: u64, revoked: Revoked) -> Vec<u8> {
    sealed(PayloadType::Revocations, revocations(version, revoked).to_json(), &[1, 2])
}

#[test]
fn a_root_is_added_by_its_whole_fingerprint_and_no_other() {
    let site = Site::new();
    let store = site.store();
    let refused = store.add(&first(), crate::component::digest(b"other")).unwrap_err();
    assert!(matches!(refused, TrustStoreError::Fingerprint { .. }));
    assert!(store.load().unwrap().state.vendor(&name("acme")).is_none());
    assert_eq!(store.add(&first(), acme().fingerprint()).unwrap(), Changed::New);
    assert_eq!(store.add(&first(), acme().fingerprint()).unwrap(), Changed::Same);
    let loaded = site.store().load().unwrap();
    assert!(verify_now(&good(), &loaded.state).is_ok());
    assert_eq!(loaded.origins[&name("acme")], Origin::Own(site.own().join("acme.root.json")));
    assert_eq!(loaded.problems, []);
    assert_eq!(store.remove(&name("acme")).unwrap(), RemovedTrust::Removed);
    assert_eq!(store.remove(&name("acme")).unwrap(), RemovedTrust::WasGone);
    assert!(verify_now(&good(), &store.load().unwrap().state).is_err());
}

#[test]
fn a_rotated_root_takes_its_place_and_an_older_one_never_does_again() {
    let site = Site::new();
    let store = site.store();
    assert!(matches!(store.rotate(&first()).unwrap_err(), TrustStoreError::Unknown(_)));
    store.add(&first(), acme().fingerprint()).unwrap();
    assert_eq!(store.rotate(&second()).unwrap(), Changed::Newer);
    let refused = store.rotate(&first()).unwrap_err();
    assert!(matches!(refused, TrustStoreError::Floor(FloorFault::Older { floor: 2, found: 1 })));
    // Not by the back door either.
    fs_err::write(site.own().join("acme.root.json"), first()).unwrap();
    let loaded = store.load().unwrap();
    assert!(loaded.state.vendor(&name("acme")).is_none());
    assert!(matches!(loaded.problems[0].fault, ProblemFault::Floor(StateFault::Root(FloorFault::Older { .. }))));
    store.remove(&name("acme")).unwrap();
    let refused = store.add(&first(), acme().fingerprint()).unwrap_err();
    assert!(matches!(refused, TrustStoreError::Floor(FloorFault::Older { .. })));
}

#[test]
fn another_root_of_the_same_name_and_a_name_that_looks_alike_are_refused() {
    let site = Site::new();
    let store = site.store();
    store.add(&first(), acme().fingerprint()).unwrap();
    let other = Root { root: role(1, &[8]), ..root() };
    let other = chain(&[(&other, &[8])]);
    let fingerprint = crate::trust::VendorRoot::read(&other).unwrap().fingerprint();
    assert!(matches!(store.add(&other, fingerprint).unwrap_err(), TrustStoreError::Taken { .. }));
    let alike = Root { vendor: name("acrne"), ..root() };
    let alike = chain(&[(&alike, &[1, 2])]);
    let fingerprint = crate::trust::VendorRoot::read(&alike).unwrap().fingerprint();
    assert!(matches!(store.add(&alike, fingerprint).unwrap_err(), TrustStoreError::LookAlike { .. }));
    let fork = Root { version: 2, release: role(1, &[66]), ..root() };
    store.rotate(&second()).unwrap();
    let fork = chain(&[(&root(), &[1, 2]), (&fork, &[1, 2])]);
    assert!(matches!(store.rotate(&fork).unwrap_err(), TrustStoreError::Floor(FloorFault::Other { .. })));
    assert!(verify_now(&good(), &store.load().unwrap().state).is_ok());
}

#[test]
fn a_list_revokes_and_no_older_one_or_none_undoes_it() {
    let site = Site::new();
    let store = site.store();
    store.add(&first(), acme().fingerprint()).unwrap();
    let revoked = Revoked { digests: [crate::component::digest(&component())].into(), ..Revoked::default() };
    assert_eq!(store.add_list(&list(5, revoked)).unwrap(), Changed::New);
    let refused = |store: &TrustStore| verify_now(&good(), &store.load().unwrap().state).unwrap_err();
    assert!(matches!(refused(&store), TrustError::Revoked { .. }));
    let older = store.add_list(&list(4, Revoked::default())).unwrap_err();
    assert!(matches!(older, TrustStoreError::Floor(FloorFault::Older { floor: 5, found: 4 })));
    let path = site.own().join("acme.revocations.json");
    let kept = fs_err::read(&path).unwrap();
    for bytes in [Some(list(4, Revoked::default())), Some(b"{}".to_vec()), None] {
        match bytes {
            Some(bytes) => fs_err::write(&path, bytes).unwrap(),
            None => fs_err::remove_file(&path).unwrap(),
        }
        assert!(matches!(refused(&store), TrustError::UnknownVendor { .. }));
    }
    fs_err::write(&path, kept).unwrap();
    assert!(matches!(refused(&store), TrustError::Revoked { .. }));
    assert_eq!(store.add_list(&list(6, Revoked::default())).unwrap(), Changed::Newer);
    assert!(verify_now(&good(), &store.load().unwrap().state).is_ok());
}

#[test]
fn a_taken_plugin_raises_its_floor_for_the_next_run() {
    let site = Site::new();
    let store = site.store();
    store.add(&first(), acme().fingerprint()).unwrap();
    let built = component();
    let newer = signed(&built, &Statement { sequence: 8, ..statement(&built) }, &[11, 12]);
    let verified = verify_now(&newer, &store.load().unwrap().state).unwrap();
    store.accept(&verified).unwrap();
    let refused = verify_now(&good(), &site.store().load().unwrap().state).unwrap_err();
    assert_eq!(refused, TrustError::Floor(FloorFault::Older { floor: 8, found: 7 }));
    fs_err::write(site.own().join("floors.json"), "{}").unwrap();
    assert!(matches!(store.load().unwrap_err(), TrustStoreError::Floors { .. }));
}

#[test]
fn a_site_whose_list_goes_back_is_noticed_by_who_saw_the_newer() {
    let site = Site::new();
    site.put("acme.root.json", &first());
    site.put("acme.revocations.json", &list(5, Revoked::default()));
    let store = site.store();
    let verified = verify_now(&good(), &store.load().unwrap().state).unwrap();
    store.accept(&verified).unwrap();
    assert!(verify_now(&good(), &site.store().load().unwrap().state).is_ok());
    site.put("acme.revocations.json", &list(4, Revoked::default()));
    let loaded = site.store().load().unwrap();
    assert!(loaded.state.vendor(&name("acme")).is_none());
    let older = FloorFault::Older { floor: 5, found: 4 };
    assert_eq!(loaded.problems[0].fault, ProblemFault::Floor(StateFault::List(older)));
}

/// A change is a file and then its floor; what a kill between the two leaves is mended by the next change.
#[test]
fn a_kill_between_a_root_and_its_floor_leaves_a_store_that_works() {
    let site = Site::new();
    let store = site.store();
    store.add(&first(), acme().fingerprint()).unwrap();
    let floors = site.own().join("floors.json");
    fs_err::remove_file(&floors).unwrap();
    assert!(verify_now(&good(), &site.store().load().unwrap().state).is_ok());
    assert_eq!(store.add(&first(), acme().fingerprint()).unwrap(), Changed::Same);
    assert!(floors.exists());
    store.add_list(&list(2, Revoked::default())).unwrap();
    fs_err::remove_file(&floors).unwrap();
    assert_eq!(store.add_list(&list(2, Revoked::default())).unwrap(), Changed::Same);
    assert!(fs_err::read_to_string(&floors).unwrap().contains("\"lists\": [\n    {"));
}

#[test]
fn a_user_adds_nobody_whom_the_site_has_not_approved() {
    let site = Site::new();
    site.store().add(&first(), acme().fingerprint()).unwrap();
    site.put("README", b"approved vendors");
    let loaded = site.store().load().unwrap();
    assert!(loaded.state.vendor(&name("acme")).is_none());
    assert_eq!(loaded.problems[0].fault, ProblemFault::NotApproved);
    let refused = site.store().add(&first(), acme().fingerprint()).unwrap_err();
    assert!(matches!(refused, TrustStoreError::NotApproved { .. }));
}

#[test]
fn a_user_narrows_what_the_site_approved_and_never_widens_it() {
    let site = Site::new();
    site.put("acme.root.json", &first());
    let store = site.store();
    assert_eq!(store.load().unwrap().origins[&name("acme")], Origin::System(site.system().join("acme.root.json")));
    // A later root of the same vendor, with a higher ceiling.
    assert_eq!(store.rotate(&second()).unwrap(), Changed::Newer);
    let loaded = store.load().unwrap();
    let trust = loaded.state.vendor(&name("acme")).unwrap();
    assert_eq!(trust.root().current().version, 2);
    assert_eq!(trust.ceiling(), &root().ceiling);
    assert!(matches!(loaded.origins[&name("acme")], Origin::Narrowed { .. }));
    // A list of the user's own takes away.
    let revoked = Revoked { digests: [crate::component::digest(&component())].into(), ..Revoked::default() };
    store.add_list(&list(1, revoked)).unwrap();
    assert!(matches!(verify_now(&good(), &store.load().unwrap().state), Err(TrustError::Revoked { .. })));
    // A damaged copy does not make the site's wider word count again.
    fs_err::write(site.own().join("acme.root.json"), "{").unwrap();
    assert!(store.load().unwrap().state.vendor(&name("acme")).is_none());
}

#[test]
fn a_user_whose_newer_copy_is_gone_takes_it_in_again_and_nothing_older() {
    let site = Site::new();
    site.put("acme.root.json", &first());
    let store = site.store();
    store.rotate(&second()).unwrap();
    store.remove(&name("acme")).unwrap();
    // The site's word alone would be a step back.
    assert!(store.load().unwrap().state.vendor(&name("acme")).is_none());
    for refused in [store.rotate(&first()), store.add(&first(), acme().fingerprint())] {
        assert!(matches!(refused, Err(TrustStoreError::Floor(_))), "{refused:?}");
    }
    assert_eq!(store.rotate(&second()).unwrap(), Changed::Newer);
    assert_eq!(store.load().unwrap().state.vendor(&name("acme")).unwrap().ceiling(), &root().ceiling);
    store.remove(&name("acme")).unwrap();
    assert_eq!(store.add(&second(), acme().fingerprint()).unwrap(), Changed::Newer);
}

#[test]
fn a_folder_or_file_that_others_can_write_is_refused() {
    let site = Site::new();
    site.store().add(&first(), acme().fingerprint()).unwrap();
    let path = site.own().join("acme.root.json");
    fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
    let loaded = site.store().load().unwrap();
    assert!(loaded.state.vendor(&name("acme")).is_none());
    assert_eq!(loaded.problems[0].fault, ProblemFault::Guard(GuardFault::Writable { mode: 0o666 }));
    fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    for (folder, mode) in [(site.own(), 0o770), (site.own(), 0o702), (site.folder.path().to_owned(), 0o777)] {
        let before = fs_err::metadata(&folder).unwrap().permissions();
        fs_err::set_permissions(&folder, std::fs::Permissions::from_mode(mode)).unwrap();
        let refused = site.opened(Privilege::User).unwrap_err();
        assert!(matches!(refused, TrustStoreError::Guard { fault: GuardFault::Writable { .. }, .. }), "{refused:?}");
        fs_err::set_permissions(&folder, before).unwrap();
    }
    assert!(site.store().load().unwrap().state.vendor(&name("acme")).is_some());
}

#[test]
fn a_link_in_the_place_of_a_folder_or_file_is_refused() {
    let site = Site::new();
    let elsewhere = site.folder.path().join("elsewhere");
    fs_err::create_dir_all(&elsewhere).unwrap();
    fs_err::os::unix::fs::symlink(&elsewhere, site.own()).unwrap();
    let refused = site.opened(Privilege::User).unwrap_err();
    assert!(matches!(refused, TrustStoreError::Guard { fault: GuardFault::Symlink, .. }));
    fs_err::remove_file(site.own()).unwrap();
    site.put("target.json", &first());
    fs_err::os::unix::fs::symlink(site.system().join("target.json"), site.system().join("acme.root.json")).unwrap();
    let loaded = site.store().load().unwrap();
    assert_eq!(loaded.problems[0].fault, ProblemFault::Guard(GuardFault::Symlink));
}

/// `sudo` with the user's HOME: the user's folder is not even looked at, and a site's folder that a user owns is refused.
#[test]
fn with_privileges_only_what_root_alone_can_write_counts() {
    let places = Places::of(Privilege::Elevated, "/etc/dbg/trust.d".into(), "/home/user/trust".into());
    assert_eq!(places.own, None);
    assert!(Places::of(Privilege::User, "/etc/dbg/trust.d".into(), "/home/user/trust".into()).own.is_some());
    let site = Site::new();
    site.put("acme.root.json", &first());
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(site.system().join("acme.root.json"), Some(1000), None).unwrap();
        let store = site.opened(Privilege::Elevated).unwrap();
        let loaded = store.load().unwrap();
        assert!(loaded.state.vendor(&name("acme")).is_none());
        assert_eq!(loaded.problems[0].fault, ProblemFault::Guard(GuardFault::Owner { owner: 1000 }));
        std::os::unix::fs::chown(site.system(), Some(1000), None).unwrap();
    }
    let refused = site.opened(Privilege::Elevated).unwrap_err();
    assert!(matches!(refused, TrustStoreError::Guard { fault: GuardFault::Owner { .. }, .. }), "{refused:?}");
}

#[test]
fn two_that_add_at_once_both_succeed() {
    let site = Site::new();
    let vendors: Vec<Vec<u8>> = (0..6)
        .map(|index| {
            let seed = 100 + index;
            let vendor =
                name(&format!("vendor-{}", ["one", "two", "three", "four", "five", "six"][usize::from(index)]));
            chain(&[(&Root { vendor, root: role(1, &[seed]), ..root() }, &[seed])])
        })
        .collect();
    std::thread::scope(|scope| {
        for file in &vendors {
            scope.spawn(|| {
                let fingerprint = crate::trust::VendorRoot::read(file).unwrap().fingerprint();
                site.store().add(file, fingerprint).unwrap();
            });
        }
    });
    let loaded = site.store().load().unwrap();
    assert_eq!(loaded.state.vendors().count(), 6);
    // All six floors are there as well: none was lost between two writers.
    let floors = fs_err::read_to_string(site.own().join("floors.json")).unwrap();
    assert_eq!(floors.matches("fingerprint").count(), 6);
}

#[test]
fn what_a_killed_writer_left_is_swept_and_disturbs_nothing() {
    let site = Site::new();
    site.store().add(&first(), acme().fingerprint()).unwrap();
    let leftover = site.own().join(".writing-x");
    fs_err::write(&leftover, "{\"versions\":[").unwrap();
    let store = site.store();
    assert!(!leftover.exists());
    assert!(verify_now(&good(), &store.load().unwrap().state).is_ok());
}

#[test]
fn the_rights_of_this_process_are_told_as_the_kernel_has_them() {
    let status = fs_err::read_to_string("/proc/self/status").unwrap();
    let has_none = |set: &str| {
        status
            .lines()
            .any(|line| line.strip_prefix(set).is_some_and(|bits| bits.trim_matches([':', '\t', '0']).is_empty()))
    };
    let user = !rustix::process::geteuid().is_root() && has_none("CapPrm") && has_none("CapEff");
    assert_eq!(Privilege::of_process() == Privilege::User, user);
}

#[test]
fn nobody_can_be_trusted_under_a_name_of_dbgs_own() {
    let site = Site::new();
    for own in ["dbg", "dbg-development"] {
        let file = chain(&[(&Root { vendor: name(own), ..root() }, &[1, 2])]);
        let fingerprint = VendorRoot::read(&file).unwrap().fingerprint();
        let error = site.store().add(&file, fingerprint).unwrap_err();
        assert!(matches!(error, TrustStoreError::Reserved(vendor) if vendor == name(own)));
        // Nor by hand.
        site.put(&format!("{own}.root.json"), &file);
        let Loaded { state, problems, .. } = site.store().load().unwrap();
        assert!(state.vendor(&name(own)).is_none());
        assert!(problems.iter().any(|problem| problem.fault == ProblemFault::Reserved), "{problems:?}");
    }
}
