//! `dbg trust root …`: what is refused, and what a root says of itself.

use dbg_tests::exit;
use dbg_tests::signing::{Vendor, with_passphrase};

use crate::{bytes, listed};

#[test]
fn what_makes_no_root_leaves_nothing() {
    let vendor = Vendor::new("acme");
    with_passphrase(vendor.machine.type_in("key new b")).run().exits(exit::PASS);
    let before = listed(&vendor.machine);
    for (line, said) in [
        ("--vendor Globex --key a.pub --sign a.key", "no name"),
        ("--vendor globex --key a.pub --key b.pub", "nobody signs it"),
        ("--vendor globex --key a.pub --key a.pub --sign a.key", "twice"),
        ("--vendor globex --key a.pub --threshold 2 --sign a.key", "needs 2 of 1"),
        ("--vendor globex --key a.pub --threshold 0 --sign a.key", "needs 0 of 1"),
        ("--vendor globex --key a.pub --sign b.key", "none that signs this root"),
        ("--vendor globex --key a.pub --sign a.pub", "cannot sign"),
        ("--vendor globex --key a.pub --ceiling file --sign a.key", "no capability `file`"),
        ("--vendor globex --key a.pub --release-key b.pub=soon --sign a.key", "no time to come"),
        ("--vendor globex --key a.pub --release-key b.pub --release-threshold 2 --sign a.key", "role `release`"),
        ("--vendor globex --key none.pub --sign a.key", "no file `none.pub`"),
        ("--vendor globex --key acme.root.json --sign a.key", "no private key"),
    ] {
        let output = vendor.type_in(&format!("trust root new {line} -o g.json")).run();
        output.exits(exit::USAGE).is_silent().warns(said);
        assert_eq!(listed(&vendor.machine), before, "{line}");
    }
    let taken = vendor.type_in("trust root new --vendor acme --key a.pub --sign a.key").run();
    taken.exits(exit::USAGE).is_silent().warns("nothing is overwritten");
    let alone = vendor.machine.type_in("trust root new --vendor globex --key a.pub --sign a.key").run();
    alone.exits(exit::USAGE).is_silent().warns("--passphrase @FILE");
}

#[test]
fn unless_it_is_said_more_than_half_of_the_keys_must_sign() {
    let vendor = Vendor::new("acme");
    for key in ["b", "c"] {
        with_passphrase(vendor.machine.dbg(["key", "new", key])).run().exits(exit::PASS);
    }
    let line =
        "trust root new --vendor globex --key a.pub --key b.pub --key c.pub --release-key c.pub=90d --sign a.key";
    vendor.type_in(line).run().exits(exit::PASS).warns("no `--ceiling` was given");
    let shown = vendor.machine.type_in("trust root show globex.root.json -o json").run().json();
    assert_eq!(shown["complete"], false);
    let version = &shown["versions"][0];
    assert_eq!((&version["root"]["threshold"], &version["release"]["threshold"]), (&2.into(), &1.into()));
    assert_eq!((&version["own"]["missing"], &version["own"]["open"].as_array().map(Vec::len)), (&1.into(), &Some(2)));
    assert!(version["release"]["keys"][0]["expires"].is_string(), "{version}");
    assert_eq!(version["before"], serde_json::Value::Null);
    let text = vendor.machine.type_in("trust root show globex.root.json").run();
    text.exits(exit::PASS).says("as this file says of itself").says("1 more of");
}

#[test]
fn what_is_no_root_can_be_neither_shown_nor_signed_nor_trusted() {
    let vendor = Vendor::new("acme");
    let machine = &vendor.machine;
    let good = String::from_utf8(bytes(&vendor.root())).expect("it is JSON");
    machine.home.write("empty.json", "{\"versions\":[]}");
    machine.home.write("cut.json", &good[..good.len() / 2]);
    machine.home.write("more.json", format!("{good} ") + "x");
    machine.home.write("long.json", " ".repeat(2 << 20));
    let fingerprint = vendor.fingerprint();
    for file in ["empty.json", "cut.json", "more.json", "long.json", "a.pub", "none.json", "."] {
        for line in [
            format!("trust root show {file}"),
            format!("trust root sign {file} --key a.key --yes --passphrase @none"),
            format!("trust root next {file} --sign a.key --ceiling none --passphrase @none"),
            format!("trust add {file} --fingerprint {fingerprint}"),
            format!("trust add {file}"),
            format!("trust rotate {file}"),
        ] {
            machine.type_in(&line).run().exits(exit::USAGE).is_silent();
        }
    }
    machine.type_in("trust list").run().exits(exit::PASS).is_silent().warns("nobody is trusted");
}
