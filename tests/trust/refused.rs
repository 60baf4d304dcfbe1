//! What is refused, each with its own error, and nothing added: neither by `add` nor run from its file.

use dbg_model::Capability;
use dbg_plugin::trust::{Ceiling, KeyId, PayloadType, Revocations, Revoked, Root, Statement, attach, split};
use dbg_tests::{Context, exit};

use crate::vendor::{ACME, GLOBEX, Plugin, Release, consenting, day, grant, key, optional, stored, trusting};

/// Both ways in refuse a file with this text and say how to go on; the store stays empty.
#[track_caller]
fn refuses(context: &Context, bytes: impl AsRef<[u8]>, text: &str) {
    let file = context.home.write("refused.wasm", bytes);
    let before = stored(context);
    for words in [&["plugin", "add", "--yes"][..], &["plugin", "add", "--yes", "--allow-unsigned"]] {
        context.dbg(words).arg(&file).run().exits(exit::USAGE).is_silent().warns(text).warns("hint: ");
    }
    for words in [&["run", "look", "--plugin"][..], &["run", "look", "--allow-unsigned", "--plugin"]] {
        context.dbg(words).arg(&file).run().exits(exit::USAGE).is_silent().warns(text).warns("hint: ");
    }
    assert_eq!(stored(context), before, "`{text}`: nothing is added");
}

fn good() -> Vec<u8> {
    ACME.sign(&Plugin::default(), Release::default())
}

fn bare() -> Vec<u8> {
    Plugin::default().bytes().to_vec()
}

/// A file whose envelope is this text.
fn with_envelope(text: impl AsRef<[u8]>) -> Vec<u8> {
    attach(&bare(), text.as_ref()).expect("an envelope")
}

fn envelope() -> String {
    let split = split(&good().into()).expect("a section");
    String::from_utf8(split.envelope.expect("an envelope").to_vec()).expect("JSON")
}

#[test]
fn a_changed_byte_anywhere() {
    let context = trusting();
    let (good, bare) = (good(), bare());
    let changed = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at] = byte;
        bytes
    };
    for at in [bare.len() / 2, bare.len() - 2] {
        refuses(&context, changed(at, good[at] ^ 1), "it was changed");
    }
    // Another character of base64: what is none would be refused before the signature is looked at.
    let signature = good.len() - 30;
    let other = if good[signature] == b'A' { b'B' } else { b'A' };
    refuses(&context, changed(signature, other), "its vendor did not sign it");
}

#[test]
fn a_section_that_is_not_in_its_only_form() {
    let context = trusting();
    let good = good();
    let twice = attach(&good, envelope().as_bytes()).expect("a second section");
    refuses(&context, twice, "a second section `dbg:signature`");
    refuses(&context, [&good[..], b"\0\x05\x04note"].concat(), "something follows its section");
    refuses(&context, [&good[..], b"x"].concat(), "something follows its section");
    let mut look_alike = good.clone();
    let at = good.windows(13).rposition(|window| window == b"dbg:signature").expect("the section");
    look_alike[at] = b'D';
    refuses(&context, look_alike, "only looks like `dbg:signature`");
}

#[test]
fn an_envelope_that_is_not_strict_json() {
    let context = trusting();
    let envelope = envelope();
    refuses(&context, with_envelope("{"), "its signature's envelope");
    refuses(&context, with_envelope(format!("{envelope}{envelope}")), "its signature's envelope");
    refuses(&context, with_envelope(envelope.replacen('{', "{\"more\":1,", 1)), "its signature's envelope");
    refuses(&context, with_envelope(envelope.replacen('{', "{\"payload\":\"\",", 1)), "its signature's envelope");
    refuses(&context, with_envelope("[".repeat(5000)), "its signature's envelope");
    let kind = PayloadType::Root.to_string();
    let as_root = envelope.replace(&PayloadType::Statement.to_string(), &kind);
    refuses(&context, with_envelope(as_root), "its signature's envelope");
}

#[test]
fn what_too_few_signed() {
    let context = trusting();
    let by = |signers| ACME.sign(&Plugin::default(), Release { signers, ..Release::default() });
    refuses(&context, by(&[11]), "its vendor did not sign it");
    refuses(&context, by(&[11, 99]), "its vendor did not sign it");
    refuses(&context, by(&[1, 2]), "its vendor did not sign it");
}

#[test]
fn another_vendor_s_keys_and_another_vendor_s_name() {
    let context = trusting();
    refuses(&context, GLOBEX.sign(&Plugin::default(), Release::default()), "it is `globex`'s, who is not trusted here");
    GLOBEX.trust(&context.home);
    // Globex's signatures under a statement that claims acme.
    let claim = Release { signers: &[111, 112], ..Release::default() };
    refuses(&context, ACME.sign(&Plugin::default(), claim), "its vendor did not sign it");
}

#[test]
fn a_stranger_is_named_with_the_way_to_trust_it() {
    let context = Context::new();
    let file = ACME.file(&context, &Plugin::default());
    let output = context.dbg(["plugin", "add"]).arg(file).run();
    output.exits(exit::USAGE).warns("`acme`").warns("dbg trust add acme.root.json --fingerprint …");
    assert!(stored(&context).is_empty());
}

