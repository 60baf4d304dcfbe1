//! `dbg plugin sign`: what is refused, and that a refusal changes nothing.

use dbg_tests::signing::{Vendor, with_passphrase};
use dbg_tests::{Guest, exit};

use crate::{bytes, listed};

#[test]
fn what_cannot_be_signed_is_refused_and_left_as_it_was() {
    let vendor = Vendor::new("acme");
    let machine = &vendor.machine;
    let built = Guest::named("every-report").bytes();
    let file = machine.home.write("p.wasm", &built);
    machine.home.write("core.wasm", b"\0asm\x01\0\0\0");
    machine.home.write("text.wasm", "hello");
    machine.home.write("cut.wasm", &built[..built.len() - 9]);
    with_passphrase(machine.type_in("key new stranger")).run().exits(exit::PASS);
    let ceiling = "trust root new --vendor globex --key a.pub --ceiling files --sign a.key";
    vendor.type_in(ceiling).run().exits(exit::PASS);
    let before = listed(machine);
    for (line, said) in [
        // Nobody was asked, and nobody said yes.
        ("p.wasm --key a.key --vendor acme", "--yes"),
        ("p.wasm --key a.key --yes", "--vendor"),
        ("p.wasm --key a.key --yes --vendor Acme", "no name"),
        ("p.wasm --key a.pub --yes --vendor acme", "cannot sign"),
        ("p.wasm --key none.key --yes --vendor acme", "no file `none.key`"),
        ("p.wasm --key a.key --yes --vendor acme --expires 1d2h", "no time to come"),
        ("p.wasm --key a.key --yes --vendor acme --expires 2020-01-01", "is over"),
        ("p.wasm --key a.key --yes --vendor acme --sequence 0", "sequence is 0"),
        ("p.wasm --key a.key --yes --vendor acme --sequence 9007199254740993", "9007199254740993"),
        ("p.wasm --key a.key --key a.key --yes --vendor acme", "has signed it already"),
        ("p.wasm --key stranger.key --yes --root acme.root.json", "none that signs plugins"),
        ("p.wasm --key a.key --yes --vendor globex --root acme.root.json", "`globex`"),
        ("p.wasm --key a.key --yes --root globex.root.json", "beyond the ceiling"),
        ("p.wasm --key a.key --yes --root p.wasm", "no complete root"),
        ("p.wasm --key a.key --yes --vendor acme -o a.pub", "nothing is overwritten"),
        ("core.wasm --key a.key --yes --vendor acme", "cannot be signed"),
        ("text.wasm --key a.key --yes --vendor acme", "cannot be signed"),
        ("cut.wasm --key a.key --yes --vendor acme", "cannot be signed"),
        ("none.wasm --key a.key --yes --vendor acme", "no file `none.wasm`"),
    ] {
        vendor.type_in(&format!("plugin sign {line}")).run().exits(exit::USAGE).is_silent().warns(said);
        assert_eq!(bytes(&file), built, "{line}");
        assert_eq!(listed(machine), before, "{line}");
    }
    let shown = machine.type_in("plugin show p.wasm -o json").run().json();
    let digest = shown["digest"].as_str().expect("a digest").to_owned();
    let next = format!("trust root next acme.root.json --revoke {digest} --sign a.key -o next.json");
    vendor.type_in(&next).run().exits(exit::PASS);
    let revoked = vendor.type_in("plugin sign p.wasm --key a.key --yes --root next.json").run();
    revoked.exits(exit::USAGE).is_silent().warns("is revoked");
    let least = "trust root next acme.root.json --minimum every-report=200000 --sign a.key -o least.json";
    vendor.type_in(least).run().exits(exit::PASS);
    let below = vendor.type_in("plugin sign p.wasm --key a.key --yes --root least.json").run();
    below.exits(exit::USAGE).is_silent().warns("below the least that counts, 200000");
    let missing = machine.type_in("plugin sign p.wasm --key a.key --yes --vendor acme").run();
    missing.exits(exit::USAGE).is_silent().warns("--passphrase @FILE");
    machine.home.write("wrong", "another one\n");
    let wrong = machine.type_in("plugin sign p.wasm --key a.key --yes --vendor acme --passphrase @wrong").run();
    wrong.exits(exit::USAGE).is_silent().warns("a.key");
    assert_eq!(bytes(&file), built);
}

#[test]
fn a_further_signature_is_over_the_same_statement_or_refused() {
    let vendor = Vendor::with_keys("acme", &["a", "b"], 2);
    let machine = &vendor.machine;
    let file = machine.home.write("p.wasm", Guest::named("every-kind").bytes());
    vendor.type_in("plugin sign p.wasm --key a.key --yes --vendor acme --sequence 7").run().exits(exit::PASS);
    let once = bytes(&file);
    // The statement of one component behind another.
    let built = Guest::named("every-kind").bytes();
    let mut other = Guest::named("every-report").bytes();
    other.extend(&once[built.len()..]);
    machine.home.write("other.wasm", other);
    let mut twice = once.clone();
    twice.extend(&once[built.len()..]);
    machine.home.write("twice.wasm", twice);
    for (line, said) in [
        ("p.wasm --key a.key --yes", "has signed it already"),
        ("p.wasm --key b.key --yes --sequence 8", "signed already"),
        ("p.wasm --key b.key --yes --expires 1y", "signed already"),
        ("p.wasm --key b.key --yes --vendor globex", "`acme`"),
        ("other.wasm --key b.key --yes", "not about this component"),
        ("twice.wasm --key b.key --yes", "second section"),
    ] {
        vendor.type_in(&format!("plugin sign {line}")).run().exits(exit::USAGE).is_silent().warns(said);
        assert_eq!(bytes(&file), once, "{line}");
    }
    let further = vendor.type_in("plugin sign p.wasm --key b.key --yes -o both.wasm").run();
    further.exits(exit::PASS).warns("sequence      7");
    assert_eq!(bytes(&file), once, "the other file was written");
    assert!(bytes(&machine.home.path().join("both.wasm")).len() > once.len());
}

#[test]
fn where_the_vendor_is_trusted_the_key_tells_whose_plugin_it_is() {
    let vendor = Vendor::new("acme");
    vendor.is_trusted_in(&vendor.machine);
    vendor.machine.home.write("p.wasm", Guest::named("every-kind").bytes());
    let signed = vendor.type_in("plugin sign p.wasm --key a.key --yes").run();
    signed.exits(exit::PASS).warns("acme/every-kind").warns("complete: 1 of the 1 needed");
    // A name that a stranger could be taken for is only warned of here: the root may be older than the vendor's newest.
    with_passphrase(vendor.machine.type_in("key new new")).run().exits(exit::PASS);
    vendor.machine.home.write("q.wasm", Guest::named("every-kind").bytes());
    let other = vendor.type_in("plugin sign q.wasm --key new.key --yes --vendor acme").run();
    other.exits(exit::PASS).warns("warning").warns("none that signs plugins").warns("0 of the 1 needed");
}
