//! `dbg trust list` and `remove`: what does not count is told, and what is gone is gone.

use dbg_tests::signing::Vendor;
use dbg_tests::{Context, exit};

use crate::bytes;

#[test]
fn a_vendor_that_is_removed_is_trusted_no_more_and_nothing_older_comes_back() {
    let vendor = Vendor::new("acme");
    let officer = Context::new();
    officer.type_in("trust remove acme").run().exits(exit::USAGE).warns("not trusted here");
    assert!(!officer.home.path().join("config").exists(), "looking creates nothing");
    vendor.is_trusted_in(&officer);
    vendor.type_in("trust root next acme.root.json --ceiling none --sign a.key").run().exits(exit::PASS);
    officer.home.write("next.json", bytes(&vendor.root()));
    officer.type_in("trust rotate next.json").run().exits(exit::PASS).warns("can only compute");

    officer.type_in("trust remove acme").run().exits(exit::PASS).warns("not trusted any more");
    officer.type_in("trust list").run().exits(exit::PASS).is_silent().warns("nobody is trusted");
    officer.type_in("trust remove acme").run().exits(exit::USAGE).warns("not trusted here");
    officer.type_in("trust remove ../acme").run().exits(exit::USAGE).warns("no name");
    officer.type_in("trust rotate next.json").run().exits(exit::USAGE).warns("not trusted here");
    let old = officer.dbg(["trust", "add", "acme.root.json", "--fingerprint", vendor.fingerprint()]).run();
    old.exits(exit::USAGE).warns("older");
    let new = officer.dbg(["trust", "add", "next.json", "--fingerprint", vendor.fingerprint()]).run();
    new.exits(exit::PASS).warns("trusted now");
}

#[test]
fn what_does_not_count_is_told_with_its_reason() {
    let vendor = Vendor::new("acme");
    let officer = Context::new();
    vendor.is_trusted_in(&officer);
    let folder = officer.home.path().join("config/dbg/trust.d");
    officer.home.write("config/dbg/trust.d/globex.root.json", bytes(&vendor.root()));
    officer.home.mode(&folder.join("globex.root.json"), 0o600);
    let list = officer.type_in("trust list").run();
    list.exits(exit::PASS).says("acme").warns("globex.root.json").warns("another vendor");
    let json = officer.type_in("trust list -o json").run().json();
    assert_eq!(json["problems"].as_array().map(Vec::len), Some(1), "{json}");

    officer.home.mode(&folder.join("acme.root.json"), 0o666);
    let open = officer.type_in("trust list -o json").run().json();
    assert_eq!(open["vendors"].as_array().map(Vec::len), Some(0), "{open}");
    assert!(open["problems"].to_string().contains("can be written by others"), "{open}");
    officer.home.mode(&folder, 0o777);
    officer.type_in("trust list").run().exits(exit::ERROR).is_silent().warns("can be written by others");
    officer.home.mode(&folder, 0o700);
}

#[test]
fn a_policy_that_leaves_a_vendor_out_is_told_in_the_list() {
    let vendor = Vendor::new("acme");
    let officer = Context::new();
    vendor.is_trusted_in(&officer);
    let policy = officer.home.write("config/dbg/policy.toml", "[vendors]\nallow = [\"globex\"]\n");
    officer.home.mode(&policy, 0o600);
    officer.type_in("trust list").run().exits(exit::PASS).says("does not let it run");
    assert_eq!(officer.type_in("trust list -o json").run().json()["vendors"][0]["allowed"], false);
}
