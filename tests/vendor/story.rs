//! From nothing to a signed plugin that two people on two machines vouch for, and a third machine that trusts them.

use std::process::Command;

use dbg_tests::signing::with_passphrase;
use dbg_tests::{Context, Guest, exit, tool};

use crate::bytes;

/// Carries a file from one machine to the other, as a stick does.
fn carry(name: &str, from: &Context, to: &Context) {
    to.home.write(name, bytes(&from.home.path().join(name)));
}

#[test]
fn two_people_make_a_root_and_sign_a_plugin_and_a_third_machine_trusts_them() {
    let (ann, bob, officer) = (Context::new(), Context::new(), Context::new());
    for (machine, key) in [(&ann, "ann"), (&bob, "bob")] {
        with_passphrase(machine.dbg(["key", "new", key])).run().exits(exit::PASS);
    }
    carry("bob.pub", &bob, &ann);
    let line =
        "trust root new --vendor acme --key ann.pub --key bob.pub --threshold 2 --ceiling sockets --sign ann.key";
    let made = with_passphrase(ann.type_in(line)).run();
    made.exits(exit::PASS).warns("missing").warns("dbg trust root sign acme.root.json");
    let fingerprint = made.stdout().trim().to_owned();

    // Half a root is nobody's.
    carry("acme.root.json", &ann, &officer);
    let add = format!("trust add acme.root.json --fingerprint {fingerprint}");
    officer.type_in(&add).run().exits(exit::USAGE).warns("2 good signatures are needed, and it has 1");

    carry("acme.root.json", &ann, &bob);
    let signed = with_passphrase(bob.type_in("trust root sign acme.root.json --key bob.key --yes")).run();
    signed.exits(exit::PASS).warns(&fingerprint).warns("sockets").warns("complete      yes");
    let again = with_passphrase(bob.type_in("trust root sign acme.root.json --key bob.key --yes")).run();
    again.exits(exit::USAGE).warns("has signed it already");
    carry("acme.root.json", &bob, &officer);
    carry("acme.root.json", &bob, &ann);

    officer.type_in("trust add acme.root.json").run().exits(exit::USAGE).warns(&fingerprint).warns("by another way");
    let wrong = format!("trust add acme.root.json --fingerprint sha256:{}", "0".repeat(64));
    officer.type_in(&wrong).run().exits(exit::USAGE).warns(&fingerprint);
    let nobody = officer.type_in("trust list -o json").run().json();
    assert_eq!(nobody, serde_json::json!({"vendors": [], "problems": []}));
    officer.type_in(&add).run().exits(exit::PASS).warns("`acme` is trusted now");
    officer.type_in(&add).run().exits(exit::PASS).warns("already");
    let list = officer.type_in("trust list -o json").run().json();
    let vendor = &list["vendors"][0];
    assert_eq!(vendor["fingerprint"], fingerprint.as_str());
    assert_eq!(vendor["root"]["vendor"], "acme");
    assert_eq!(vendor["root"]["release"]["threshold"], 2);
    assert_eq!(vendor["ceiling"], serde_json::json!(["sockets"]));
    assert_eq!(vendor["origin"]["kind"], "own");
    assert_eq!((&vendor["allowed"], &vendor["revocations"]), (&true.into(), &serde_json::Value::Null));
    officer.type_in("trust list").run().exits(exit::PASS).says(&fingerprint).says("2 of 2 must sign plugins");

    // The plugin: one signs it, the other sees it and signs the same.
    let built = Guest::named("every-report").bytes();
    let file = ann.home.write("every-report.wasm", &built);
    ann.home.mode(&file, 0o640);
    let line = "plugin sign every-report.wasm --key ann.key --root acme.root.json --yes --expires 90d";
    let first = with_passphrase(ann.type_in(line)).run();
    first.exits(exit::PASS).warns("acme/every-report 0.1.0").warns("sockets").warns("waits for a datagram");
    first.warns("100000 (made of the version)").warns("1 of the 2 needed signed it");
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&file.metadata().expect("it is there").permissions()) & 0o777,
        0o640
    );
    carry("every-report.wasm", &ann, &bob);
    let line = "plugin sign every-report.wasm --key bob.key --root acme.root.json --yes";
    let second = with_passphrase(bob.type_in(line)).run();
    second.exits(exit::PASS).warns("signed by").warns("complete: 2 of the 2 needed");
    let signed = bytes(&bob.home.path().join("every-report.wasm"));
    assert!(signed.starts_with(&built), "what was built is still there, byte for byte");

    verify_with_openssl(&bob, "every-report.wasm", "ann.pub", &ann);
}

/// The lines of docs/security.md for other tools, with the first signer's key.
fn verify_with_openssl(machine: &Context, file: &str, key: &str, keys: &Context) {
    if tool("openssl", "openssl").is_none() || tool("python3", "python3").is_none() {
        return;
    }
    let page = include_str!("../../docs/security.md");
    let script =
        page.split("```sh\n").nth(1).and_then(|rest| rest.split("```").next()).expect("the page has the lines");
    carry(key, keys, machine);
    let script = script.replace("my-check.wasm", file).replace("acme-release.pub.pem", key);
    let output = Command::new("sh").args(["-ec", &script]).current_dir(machine.home.path()).output().expect("a shell");
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("acme/every-report"), "{output:?}");
}
