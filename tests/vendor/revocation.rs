//! `dbg trust revocations …`: what a vendor takes back.

use dbg_tests::signing::{Vendor, with_passphrase};
use dbg_tests::{Context, exit};

use crate::bytes;

const DIGEST: &str = "sha256:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

#[test]
fn a_list_takes_back_and_the_next_one_keeps_what_it_took() {
    let vendor = Vendor::with_keys("acme", &["a", "b"], 2);
    let officer = Context::new();
    vendor.is_trusted_in(&officer);
    let path = vendor.machine.home.path().join("acme.revocations.json");
    let carry = |name: &str| officer.home.write(name, bytes(&path));

    let new = format!("trust revocations new --vendor acme --key a.key --revoke {DIGEST}");
    vendor.type_in(&new).run().exits(exit::PASS).warns(DIGEST);
    carry("1.json");
    let half = officer.type_in("trust revocations add 1.json").run();
    half.exits(exit::USAGE).warns("2 good signatures are needed, and it has 1");
    let line = "trust revocations sign acme.revocations.json --key b.key --yes --root acme.root.json";
    vendor.type_in(line).run().exits(exit::PASS).warns("complete: 2 of the 2 needed");
    vendor.type_in(line).run().exits(exit::USAGE).warns("has signed it already");
    carry("1.json");
    officer.type_in("trust revocations add 1.json").run().exits(exit::PASS).warns("list 1 of `acme` counts");
    officer.type_in("trust revocations add 1.json").run().exits(exit::PASS).warns("already");
    officer.type_in("trust list").run().exits(exit::PASS).says("list 1, 0 days old").says("1 revoked");

    let next = "trust revocations new --after acme.revocations.json --root acme.root.json --key a.key --key b.key \
                --revoke-key b.pub --next 2099-01-01 -o acme.revocations.json";
    vendor.type_in(next).run().exits(exit::PASS).warns(DIGEST).warns("the key sha256:");
    carry("2.json");
    officer.type_in("trust revocations add 2.json").run().exits(exit::PASS);
    officer.type_in("trust revocations add 1.json").run().exits(exit::USAGE).warns("older");
    let list = officer.type_in("trust list -o json").run().json();
    let listed = &list["vendors"][0]["revocations"];
    assert_eq!((&listed["version"], &listed["stale"], &listed["days"]), (&2.into(), &false.into(), &0.into()));
    assert_eq!(listed["next"], "2099-01-01T00:00:00Z");
    assert_eq!(listed["revoked"]["digests"], serde_json::json!([DIGEST]));

    let shown = officer.type_in("trust revocations show 2.json -o json").run().json();
    assert_eq!((&shown["progress"]["missing"], &shown["signers"].as_array().map(Vec::len)), (&0.into(), &Some(2)));
    officer.type_in("trust revocations show 2.json").run().exits(exit::PASS).says("complete: 2 of the 2 needed");
}

#[test]
fn what_makes_no_list_leaves_nothing_and_changes_nothing() {
    let vendor = Vendor::new("acme");
    let machine = &vendor.machine;
    with_passphrase(machine.type_in("key new stranger")).run().exits(exit::PASS);
    vendor.type_in("trust revocations new --vendor acme --key a.key").run().exits(exit::PASS);
    let path = machine.home.path().join("acme.revocations.json");
    let before = (bytes(&path), crate::listed(machine));
    for (line, said) in [
        ("new --vendor acme --key a.key", "nothing is overwritten"),
        ("new --key a.key -o g.json", "--vendor NAME"),
        ("new --vendor globex --after acme.revocations.json --key a.key -o g.json", "`globex`"),
        ("new --vendor globex --root acme.root.json --key a.key -o g.json", "`acme`"),
        ("new --root acme.root.json --key stranger.key -o g.json", "none of the root keys"),
        ("new --vendor acme --key a.key --next 0d -o g.json", "is over"),
        ("new --vendor acme --key a.key --number 0 -o g.json", "version is 0"),
        ("new --vendor acme --key a.key --revoke sha256:1 -o g.json", "no digest"),
        ("new --vendor acme --key a.key --after a.pub -o g.json", "no list of revocations"),
        ("sign acme.revocations.json --key stranger.key", "--yes"),
        ("sign acme.revocations.json --key stranger.key --yes --root acme.root.json", "none of the root keys"),
        // A root is no list, whoever signed it.
        ("sign acme.root.json --key a.key --yes", "no list of revocations"),
    ] {
        vendor.type_in(&format!("trust revocations {line}")).run().exits(exit::USAGE).is_silent().warns(said);
        assert_eq!((bytes(&path), crate::listed(machine)), before, "{line}");
    }
    machine.type_in("trust revocations show acme.root.json").run().exits(exit::USAGE).is_silent();
    // Its vendor is not trusted here.
    machine
        .type_in("trust revocations add acme.revocations.json")
        .run()
        .exits(exit::USAGE)
        .warns("is not trusted here");
    machine.type_in("trust revocations show acme.revocations.json").run().exits(exit::PASS).says("not known: `--root");
}
