//! Roots and their chains.

use super::super::*;
use super::{Case, Outcome, case, judge};

fn read(file: impl AsRef<[u8]>) -> Outcome {
    VendorRoot::read(file.as_ref()).into()
}

/// Version 2, with root keys 4 and 5 beside key 3.
fn second() -> Root {
    Root { version: 2, issued: day(-40), root: role(2, &[3, 4, 5]), ..root() }
}

/// A first version whose text was changed, signed by the right keys.
fn replaced(from: &str, to: &str) -> Outcome {
    let text = String::from_utf8(root().to_json()).unwrap();
    assert!(text.contains(from), "{from} in {text}");
    read(chain_of(&[(text.replacen(from, to, 1).into_bytes(), &[1, 2])]))
}

fn with(change: impl FnOnce(&mut Root)) -> Outcome {
    let mut root = root();
    change(&mut root);
    read(chain(&[(&root, &[1, 2])]))
}

fn documents() -> Vec<Case> {
    use JsonFault as J;
    use RootFault as R;
    macro_rules! root {
        ($fault:pat) => {
            Outcome::Root(ChainFault::Root { version: 1, fault: $fault })
        };
    }
    let text = serde_json::to_string(&key(11).public()).unwrap();
    vec![
        case!("a good root", read(chain(&[(&root(), &[1, 2])])), Outcome::Passed),
        case!("a root of a later format", replaced("\"format\":1", "\"format\":2"), root!(R::Format(2))),
        case!("a root without a format", replaced("\"format\":1,", ""), root!(R::Format(0))),
        case!(
            "an unknown field in a root",
            replaced("\"format\":1", "\"format\":1,\"x\":1"),
            root!(R::Json(J::UnknownField { .. }))
        ),
        case!(
            "a threshold twice in a root",
            replaced("\"threshold\":2", "\"threshold\":2,\"threshold\":1"),
            root!(R::Json(J::FieldTwice { .. }))
        ),
        case!("version 0", with(|root| root.version = 0), root!(R::Version)),
        case!(
            "a threshold of nobody",
            with(|root| root.release.threshold = 0),
            root!(R::Threshold { role: RoleName::Release, threshold: 0, keys: 3 })
        ),
        case!(
            "a threshold of more than there are",
            with(|root| root.root.threshold = 4),
            root!(R::Threshold { role: RoleName::Root, threshold: 4, keys: 3 })
        ),
        case!(
            "a role of no keys",
            with(|root| root.release.keys.clear()),
            root!(R::Threshold { role: RoleName::Release, keys: 0, .. })
        ),
        case!(
            "one key twice in a role",
            with(|root| root.release = role(2, &[11, 12, 11])),
            root!(R::KeyTwice { role: RoleName::Release, .. })
        ),
        case!(
            "17 keys in a role",
            with(|root| root.release = role(2, &(20..37).collect::<Vec<_>>())),
            root!(R::TooManyKeys { keys: 17, .. })
        ),
        case!(
            "a root key that expires",
            with(|root| root.root.keys[0].expires = Some(day(1))),
            root!(R::RootKeyExpires)
        ),
        case!(
            "a key of small order in a root",
            replaced(&text, "\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\""),
            root!(R::Key { role: RoleName::Release, index: 1, fault: KeyFault::SmallOrder })
        ),
        case!(
            "a key of 31 bytes in a root",
            replaced(&text, "\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==\""),
            root!(R::Key { fault: KeyFault::Form, .. })
        ),
        case!(
            "a least sequence beyond 2^53",
            with(|root| {
                root.minimum.insert("my-check".parse().unwrap(), (1 << 53) + 1);
            }),
            root!(R::Minimum { .. })
        ),
        case!(
            "two least sequences of one plugin",
            replaced(
                "\"minimum\":[]",
                "\"minimum\":[{\"plugin\":\"a\",\"sequence\":1},{\"plugin\":\"a\",\"sequence\":2}]"
            ),
            root!(R::MinimumTwice(_))
        ),
        case!("a ceiling that is no name", replaced("[\"files\"", "[\"../files\""), root!(R::Ceiling(_))),
        case!(
            "a ceiling with a capability of a later dbg",
            replaced("[\"files\"", "[\"telepathy\",\"files\""),
            Outcome::Passed
        ),
        case!(
            "513 revoked keys and digests",
            with(|root| root.revoked.digests =
                (0..513_u32).map(|n| crate::component::digest(&n.to_le_bytes())).collect()),
            root!(R::TooManyRevoked(513))
        ),
        case!("a vendor with a slash", replaced("\"acme\"", "\"ac/me\""), root!(R::Json(J::Form { .. }))),
    ]
}

#[test]
fn hostile_roots_are_refused_each_by_its_name() {
    judge(documents(), 20);
}

