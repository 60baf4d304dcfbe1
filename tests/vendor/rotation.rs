//! Keys change hands: `dbg trust root next`, `dbg trust rotate`.

use dbg_tests::signing::{Vendor, with_passphrase};
use dbg_tests::{Context, exit};

use crate::bytes;

#[test]
fn a_root_key_is_replaced_and_those_who_trust_follow_when_old_and_new_have_signed() {
    let vendor = Vendor::with_keys("acme", &["a", "b"], 2);
    let officer = Context::new();
    vendor.is_trusted_in(&officer);
    with_passphrase(vendor.machine.type_in("key new c")).run().exits(exit::PASS);
    let carry = || officer.home.write("next.json", bytes(&vendor.root()));

    let line = "trust root next acme.root.json --remove-key b.pub --add-key c.pub --remove-release-key b.pub \
                --add-release-key c.pub=1y --minimum every-kind=7 --sign a.key";
    vendor.type_in(line).run().exits(exit::PASS).warns("missing").warns("every-kind from sequence 7");
    carry();
    officer.type_in("trust rotate next.json").run().exits(exit::USAGE).warns("not signed by the keys before it");
    // One of the keys before and one of its own are missing, and neither stands in for the other.
    vendor
        .type_in("trust root sign acme.root.json --key c.key --yes")
        .run()
        .exits(exit::PASS)
        .warns("the keys before it");
    carry();
    officer.type_in("trust rotate next.json").run().exits(exit::USAGE).warns("not signed by the keys before it");
    vendor
        .type_in("trust root sign acme.root.json --key b.key --yes")
        .run()
        .exits(exit::PASS)
        .warns("complete      yes");
    carry();
    officer.type_in("trust rotate next.json").run().exits(exit::PASS).warns("it was version 1");
    officer.type_in("trust rotate next.json").run().exits(exit::PASS).warns("already");

    let list = officer.type_in("trust list -o json").run().json();
    let listed = &list["vendors"][0];
    assert_eq!(listed["fingerprint"], vendor.fingerprint(), "it stays when keys are rotated");
    assert_eq!((&listed["root"]["version"], &listed["root"]["minimum"][0]["sequence"]), (&2.into(), &7.into()));
    // The first version alone would bring the old keys back.
    officer.type_in("trust rotate acme.root.json").run().exits(exit::USAGE).warns("older");
    let add = officer.dbg(["trust", "add", "acme.root.json", "--fingerprint", vendor.fingerprint()]).run();
    add.exits(exit::USAGE).warns("older");
}

#[test]
fn a_next_version_that_makes_no_sense_changes_nothing() {
    let vendor = Vendor::new("acme");
    let before = bytes(&vendor.root());
    with_passphrase(vendor.machine.type_in("key new b")).run().exits(exit::PASS);
    for (words, said) in [
        ("--sign a.key", "nothing is different"),
        ("--add-key a.pub --sign a.key", "twice"),
        ("--remove-key b.pub --sign a.key", "none of the root keys"),
        ("--remove-release-key b.pub --sign a.key", "none of the release keys"),
        ("--remove-key a.pub --sign a.key", "needs 1 of 0"),
        ("--threshold 2 --sign a.key", "needs 2 of 1"),
        ("--revoke sha256:12 --sign a.key", "no digest"),
        ("--revoke-key sha256:12 --sign a.key", "no digest"),
        ("--minimum every-kind --sign a.key", "PLUGIN=N"),
        ("--ceiling none --sign b.key", "none that signs this root"),
        ("--ceiling none --sign a.key -o a.pub", "nothing is overwritten"),
        ("--key b.pub --add-key b.pub --sign a.key", "--add-key"),
    ] {
        vendor
            .type_in(&format!("trust root next acme.root.json {words}"))
            .run()
            .exits(exit::USAGE)
            .is_silent()
            .warns(said);
        assert_eq!(bytes(&vendor.root()), before, "{words}");
    }
    // On what is incomplete nothing is built.
    vendor.type_in("trust root next acme.root.json --add-key b.pub --threshold 2 --sign a.key").run().exits(exit::PASS);
    let half = bytes(&vendor.root());
    let next = vendor.type_in("trust root next acme.root.json --ceiling none --sign a.key").run();
    next.exits(exit::USAGE).warns("still lacks signatures").warns("dbg trust root sign");
    assert_eq!(bytes(&vendor.root()), half);
}

#[test]
fn another_root_under_a_trusted_name_is_refused() {
    let (vendor, thief) = (Vendor::new("acme"), Vendor::new("acme"));
    let officer = Context::new();
    vendor.is_trusted_in(&officer);
    officer.home.write("thief.json", bytes(&thief.root()));
    officer.type_in("trust rotate thief.json").run().exits(exit::USAGE).warns("another root");
    let add = officer.dbg(["trust", "add", "thief.json", "--fingerprint", thief.fingerprint()]).run();
    add.exits(exit::USAGE).warns("another root").warns("dbg trust remove acme");
    let list = officer.type_in("trust list -o json").run().json();
    assert_eq!(list["vendors"][0]["fingerprint"], vendor.fingerprint());
}
