//! Lists of revocations, and trust that goes backwards.

use super::super::*;
use super::{Case, Outcome, case, judge};

fn read(list: &Revocations, seeds: &[u8]) -> Result<RevocationList, ListFault> {
    RevocationList::read(&sealed(PayloadType::Revocations, list.to_json(), seeds), &acme(), Signers::Current)
}

fn replaced(from: &str, to: &str) -> Result<RevocationList, ListFault> {
    let text = String::from_utf8(revocations(4, Revoked::default()).to_json()).unwrap();
    assert!(text.contains(from), "{from}");
    let payload = text.replacen(from, to, 1).into_bytes();
    RevocationList::read(&sealed(PayloadType::Revocations, payload, &[1, 2]), &acme(), Signers::Current)
}

fn documents() -> Vec<Case> {
    use ListFault as L;
    let good = revocations(4, Revoked::default());
    let with = |change: &dyn Fn(&mut Revocations)| {
        let mut list = good.clone();
        change(&mut list);
        read(&list, &[1, 3])
    };
    let many = (0..2049_u32).map(|n| crate::component::digest(&n.to_le_bytes())).collect();
    let as_root = sealed(PayloadType::Root, good.to_json(), &[1, 2]);
    vec![
        case!("a good list", read(&good, &[1, 3]), Outcome::Passed),
        case!("a list by release keys", read(&good, &[11, 12]), Outcome::List(L::Signatures(_))),
        case!("a list by one root key of two", read(&good, &[1]), Outcome::List(L::Signatures(_))),
        case!(
            "a list of another vendor",
            with(&|list| list.vendor = "globex".parse().unwrap()),
            Outcome::List(L::Vendor { .. })
        ),
        case!("a list of version 0", with(&|list| list.version = 0), Outcome::List(L::Version)),
        case!(
            "a list that is due before it is made",
            with(&|list| list.next = list.issued),
            Outcome::List(L::Dates { .. })
        ),
        case!(
            "a list of 2,049 digests",
            with(&|list| list.revoked.digests = {
                let many: &std::collections::BTreeSet<_> = &many;
                many.clone()
            }),
            Outcome::List(L::TooMany(2049))
        ),
        case!("a list of a later format", replaced("\"format\":1", "\"format\":9"), Outcome::List(L::Format(9))),
        case!(
            "an unknown field in a list",
            replaced("\"format\":1", "\"format\":1,\"x\":1"),
            Outcome::List(L::Json(JsonFault::UnknownField { .. }))
        ),
        case!(
            "an upper-case digest in a list",
            replaced("\"digests\":[]", &format!("\"digests\":[\"sha256:{}\"]", "AB".repeat(32))),
            Outcome::List(L::Json(JsonFault::Form { .. }))
        ),
        case!(
            "a root where a list belongs",
            RevocationList::read(&as_root, &acme(), Signers::Current),
            Outcome::List(L::Envelope(EnvelopeFault::Type { .. }))
        ),
    ]
}

#[test]
fn hostile_lists_are_refused_each_by_its_name() {
    judge(documents(), 11);
}

/// What was seen before, and what is offered now.
fn backwards() -> Vec<Case> {
    let first = acme();
    let next = Root { version: 2, issued: day(-40), root: role(2, &[4, 5]), ..root() };
    let second = vendor_root(&chain(&[(&root(), &[1, 2]), (&next, &[1, 2, 4, 5])]));
    let other = Root { ceiling: Ceiling::default(), ..next.clone() };
    let other = vendor_root(&chain(&[(&root(), &[1, 2]), (&other, &[1, 2, 4, 5])]));
    let list = |version: u64, seeds: &[u8], root: &VendorRoot, signers: Signers| {
        RevocationList::read(
            &sealed(PayloadType::Revocations, revocations(version, Revoked::default()).to_json(), seeds),
            root,
            signers,
        )
    };
    let of = |version: u64| list(version, &[1, 2], &first, Signers::Current).unwrap();
    let after = |see: &dyn Fn(&mut Floors), root: &VendorRoot, list: Option<RevocationList>| {
        let mut floors = Floors::default();
        see(&mut floors);
        // Through their file, as they are kept.
        TrustedState::new(Floors::parse(&floors.to_json()).unwrap()).trust(VendorTrust::new(root.clone(), list))
    };
    let saw_second = |floors: &mut Floors| assert!(floors.see_root(&second));
    let saw_list = |floors: &mut Floors| assert!(floors.see_list(&first, &of(5)));
    let same = |version: u64| {
        let mut other = revocations(version, Revoked::default());
        other.next = day(21);
        read(&other, &[1, 2]).unwrap()
    };
    vec![
        case!(
            "a root without its newest version",
            after(&saw_second, &first, None),
            Outcome::State(StateFault::Root(FloorFault::Older { floor: 2, found: 1 }))
        ),
        case!(
            "another root with the number of the newest",
            after(&saw_second, &other, None),
            Outcome::State(StateFault::Root(FloorFault::Other { number: 2, .. }))
        ),
        case!("the root that was seen", after(&saw_second, &second, None), Outcome::Passed),
        case!(
            "an old list",
            after(&saw_list, &first, Some(of(4))),
            Outcome::State(StateFault::List(FloorFault::Older { floor: 5, found: 4 }))
        ),
        case!(
            "another list with the number of the newest",
            after(&saw_list, &first, Some(same(5))),
            Outcome::State(StateFault::List(FloorFault::Other { number: 5, .. }))
        ),
        case!(
            "a list that is gone",
            after(&saw_list, &first, None),
            Outcome::State(StateFault::List(FloorFault::Gone { floor: 5 }))
        ),
        case!("the list that was seen", after(&saw_list, &first, Some(of(5))), Outcome::Passed),
        case!(
            "a new list by keys that an old root does not have",
            list(6, &[4, 5], &first, Signers::AnyVersion),
            Outcome::List(ListFault::Signatures(_))
        ),
        case!(
            "an old list by keys that a new root does not have",
            list(4, &[1, 2], &second, Signers::Current),
            Outcome::List(ListFault::Signatures(_))
        ),
        case!(
            "a list that was there when the keys were rotated",
            list(4, &[1, 2], &second, Signers::AnyVersion),
            Outcome::Passed
        ),
        case!(
            "a list by one old and one new key",
            list(4, &[1, 4], &second, Signers::AnyVersion),
            Outcome::List(ListFault::Signatures(_))
        ),
    ]
}

#[test]
fn trust_that_goes_backwards_is_refused_each_by_its_name() {
    judge(backwards(), 11);
}