fn chains() -> Vec<Case> {
    use ChainFault as C;
    let (first, second) = (root(), second());
    let third = Root { version: 3, issued: day(-30), ..second.clone() };
    let text = String::from_utf8(chain(&[(&first, &[1, 2])])).unwrap();
    let many = vec![(&first, [1, 2].as_slice()); 300];
    let mut flipped = chain(&[(&first, &[1, 2])]);
    // A digit of the last signature.
    let at = flipped.len() - 30;
    flipped[at] = if flipped[at] == b'A' { b'B' } else { b'A' };
    let foreign = Root { vendor: "globex".parse().unwrap(), ..second.clone() };
    let backdated = Root { issued: day(-51), ..second.clone() };
    vec![
        case!(
            "a rotation by the keys before and after",
            read(chain(&[(&first, &[1, 2]), (&second, &[1, 2, 4, 5])])),
            Outcome::Passed
        ),
        case!(
            "a rotation by one key that is in both and one more of each",
            read(chain(&[(&first, &[1, 2]), (&second, &[3, 1, 4])])),
            Outcome::Passed
        ),
        case!(
            "a first version below its threshold",
            read(chain(&[(&first, &[1])])),
            Outcome::Root(C::Own { version: 1, .. })
        ),
        case!(
            "a first version by strangers",
            read(chain(&[(&first, &[8, 9])])),
            Outcome::Root(C::Own { version: 1, .. })
        ),
        case!(
            "a first version by release keys",
            read(chain(&[(&first, &[11, 12])])),
            Outcome::Root(C::Own { version: 1, .. })
        ),
        case!(
            "a rotation by the new keys alone",
            read(chain(&[(&first, &[1, 2]), (&second, &[4, 5])])),
            Outcome::Root(C::Before { version: 2, .. })
        ),
        case!(
            "a rotation by the old keys alone",
            read(chain(&[(&first, &[1, 2]), (&second, &[1, 2])])),
            Outcome::Root(C::Own { version: 2, .. })
        ),
        case!(
            "a rotation by one old key of two",
            read(chain(&[(&first, &[1, 2]), (&second, &[1, 4, 5])])),
            Outcome::Root(C::Before { version: 2, .. })
        ),
        case!(
            "a chain that skips a version",
            read(chain(&[(&first, &[1, 2]), (&third, &[1, 2, 4, 5])])),
            Outcome::Root(C::Version { expected: 2, found: 3 })
        ),
        case!(
            "a chain that starts at version 2",
            read(chain(&[(&second, &[4, 5])])),
            Outcome::Root(C::Version { expected: 1, found: 2 })
        ),
        case!(
            "a version twice",
            read(chain(&[(&first, &[1, 2]), (&first, &[1, 2])])),
            Outcome::Root(C::Version { expected: 2, found: 1 })
        ),
        case!(
            "a chain in the wrong order",
            read(chain(&[(&second, &[1, 2, 4, 5]), (&first, &[1, 2])])),
            Outcome::Root(C::Version { .. })
        ),
        case!(
            "a chain that becomes another vendor's",
            read(chain(&[(&first, &[1, 2]), (&foreign, &[1, 2, 4, 5])])),
            Outcome::Root(C::Vendor { version: 2, .. })
        ),
        case!(
            "a version issued before the one it follows",
            read(chain(&[(&first, &[1, 2]), (&backdated, &[1, 2, 4, 5])])),
            Outcome::Root(C::Backdated { version: 2, .. })
        ),
        case!("300 versions", read(chain(&many)), Outcome::Root(C::TooMany(300))),
        case!("no version", read("{\"versions\":[]}"), Outcome::Root(C::Empty)),
        case!(
            "a statement where a root belongs",
            read(text.replace("vnd.dbg.root.v1", "vnd.in-toto")),
            Outcome::Root(C::Envelope { fault: EnvelopeFault::Type { .. }, .. })
        ),
        case!(
            "a list among the versions",
            {
                let list = String::from_utf8(sealed(
                    PayloadType::Revocations,
                    revocations(1, Revoked::default()).to_json(),
                    &[1, 2],
                ))
                .unwrap();
                read(format!("{{\"versions\":[{list}]}}"))
            },
            Outcome::Root(C::Envelope { fault: EnvelopeFault::Type { .. }, .. })
        ),
        case!(
            "a root with 80,000 signatures",
            read(format!(
                "{{\"versions\":[{{\"payloadType\":\"application/vnd.dbg.root.v1+json\",\"payload\":\"\",\"signatures\":[{}]}}]}}",
                vec!["{\"sig\":\"\"}"; 80_000].join(",")
            )),
            Outcome::Root(C::Envelope { version: 1, fault: EnvelopeFault::TooMany { count: 80_000 } })
        ),
        case!(
            "a flipped byte in a root's signature",
            read(flipped),
            Outcome::Root(C::Own { version: 1, .. } | C::Envelope { .. })
        ),
        case!(
            "an unknown field beside the versions",
            read(text.replace("{\"versions\"", "{\"x\":1,\"versions\"")),
            Outcome::Root(C::Json(JsonFault::UnknownField { .. }))
        ),
        case!("a file of roots of 2 MiB", read(" ".repeat(2 << 20)), Outcome::Root(C::Json(JsonFault::TooLong { .. }))),
    ]
}

#[test]
fn hostile_chains_are_refused_each_by_its_name() {
    judge(chains(), 22);
}