#[test]
fn what_its_vendor_took_back_also_without_its_signature() {
    let context = trusting();
    let plugin = Plugin::default();
    ACME.put_list(&context.home, &ACME.list(1, &[plugin.digest()]));
    refuses(&context, good(), "`acme` revoked it");
    refuses(&context, bare(), "`acme` revoked it");
}

#[test]
fn what_a_revoked_key_signed() {
    let context = trusting();
    let keys = [key(11).public().id()].into_iter().collect::<std::collections::BTreeSet<KeyId>>();
    let revoked = Revoked { keys, ..Revoked::default() };
    let vendor = "acme".parse().expect("a name");
    let list = Revocations { vendor, version: 1, issued: day(-1), next: day(9), revoked };
    ACME.put_list(&context.home, &ACME.list_file(&list));
    refuses(&context, good(), "its vendor did not sign it");
}

#[test]
fn a_vendor_whose_list_is_damaged_is_out() {
    let context = trusting();
    ACME.put_list(&context.home, b"{}");
    refuses(&context, good(), "who is not trusted here");
}

#[test]
fn what_is_late_or_early() {
    let context = trusting();
    let sign = |issued, expires| ACME.sign(&Plugin::default(), Release { issued, expires, ..Release::default() });
    refuses(&context, sign(-60, -1), "it expired at ");
    refuses(&context, sign(3, 90), "it was signed at ");
}

#[test]
fn a_key_that_expired() {
    let context = Context::new();
    consenting(&context);
    let mut root = ACME.root();
    root.release.keys[0].expires = Some(day(-1));
    ACME.trust_by(&context.home, &ACME.root_file(&root));
    refuses(&context, good(), "its vendor did not sign it");
    context.dbg(["plugin", "add", "--yes"]).arg(context.home.write("x.wasm", bare())).run().exits(exit::USAGE);
}

#[test]
fn a_sequence_below_the_minimum_of_the_root() {
    let context = Context::new();
    consenting(&context);
    let mut root = ACME.root();
    root.minimum.insert("my-check".parse().expect("a name"), 5);
    ACME.trust_by(&context.home, &ACME.root_file(&root));
    refuses(&context, good(), "accepts 5 and later");
}

#[test]
fn an_older_release_and_another_build_of_the_same() {
    let context = trusting();
    let newer = Plugin { version: "1.1.0", ..Plugin::default() };
    let release = Release { sequence: 4, ..Release::default() };
    context.dbg(["plugin", "add", "--yes"]).arg(ACME.release(&context, &newer, release)).run().exits(exit::PASS);
    refuses(&context, good(), "number 4 was seen already, and this is 1");
    let other = Plugin { salt: "another build", ..newer };
    refuses(&context, ACME.sign(&other, release), "another one with the number 4 was seen already");
    // The floor outlives the plugin.
    context.type_in("plugin remove my-check").run().exits(exit::PASS);
    refuses(&context, good(), "number 4 was seen already, and this is 1");
}

#[test]
fn a_release_that_calls_itself_otherwise() {
    let context = trusting();
    let statement = Statement::parse(&payload(&Plugin { name: "other-check", ..Plugin::default() })).expect("one");
    assert_eq!(statement.plugin.as_str(), "other-check");
    // The statement and signatures of one plugin at the end of another.
    let other = ACME.sign(&Plugin { name: "other-check", ..Plugin::default() }, Release::default());
    let envelope = split(&other.into()).expect("a section").envelope.expect("an envelope");
    refuses(&context, with_envelope(envelope), "it was changed");
}

fn payload(plugin: &Plugin) -> Vec<u8> {
    let file = ACME.sign(plugin, Release::default());
    let envelope = split(&file.into()).expect("a section").envelope.expect("an envelope");
    dbg_plugin::trust::Envelope::parse(&envelope, PayloadType::Statement).expect("an envelope").payload().to_vec()
}

#[test]
fn what_cannot_do_without_more_than_its_vendor_s_ceiling() {
    let context = Context::new();
    consenting(&context);
    let root = Root { ceiling: Ceiling::new([Capability::Resolver]), ..ACME.root() };
    ACME.trust_by(&context.home, &ACME.root_file(&root));
    let wants = |grant: String| ACME.sign(&Plugin::wanting(&[grant]), Release::default());
    refuses(&context, wants(grant("files", &["/etc/hosts"])), "above its vendor's ceiling");
    // What it can do without is withheld, and the report names the ceiling.
    let file = context.home.write("fine.wasm", wants(optional("files", &["/etc/hosts"])));
    let output = context.dbg(["plugin", "add", "--yes"]).arg(file).run();
    output.exits(exit::PASS).warns("it does not get it: above its vendor's ceiling");
    let withheld = context.type_in("run -o json look").run().json()["results"][0]["withheld"].to_string();
    assert!(withheld.contains("files: above its vendor's ceiling"), "{withheld}");
    let output = context.type_in("plugin grant my-check --give files --yes").run();
    output.exits(exit::USAGE).warns("above its vendor's ceiling");
}

