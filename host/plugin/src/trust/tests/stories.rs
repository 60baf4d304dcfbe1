//! Attacks as stories: what is right, the attack, the refusal, and that what was right still is.

use super::*;

fn sequenced(sequence: u64, salt: &str, seeds: &[u8]) -> Bytes {
    let component = component_with("", &format!("(core module (@custom \"salt\" \"{salt}\"))"));
    signed(&component, &Statement { sequence, ..statement(&component) }, seeds)
}

fn seen(state: &TrustedState, verified: &Verified<crate::Component>) -> Floors {
    let mut floors = state.floors().clone();
    assert!(floors.see_plugin(verified));
    Floors::parse(&floors.to_json()).unwrap()
}

fn state_with(root: VendorRoot, floors: Floors) -> TrustedState {
    let mut state = TrustedState::new(floors);
    state.trust(VendorTrust::new(root, None)).unwrap();
    state
}

#[test]
fn an_older_release_is_refused_after_a_newer_one_was_taken() {
    let (old, new) = (sequenced(7, "old", &[11, 12]), sequenced(8, "new", &[11, 12]));
    let state = state_of(acme());
    assert!(verify_now(&old, &state).is_ok());
    let floors = seen(&state, &verify_now(&new, &state).unwrap());
    let state = state_with(acme(), floors);
    let refused = verify_now(&old, &state).unwrap_err();
    assert_eq!(refused, TrustError::Floor(FloorFault::Older { floor: 8, found: 7 }));
    assert!(verify_now(&new, &state).is_ok());
}

#[test]
fn two_builds_under_one_sequence_are_not_both_taken() {
    let (one, other) = (sequenced(7, "one", &[11, 12]), sequenced(7, "other", &[11, 12]));
    let state = state_of(acme());
    let state = state_with(acme(), seen(&state, &verify_now(&one, &state).unwrap()));
    let refused = verify_now(&other, &state).unwrap_err();
    assert!(matches!(refused, TrustError::Floor(FloorFault::Other { number: 7, .. })), "{refused:?}");
    assert!(verify_now(&one, &state).is_ok());
}

/// A thief with the release keys signs the highest sequence there is. The vendor rotates its release keys, and its next release, with a plain
/// sequence, passes: the stolen number stays with the stolen keys.
#[test]
fn a_vendor_recovers_from_a_thief_with_the_highest_sequence() {
    let stolen = sequenced(1 << 53, "stolen", &[11, 12]);
    let state = state_of(acme());
    let floors = seen(&state, &verify_now(&stolen, &state).unwrap());
    let next = sequenced(8, "next", &[11, 12]);
    let blocked = verify_now(&next, &state_with(acme(), floors.clone())).unwrap_err();
    assert_eq!(blocked, TrustError::Floor(FloorFault::Older { floor: 1 << 53, found: 8 }));

    let mut rotated = Root { version: 2, release: role(2, &[14, 15]), ..root() };
    rotated.minimum.insert("my-check".parse().unwrap(), 8);
    let rotated = vendor_root(&chain(&[(&root(), &[1, 2]), (&rotated, &[1, 2])]));
    assert_eq!(rotated.fingerprint(), acme().fingerprint());
    let state = state_with(rotated, floors);
    assert!(verify_now(&sequenced(8, "next", &[14, 15]), &state).is_ok());
    // Neither the thief's release nor an old one by the old keys comes back, nor an old one under the new keys.
    for (file, counted) in [(stolen, 0), (sequenced(7, "old", &[11, 12]), 0), (sequenced(9, "mixed", &[11, 14]), 1)] {
        let refused = verify_now(&file, &state).unwrap_err();
        assert!(matches!(refused, TrustError::Signatures(ThresholdFault { counted: c, .. }) if c == counted));
    }
    let refused = verify_now(&sequenced(7, "old", &[14, 15]), &state).unwrap_err();
    assert_eq!(refused, TrustError::BelowMinimum { minimum: 8, found: 7 });
}

