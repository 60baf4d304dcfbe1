//! What an agent makes of what it is handed by an operator that tells the truth, and by one that does not.

use std::collections::BTreeSet;

use dbg_model::{Capability, Effective, FilesGrant, Grant};

use super::*;
use crate::component::digest;

const FILES: &str = r#"{"capability":"files","bounds":["/etc/hosts"],"reason":"r"}"#;
const RESOLVER: &str = r#"{"capability":"resolver","reason":"r"}"#;

fn imports() -> String {
    ["dbg:files/files@0.1.0", "dbg:resolver/resolver@0.1.0"]
        .map(|name| format!("(import \"{name}\" (instance))"))
        .concat()
}

/// A component that asks for one file and the resolver, and could use both.
fn asking() -> Bytes {
    component_with(&[FILES, RESOLVER].join(","), &imports())
}

fn file_of(component: &[u8]) -> Bytes {
    signed(component, &statement(component), &[11, 12])
}

fn grounds_of(root: &[u8], list: Option<Vec<u8>>) -> Grounds {
    let ceiling = BTreeSet::from([Capability::Files, Capability::Resolver]);
    Grounds { root: root.to_vec().into(), list: list.map(Into::into), ceiling, time: day(0), rules: Rules::default() }
}

fn acme_file() -> Vec<u8> {
    chain(&[(&super::root(), &[1, 2])])
}

fn told() -> Told {
    Told::new(&[grounds_of(&acme_file(), None)], [])
}

fn files(path: &str) -> Grant {
    Grant::Files(FilesGrant { patterns: vec![path.to_owned()] })
}

fn grants(grants: impl Into<Vec<Grant>>) -> Effective {
    Effective { grants: grants.into(), withheld: Vec::new() }
}

#[test]
fn what_the_operator_verified_an_agent_verifies_too_and_only_with_its_digest() {
    let (built, file) = (asking(), file_of(&asking()));
    let verified = verify_now(&file, &state_of(acme())).unwrap();
    let told = Told::new(std::slice::from_ref(verified.grounds()), []);
    let vouched = told.vouch(&file, digest(&built)).unwrap();
    let all = grants([files("/etc/hosts"), Grant::Resolver]);
    assert_eq!(vouched.permits(&"look".parse().unwrap(), &all), Ok(()));
    let (announced, found) = (digest(b"another"), digest(&built));
    assert_eq!(told.vouch(&file, announced).unwrap_err(), VouchError::Other { announced, found });
}

#[test]
fn an_unsigned_file_runs_only_where_its_digest_is_listed() {
    let built = asking();
    let listed = Told::new(&[grounds_of(&acme_file(), None)], [digest(&built)]);
    assert!(listed.vouch(&built, digest(&built)).is_ok());
    assert_eq!(told().vouch(&built, digest(&built)).unwrap_err(), VouchError::Unsigned(digest(&built)));
    let mut changed = built.to_vec();
    changed.extend([0, 2, 1, b'x']);
    let error = listed.vouch(&changed.clone().into(), digest(&built)).unwrap_err();
    assert_eq!(error, VouchError::Unsigned(digest(&changed)));
    // A signature that does not count makes a file no better than it is, and the list is for files without one.
    let strangers = signed(&built, &statement(&built), &[31, 32]);
    assert!(matches!(listed.vouch(&strangers, digest(&built)), Err(VouchError::Vendor { .. })));
}

#[test]
fn each_file_that_a_told_vendor_does_not_vouch_for_is_refused_by_its_step() {
    let (built, file) = (asking(), file_of(&asking()));
    let flipped = |at: usize| {
        let mut bytes = file.to_vec();
        bytes[at] ^= 1;
        Bytes::from(bytes)
    };
    let refused = |told: &Told, file: &Bytes| match told.vouch(file, digest(&built)) {
        Err(VouchError::Vendor { fault, .. }) => *fault,
        other => panic!("{other:?}"),
    };
    let end = built.len() - 1;
    assert!(matches!(refused(&told(), &flipped(end)), TrustError::Changed { .. }));
    let below = signed(&built, &statement(&built), &[11]);
    assert!(matches!(refused(&told(), &below), TrustError::Signatures(_)));
    let late = Grounds { time: day(4000), ..grounds_of(&acme_file(), None) };
    assert!(matches!(refused(&Told::new(&[late], []), &file), TrustError::Expired { .. }));
    let low = Grounds { ceiling: BTreeSet::from([Capability::Resolver]), ..grounds_of(&acme_file(), None) };
    assert!(matches!(refused(&Told::new(&[low], []), &file), TrustError::Ceiling { .. }));
    let list = revocations(1, Revoked { digests: BTreeSet::from([digest(&built)]), ..Revoked::default() });
    let list = sealed(PayloadType::Revocations, list.to_json(), &[1, 2]);
    let revoked = Told::new(&[grounds_of(&acme_file(), Some(list))], []);
    assert!(matches!(refused(&revoked, &file), TrustError::Revoked { .. }));
}