#[test]
fn the_names_of_stock_checks() {
    let context = trusting();
    let name = |name, check| ACME.sign(&Plugin { name, check, ..Plugin::default() }, Release::default());
    for bytes in [name("dns-check", "look"), name("my-check", "tcp-reach")] {
        let file = context.home.write("stock.wasm", bytes);
        let output = context.dbg(["plugin", "add", "--yes"]).arg(file).run();
        output.exits(exit::USAGE).warns("the name of a stock check");
    }
    assert!(stored(&context).is_empty());
}

#[test]
fn another_vendor_s_plugin_under_a_name_that_is_taken() {
    let context = trusting();
    GLOBEX.trust(&context.home);
    context.dbg(["plugin", "add", "--yes"]).arg(ACME.file(&context, &Plugin::default())).run().exits(exit::PASS);
    let before = stored(&context);
    let newer = Plugin { version: "9.0.0", ..Plugin::default() };
    let output = context.dbg(["plugin", "add", "--yes"]).arg(GLOBEX.file(&context, &newer)).run();
    output.exits(exit::USAGE).warns("is there, signed by acme, and this one is signed by globex");
    assert_eq!(stored(&context), before);
}

#[test]
fn what_counted_when_it_was_added_and_does_not_any_more() {
    let context = trusting();
    let plugin = Plugin::default();
    context.dbg(["plugin", "add", "--yes"]).arg(ACME.file(&context, &plugin)).run().exits(exit::PASS);
    assert_ne!(context.type_in("run look").run().code(), Some(exit::USAGE));
    ACME.put_list(&context.home, &ACME.list(1, &[plugin.digest()]));
    let output = context.type_in("run look").run();
    output
        .exits(exit::USAGE)
        .is_silent()
        .warns("is not run any more")
        .warns("`acme` revoked it")
        .warns("later release");
    context.type_in("plugin verify my-check").run().exits(exit::USAGE).says(" 7  revocations  REFUSED");
    context.type_in("plugin show my-check").run().exits(exit::PASS).says("refused at step 7");
    context.type_in("plugin list").run().exits(exit::PASS).says("refused").says("dns-check");
    context.type_in("check list").run().exits(exit::PASS).says("dns-check").hides("Looks.");
    std::fs::remove_dir_all(context.home.path().join("config/dbg/trust.d")).expect("our own folder");
    context.type_in("run look").run().exits(exit::USAGE).warns("who is not trusted here");
    context.type_in("plugin remove my-check").run().exits(exit::PASS);
}

#[test]
fn a_signed_file_changed_in_the_store() {
    let context = trusting();
    let file = ACME.file(&context, &Plugin::default());
    context.dbg(["plugin", "add", "--yes"]).arg(&file).run().exits(exit::PASS);
    let path = stored(&context).into_iter().find(|path| path.ends_with(".wasm")).expect("it was added");
    let path = context.home.path().join(path);
    let mut bytes = std::fs::read(&path).expect("its bytes");
    bytes[40] ^= 1;
    std::fs::write(&path, bytes).expect("our own file");
    context.type_in("run look").run().exits(exit::ERROR).is_silent().warns("was changed since it was added");
    context.dbg(["plugin", "add", "--yes"]).arg(&file).run().exits(exit::PASS).warns("whole again");
}

#[test]
fn a_trust_folder_that_others_can_write() {
    let context = trusting();
    let file = ACME.file(&context, &Plugin::default());
    context.home.mode(&context.home.path().join("config/dbg/trust.d"), 0o777);
    let output = context.dbg(["plugin", "add", "--yes"]).arg(file).run();
    output.exits(exit::ERROR).warns("can be written by others").warns("chmod go-w");
    assert!(stored(&context).is_empty());
}

#[test]
fn the_first_step_that_fails_is_the_answer() {
    let context = trusting();
    let verify = |bytes: Vec<u8>| context.dbg(["plugin", "verify"]).arg(context.home.write("v.wasm", bytes)).run();
    verify(bare()).exits(exit::USAGE).says(" 1  section      REFUSED").warns("nobody signed it");
    let one = ACME.sign(&Plugin::default(), Release { signers: &[11], ..Release::default() });
    let output = verify(one);
    output.exits(exit::USAGE).says(" 4  vendor       ok").says(" 5  signatures   REFUSED").hides(" 6  bytes");
    output.warns("is refused at step 5 (signatures)");
    let file = context.home.write("w.wasm", with_envelope("{"));
    let json = context.dbg(["plugin", "verify", "-o", "json"]).arg(file).run();
    json.exits(exit::USAGE);
    assert_eq!(json.json()["signature"]["refusal"]["name"], "envelope");
    context.type_in("plugin verify none").run().exits(exit::USAGE).warns("there is no plugin `none`");
    context.type_in("plugin verify ./none.wasm").run().exits(exit::USAGE).warns("there is no file");
}
