//! Plugins on a vendor's word: kept with their signature, and verified at every load.

use bytes::Bytes;
use dbg_model::Digest;

use super::*;
use crate::trust::tests::{acme, component, day, good, list_file, now, revocations, signed, state_of, statement};
use crate::trust::{
    FloorFault, Floors, RevocationList, Revoked, Rules, Signers, Statement, TrustError, TrustedState, VendorTrust,
    attach, verify,
};

fn vouched(file: &Bytes, state: &TrustedState) -> Admitted {
    Admitted::vendor(verify(file, state, now(), Rules::default()).unwrap(), file.clone())
}

fn load(store: &Store, record: &Record, state: &TrustedState) -> Result<Admitted, StoreError> {
    store.load(record, state, now(), Rules::default())
}

fn refusal(result: Result<Admitted, StoreError>) -> TrustError {
    match result {
        Err(StoreError::Refused { source, .. }) => source,
        other => panic!("{other:?}"),
    }
}

fn trusting() -> TrustedState {
    state_of(acme())
}

/// The same with the good component revoked by a list.
fn revoking(digest: Digest) -> TrustedState {
    let revoked = Revoked { digests: BTreeSet::from([digest]), ..Revoked::default() };
    let list = list_file(&revocations(1, revoked));
    let list = RevocationList::read(&list, &acme(), Signers::Current).unwrap();
    let mut state = TrustedState::default();
    state.trust(VendorTrust::new(acme(), Some(list))).unwrap();
    state
}

fn stored(store: &Store) -> Record {
    store.add(&vouched(&good(), &trusting()), BTreeSet::from([Capability::Files])).unwrap().record().clone()
}

#[test]
fn a_signed_file_is_kept_whole_and_known_by_its_component() {
    let home = Home::new();
    let store = home.store();
    let record = stored(&store);
    assert_eq!(record.digest, digest(&component()));
    assert_eq!(fs::read(store.component_path(record.digest)).unwrap(), good());
    assert_eq!(store.list().unwrap().records, std::slice::from_ref(&record));
    assert_eq!(record.signer.to_string(), "signed by acme");
    let admitted = load(&store, &record, &trusting()).unwrap();
    assert_eq!((admitted.file(), admitted.component().bytes()), (&good(), &component()));
    assert!(matches!(store.add(&vouched(&good(), &trusting()), record.consent.clone()).unwrap(), Added::Same(_)));
}

#[test]
fn what_does_not_count_any_more_is_refused_at_load_by_its_name() {
    let home = Home::new();
    let store = home.store();
    let record = stored(&store);
    let nobody = TrustedState::default();
    assert!(matches!(refusal(load(&store, &record, &nobody)), TrustError::UnknownVendor { .. }));
    assert!(matches!(refusal(load(&store, &record, &revoking(record.digest))), TrustError::Revoked { .. }));
    let later = crate::trust::ReferenceTime::new(day(301), day(0));
    let expired = store.load(&record, &trusting(), later, Rules::default());
    assert!(matches!(refusal(expired), TrustError::Expired { .. }));
    let newer = signed(&component_of("1.2.4"), &statement_of("1.2.4", 8), &[11, 12]);
    let mut floors = Floors::default();
    floors.see_plugin(&verify(&newer, &trusting(), now(), Rules::default()).unwrap());
    let mut seen = TrustedState::new(floors);
    seen.trust(VendorTrust::new(acme(), None)).unwrap();
    assert!(matches!(refusal(load(&store, &record, &seen)), TrustError::Floor(FloorFault::Older { floor: 8, .. })));
    assert!(load(&store, &record, &trusting()).is_ok());
}

fn component_of(version: &str) -> Bytes {
    let text = crate::component::samples::declaration("my-check", version, &["look"]);
    let nested = crate::component::samples::nested(&text);
    crate::component::samples::component(&format!("{nested} {}", crate::component::samples::GUEST))
}

fn statement_of(version: &str, sequence: u64) -> Statement {
    Statement { version: version.parse().unwrap(), sequence, ..statement(&component_of(version)) }
}

#[test]
fn a_signature_taken_off_brings_nothing_back_that_was_revoked() {
    let home = Home::new();
    let store = home.store();
    let bare = Component::read(component()).unwrap();
    let record = add(&store, &bare).unwrap().record().clone();
    assert!(load(&store, &record, &TrustedState::default()).is_ok());
    assert!(matches!(refusal(load(&store, &record, &revoking(record.digest))), TrustError::Revoked { .. }));
}