#[test]
fn a_vendor_who_was_not_told_of_or_whose_files_are_no_trust_vouches_for_nothing() {
    let (built, file) = (asking(), file_of(&asking()));
    let globex =
        Root { vendor: "globex".parse().unwrap(), root: role(1, &[71]), release: role(1, &[72]), ..super::root() };
    let globex = grounds_of(&chain(&[(&globex, &[71])]), None);
    let strangers = Root { root: role(1, &[71]), release: role(1, &[72]), ..super::root() };
    let strangers = grounds_of(&chain(&[(&strangers, &[71])]), None);
    let forged = grounds_of(&chain(&[(&super::root(), &[71])]), None);
    let no_list = grounds_of(&acme_file(), Some(b"{}".to_vec()));
    let tried = |vendors: &[Grounds]| Told::new(vendors, []).vouch(&file, digest(&built)).unwrap_err();
    assert_eq!(tried(&[]), VouchError::NoVendor);
    assert!(matches!(tried(std::slice::from_ref(&globex)), VouchError::Nobody(_)));
    assert!(matches!(tried(&[strangers]), VouchError::Vendor { .. }));
    assert!(matches!(tried(&[forged]), VouchError::Grounds(GroundsFault::Chain(_))));
    assert!(matches!(tried(&[no_list]), VouchError::Grounds(GroundsFault::List(_))));
    // Beside others the one that vouches is found.
    assert!(Told::new(&[globex, grounds_of(&acme_file(), None)], []).vouch(&file, digest(&built)).is_ok());
}

#[test]
fn an_order_beyond_imports_declaration_or_ceiling_is_refused_by_the_name_of_the_grant() {
    let look = "look".parse().unwrap();
    let beyond = |component: Bytes, ceiling: &[Capability], grant: Grant| {
        let grounds = Grounds { ceiling: ceiling.iter().copied().collect(), ..grounds_of(&acme_file(), None) };
        let vouched = Told::new(&[grounds], []).vouch(&file_of(&component), digest(&component)).unwrap();
        match vouched.permits(&look, &grants([grant])) {
            Err(VouchError::Grant { beyond, .. }) => beyond,
            other => panic!("{other:?}"),
        }
    };
    let all = Capability::ALL;
    assert_eq!(beyond(asking(), &all, Grant::Processes), Beyond::Imports);
    assert_eq!(beyond(asking(), &all, files("/etc/shadow")), Beyond::Declaration);
    let by_another = format!("{FILES}]}}\n{{\"check\":\"other\",\"doc\":\"Looks.\",\"grants\":[{RESOLVER}");
    assert_eq!(beyond(component_with(&by_another, &imports()), &all, Grant::Resolver), Beyond::Declaration);
    let optional = FILES.replace('}', ",\"required\":false}");
    assert_eq!(
        beyond(component_with(&optional, "(import \"dbg:files/files@0.1.0\" (instance))"), &[], files("/etc/hosts")),
        Beyond::Ceiling
    );
    let vouched = told().vouch(&file_of(&asking()), digest(&asking())).unwrap();
    let other = "other".parse().unwrap();
    assert_eq!(vouched.permits(&other, &grants([])), Err(VouchError::NoCheck(other)));
}

#[test]
fn the_stock_root_has_no_date_after_which_its_checks_stop() {
    let grounds = Grounds::of_stock(acme_file().into(), ReferenceTime::new(day(4000), day(0)));
    let vouched = Told::new(&[grounds], []).vouch(&file_of(&asking()), digest(&asking()));
    assert!(vouched.is_ok(), "{vouched:?}");
}
