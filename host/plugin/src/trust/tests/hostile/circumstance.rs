//! Good files under keys, dates, lists and ceilings that do not let them pass.

use super::super::*;
use super::{Case, Outcome, case, envelope, judge, verified};
use crate::ComponentError;

fn dated(issued: i64, expires: i64) -> Statement {
    Statement { issued: day(issued), expires: day(expires), ..statement(&component()) }
}

fn circumstances() -> Vec<Case> {
    let built = component();
    let by = |seeds: &[u8]| verified(signed(&built, &statement(&built), seeds));
    let at = |statement: &Statement| verified(signed(&built, statement, &[11, 12]));
    let under = |change: &dyn Fn(&mut Root)| {
        let mut root = root();
        change(&mut root);
        verify_now(&good(), &state_of(vendor_root(&chain(&[(&root, &[1, 2])]))))
    };
    let listed = |revoked: Revoked| {
        let root = acme();
        let file = sealed(PayloadType::Revocations, revocations(4, revoked).to_json(), &[2, 3]);
        let list = RevocationList::read(&file, &root, Signers::Current).unwrap();
        let mut state = TrustedState::default();
        state.trust(VendorTrust::new(root, Some(list))).unwrap();
        state
    };
    let revoked_key = || Revoked { keys: [key(12).public().id()].into(), digests: Default::default() };
    let revoked_digest =
        || Revoked { keys: Default::default(), digests: [crate::component::digest(&component())].into() };
    let requires = |capability: &str| {
        let file = component_with(
            &format!("{{\"capability\":\"{capability}\",\"reason\":\"r\"}}"),
            &format!("(import \"dbg:{capability}/{capability}@0.1.0\" (instance))"),
        );
        verified(signed(&file, &statement(&file), &[11, 12]))
    };
    let undeclared = component_with("", "(import \"dbg:files/files@0.1.0\" (instance))");
    let strict = Rules { stale: Rule::Strict, expiry: Rule::Strict };
    let later = ReferenceTime::new(day(21), day(0));
    let expired_list = verify(&good(), &listed(Revoked::default()), later, strict);
    let minimum = |sequence: u64| {
        move |root: &mut Root| {
            root.minimum.insert("my-check".parse().unwrap(), sequence);
        }
    };
    let expiring = |root: &mut Root| root.release.keys[1].expires = Some(day(0));
    vec![
        case!("one signature of two", by(&[11]), Outcome::File(TrustError::Signatures(ThresholdFault { needed: 2, counted: 1, faults })) if faults.is_empty()),
        case!("three signatures of two", by(&[11, 12, 13]), Outcome::Passed),
        case!("the root's keys where release keys belong", by(&[1, 2]), Outcome::File(TrustError::Signatures(ThresholdFault { counted: 0, faults, .. })) if *faults == [SignatureFault::UnknownKey; 2]),
        case!("a key of another vendor beside a good one", by(&[11, 99]), Outcome::File(TrustError::Signatures(ThresholdFault { counted: 1, faults, .. })) if *faults == [SignatureFault::UnknownKey]),
        case!("a key that signs twice", by(&[11, 11]), Outcome::File(TrustError::Signatures(ThresholdFault { counted: 1, faults, .. })) if matches!(faults[..], [SignatureFault::Repeated(_)])),
        case!("a key that the root revokes", under(&|root| root.revoked = revoked_key()), Outcome::File(TrustError::Signatures(ThresholdFault { counted: 1, faults, .. })) if matches!(faults[..], [SignatureFault::Revoked(_)])),
        case!("a key that the list revokes", verify_now(&good(), &listed(revoked_key())), Outcome::File(TrustError::Signatures(ThresholdFault { counted: 1, faults, .. })) if matches!(faults[..], [SignatureFault::Revoked(_)])),
        case!("a key that has expired", under(&expiring), Outcome::File(TrustError::Signatures(ThresholdFault { counted: 1, faults, .. })) if matches!(faults[..], [SignatureFault::Expired(_)])),
        case!(
            "a component that the root revokes",
            under(&|root| root.revoked = revoked_digest()),
            Outcome::File(TrustError::Revoked { .. })
        ),
        case!(
            "a component that the list revokes",
            verify_now(&good(), &listed(revoked_digest())),
            Outcome::File(TrustError::Revoked { .. })
        ),
        case!("issued in three days", at(&dated(3, 30)), Outcome::File(TrustError::NotYet { .. })),
        case!(
            "issued in twelve hours by a clock that is ahead",
            at(&Statement { issued: Moment::from_seconds(NOW + DAY / 2), ..dated(0, 30) }),
            Outcome::Passed
        ),
        case!("expired yesterday", at(&dated(-30, -1)), Outcome::File(TrustError::Expired { .. })),
        case!("expired this second", at(&dated(-30, 0)), Outcome::File(TrustError::Expired { .. })),
        case!(
            "expires before it is issued",
            at(&dated(-1, -2)),
            Outcome::File(TrustError::Statement(StatementFault::Dates { .. }))
        ),
        case!("an old list under a strict rule", expired_list, Outcome::File(TrustError::ListStale { .. })),
        case!(
            "below the root's least sequence",
            under(&minimum(8)),
            Outcome::File(TrustError::BelowMinimum { minimum: 8, found: 7 })
        ),
        case!("at the root's least sequence", under(&minimum(7)), Outcome::Passed),
        case!(
            "a declaration beyond the ceiling",
            requires("processes"),
            Outcome::File(TrustError::Ceiling { capability: dbg_model::Capability::Processes, .. })
        ),
        case!("a declaration within the ceiling", requires("resolver"), Outcome::Passed),
        case!(
            "imports beyond the declaration",
            verified(signed(&undeclared, &statement(&undeclared), &[11, 12])),
            Outcome::File(TrustError::Component(ComponentError::Undeclared { .. }))
        ),
        case!(
            "a signed core module under a component's header",
            {
                let file = b"\0asm\x0d\0\x01\0\xff\0".to_vec();
                verified(signed(&file, &statement(&file), &[11, 12]))
            },
            Outcome::File(TrustError::Component(ComponentError::Invalid { .. }))
        ),
        case!(
            "nobody is trusted",
            verify_now(&good(), &TrustedState::default()),
            Outcome::File(TrustError::UnknownVendor { .. })
        ),
        case!(
            "a signature of another file",
            verified(attach(&component_with("", "(import \"a\" (instance))"), &envelope()).unwrap()),
            Outcome::File(TrustError::Changed { .. })
        ),
    ]
}

#[test]
fn good_files_under_bad_circumstances_are_refused_each_by_its_name() {
    judge(circumstances(), 24);
}