/// A clock that was set back lets nothing expired pass: the vendor's newest root and list hold the time, and the build does before them.
#[test]
fn a_clock_set_back_brings_nothing_back() {
    let component = component();
    let expired =
        signed(&component, &Statement { issued: day(-90), expires: day(-60), ..statement(&component) }, &[11, 12]);
    let back = ReferenceTime::new(Moment::from_seconds(0), day(-100));
    let refused = verify(&expired, &state_of(acme()), back, Rules::default()).unwrap_err();
    // The root is of 50 days ago.
    assert_eq!(refused, TrustError::Expired { expires: day(-60), now: day(-50) });

    let root = acme();
    let list = sealed(PayloadType::Revocations, revocations(1, Revoked::default()).to_json(), &[1, 2]);
    let list = RevocationList::read(&list, &root, Signers::Current).unwrap();
    let mut state = TrustedState::default();
    state.trust(VendorTrust::new(root, Some(list))).unwrap();
    let short =
        signed(&component, &Statement { issued: day(-30), expires: day(-20), ..statement(&component) }, &[11, 12]);
    let refused = verify(&short, &state, back, Rules::default()).unwrap_err();
    assert_eq!(refused, TrustError::Expired { expires: day(-20), now: day(-10) });
    // What was good when the list was made still is.
    let long = signed(&component, &Statement { issued: day(-30), ..statement(&component) }, &[11, 12]);
    assert!(verify(&long, &state, back, Rules::default()).is_ok());
    assert_eq!(
        verify(&good(), &state, back, Rules::default()).unwrap_err(),
        TrustError::NotYet { issued: day(-5), now: day(-10) }
    );
}

#[test]
fn what_a_lenient_site_lets_pass_is_told() {
    let mut old = root();
    for key in &mut old.release.keys {
        key.expires = Some(day(-1));
    }
    let root = vendor_root(&chain(&[(&old, &[1, 2])]));
    let list = Revocations { next: day(-1), ..revocations(1, Revoked::default()) };
    let list =
        RevocationList::read(&sealed(PayloadType::Revocations, list.to_json(), &[1, 2]), &root, Signers::Current);
    let mut state = TrustedState::default();
    state.trust(VendorTrust::new(root, Some(list.unwrap()))).unwrap();
    let component = component();
    let file = signed(&component, &Statement { expires: day(-2), ..statement(&component) }, &[11, 12]);
    let lenient = Rules { expiry: Rule::Warn, stale: Rule::Warn };
    let verified = verify(&file, &state, now(), lenient).unwrap();
    let mut expired_keys = [key(11).public().id(), key(12).public().id()].map(Concern::KeyExpired).to_vec();
    expired_keys.extend([Concern::Expired(day(-2)), Concern::ListStale(day(-1))]);
    assert_eq!(verified.facts().concerns, expired_keys);
    assert_eq!(verified.facts().list.map(|list| (list.version, list.days)), Some((1, 10)));
    assert!(matches!(verify_now(&file, &state), Err(TrustError::Signatures(_))));
}

/// Root and list of one vendor are of no use to another, whoever signed them.
#[test]
fn one_vendor_cannot_vouch_in_anothers_name() {
    let globex = Root { vendor: "globex".parse().unwrap(), root: role(1, &[71]), release: role(1, &[72]), ..root() };
    let mut state = state_of(acme());
    state.trust(VendorTrust::new(vendor_root(&chain(&[(&globex, &[71])])), None)).unwrap();
    let component = component();
    let own = Statement { vendor: "globex".parse().unwrap(), ..statement(&component) };
    assert!(verify_now(&signed(&component, &own, &[72]), &state).is_ok());
    let refused = verify_now(&signed(&component, &statement(&component), &[72]), &state).unwrap_err();
    assert!(matches!(refused, TrustError::Signatures(ThresholdFault { counted: 0, .. })));
    assert!(verify_now(&good(), &state).is_ok());
}