#[test]
fn a_new_signature_of_the_same_component_takes_the_place_of_the_old() {
    let home = Home::new();
    let store = home.store();
    let record = stored(&store);
    let longer = Statement { sequence: 9, expires: day(900), ..statement(&component()) };
    let again = signed(&component(), &longer, &[12, 13]);
    let added = store.add(&vouched(&again, &trusting()), record.consent.clone()).unwrap();
    assert!(matches!(added, Added::Signed(_)), "{added:?}");
    assert_eq!(home.files().len(), 2);
    let admitted = load(&store, added.record(), &trusting()).unwrap();
    assert_eq!(*admitted.file(), again);
}

#[test]
fn a_name_is_one_signer_s_and_only_the_same_component_gets_a_word_it_had_not() {
    let home = Home::new();
    let store = home.store();
    let bare = Component::read(component()).unwrap();
    add(&store, &bare).unwrap();
    let files = home.files();
    let newer = signed(&component_of("1.2.4"), &statement_of("1.2.4", 8), &[11, 12]);
    let error = store.add(&vouched(&newer, &trusting()), BTreeSet::new()).unwrap_err();
    assert!(matches!(error, StoreError::Signer { there: Signer::Nobody, .. }), "{error:?}");
    assert_eq!(home.files(), files);
    assert!(matches!(store.add(&vouched(&good(), &trusting()), BTreeSet::new()).unwrap(), Added::Signed(_)));
    for content in [component(), component_of("1.2.4")] {
        let error = add(&store, &Component::read(content).unwrap()).unwrap_err();
        assert!(matches!(error, StoreError::Signer { offered: Signer::Nobody, .. }), "{error:?}");
    }
    assert!(matches!(store.add(&vouched(&newer, &trusting()), BTreeSet::new()).unwrap(), Added::New(_)));
}

#[test]
fn another_root_under_the_same_name_does_not_inherit_a_consent() {
    let home = Home::new();
    let store = home.store();
    let mut record = stored(&store);
    let Signer::Vendor { name, .. } = record.signer.clone() else { panic!("it is signed") };
    record.signer = Signer::Vendor { name, root: digest(b"another") };
    assert!(matches!(load(&store, &record, &trusting()), Err(StoreError::OtherRoot { .. })));
}

#[test]
fn a_signed_file_changed_in_the_store_is_not_loaded_and_adding_it_again_mends_it() {
    let home = Home::new();
    let store = home.store();
    let record = stored(&store);
    let path = store.component_path(record.digest);
    let flipped = |at: usize| {
        let mut bytes = good().to_vec();
        bytes[at] ^= 1;
        bytes
    };
    let another = signed(&component_of("1.2.4"), &statement_of("1.2.4", 8), &[11, 12]).to_vec();
    for (what, bytes) in [
        ("a byte of the component", flipped(30)),
        ("the section's name", flipped(component().len() + 5)),
        ("another plugin of the same vendor", another),
        ("no signature", component().to_vec()),
        ("an envelope of nothing", attach(&component(), b"{}").unwrap()),
    ] {
        fs::write(&path, bytes).unwrap();
        let error = load(&store, &record, &trusting()).unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { .. }), "{what}: {error:?}");
        store.add(&vouched(&good(), &trusting()), record.consent.clone()).unwrap();
        assert!(load(&store, &record, &trusting()).is_ok(), "{what}");
    }
}

#[test]
fn a_kill_between_the_file_and_its_record_leaves_what_runs_on_the_old_word() {
    let home = Home::new();
    let store = home.store();
    let bare = Component::read(component()).unwrap();
    let record = add(&store, &bare).unwrap().record().clone();
    fs::write(store.component_path(record.digest), good()).unwrap();
    let admitted = load(&store, &record, &TrustedState::default()).unwrap();
    assert_eq!(*admitted.provenance(), crate::Provenance::Unsigned);
    assert!(matches!(store.add(&vouched(&good(), &trusting()), BTreeSet::new()).unwrap(), Added::Signed(_)));
}

#[test]
fn a_consent_is_changed_for_what_is_there_and_not_for_what_another_put_there() {
    let home = Home::new();
    let store = home.store();
    let record = stored(&store);
    let changed = store.set_consent(&record, BTreeSet::new()).unwrap();
    assert_eq!(store.list().unwrap().records, [changed]);
    let error = store.set_consent(&record, BTreeSet::from([Capability::Files])).unwrap_err();
    assert!(matches!(error, StoreError::Changed { .. }), "{error:?}");
}