#[test]
fn an_optional_grant_above_the_ceiling_is_left_out_and_the_plugin_passes() {
    let file = component_with(
        "{\"capability\":\"processes\",\"required\":false,\"reason\":\"r\"}",
        "(import \"dbg:processes/processes@0.1.0\" (instance))",
    );
    let verified = verify_now(&signed(&file, &statement(&file), &[11, 12]), &state_of(acme())).unwrap();
    assert!(!verified.facts().ceiling.contains(&dbg_model::Capability::Processes));
    assert!(verified.facts().ceiling.contains(&dbg_model::Capability::Files));
}

#[test]
fn two_people_sign_one_plugin_on_two_machines() {
    let built = component();
    let claim = Claim { vendor: "acme".parse().unwrap(), sequence: 7, issued: day(-5), expires: day(300) };
    let first = Bytes::from(Unverified::read(&built).unwrap().sign(claim.clone(), &key(11)).unwrap());
    assert!(matches!(verify_now(&first, &state_of(acme())), Err(TrustError::Signatures(_))));
    let seen = Unverified::read(&first).unwrap();
    assert_eq!(seen.statement(), Some(&statement(&built)));
    assert_eq!(seen.signers(), [Some(key(11).public().id())]);
    assert_eq!(seen.sign(claim, &key(12)), Err(SignError::Signed));
    assert_eq!(seen.countersign(&key(11)), Err(SignError::Again(key(11).public().id())));
    let both = Bytes::from(seen.countersign(&key(12)).unwrap());
    let verified = verify_now(&both, &state_of(acme())).unwrap();
    assert_eq!(verified.value().bytes(), &built);
    assert_eq!(verified.facts().keys.len(), 2);
    assert_eq!(both, good());
    assert_eq!(split(&both).unwrap().component, built);
}

#[test]
fn a_root_and_a_list_are_made_countersigned_and_rotated() {
    let file = countersign_root(&new_root(&root(), &key(1)).unwrap(), &key(2)).unwrap();
    let old = vendor_root(&file);
    let next = Root { version: 2, root: role(2, &[2, 4]), ..root() };
    let half = next_root(&file, &next, &key(2)).unwrap();
    assert_eq!(newest_root(&half).unwrap(), next);
    assert!(matches!(VendorRoot::read(&half), Err(ChainFault::Before { version: 2, .. })));
    let whole = countersign_root(&countersign_root(&half, &key(1)).unwrap(), &key(4)).unwrap();
    let new = vendor_root(&whole);
    assert!(new.extends(&old) && !old.extends(&new));
    assert_eq!(new.fingerprint(), old.fingerprint());
    assert_eq!(new.release_keys(), old.release_keys());
    assert!(matches!(
        next_root(&whole, &next, &key(2)),
        Err(SignError::Chain(ChainFault::Version { expected: 3, .. }))
    ));

    let list = new_list(&revocations(1, Revoked::default()), &key(2)).unwrap();
    assert!(RevocationList::read(&list, &new, Signers::Current).is_err());
    let list = countersign_list(&list, &key(4)).unwrap();
    assert_eq!(claimed_vendor(&list).unwrap(), *new.vendor());
    assert!(RevocationList::read(&list, &new, Signers::Current).is_ok());
}

#[test]
fn nothing_is_signed_that_would_be_refused() {
    let built = Unverified::read(&component()).unwrap();
    let claim = Claim { vendor: "acme".parse().unwrap(), sequence: 0, issued: day(0), expires: day(1) };
    assert_eq!(built.sign(claim.clone(), &key(11)), Err(SignError::Statement(StatementFault::Sequence(0))));
    let backwards = Claim { sequence: 1, expires: day(-1), ..claim };
    assert!(matches!(built.sign(backwards, &key(11)), Err(SignError::Statement(StatementFault::Dates { .. }))));
    assert_eq!(built.countersign(&key(11)), Err(SignError::Unsigned));
    let nobody = Root { release: role(0, &[11]), ..root() };
    assert!(matches!(new_root(&nobody, &key(1)), Err(SignError::Root(RootFault::Threshold { .. }))));
}

#[test]
fn steps_are_in_order_and_each_error_knows_its_own() {
    assert!(Step::ALL.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(Step::ALL.iter().zip(1..).all(|(step, number)| step.number() == number));
    assert_eq!(TrustError::Unsigned.step(), Step::Section);
}
