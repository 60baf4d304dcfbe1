//! What a trusted vendor signed is added, shown, run and upgraded.

use dbg_tests::{Context, exit};

use crate::vendor::{ACME, Plugin, Release, grant, stored, trusting};

#[test]
fn a_signed_plugin_is_added_with_who_signed_it_listed_and_run() {
    let context = trusting();
    let file = ACME.file(&context, &Plugin::wanting(&[grant("resolver", &[])]));
    let output = context.dbg(["plugin", "add", "--yes"]).arg(&file).run();
    output
        .exits(exit::PASS)
        .warns("my-check 1.0.0, signed by acme")
        .warns("with 2 keys of 2 needed")
        .warns("sequence     1");
    output.warns(&ACME.fingerprint().to_string()).warns("no list").warns("read the target's resolver configuration");
    output.warns("for the test").warns("my-check 1.0.0 added");
    context.type_in("plugin list").run().exits(exit::PASS).says("added, signed by acme");
    let report = context.type_in("run -o json look").run();
    let plugin = &report.json()["results"][0]["plugin"];
    assert_eq!((plugin["provenance"].as_str(), plugin["vendor"].as_str()), (Some("vendor"), Some("acme")), "{report}");
    context.nothing_is_left();
}

#[test]
fn a_signed_file_of_a_trusted_vendor_runs_without_being_added_and_without_a_flag() {
    let context = trusting();
    let file = ACME.file(&context, &Plugin::default());
    let output = context.dbg(["run", "--plugin"]).arg(&file).arg("look").run();
    output.says("signed by acme");
    assert_ne!(output.code(), Some(exit::USAGE), "{output}");
    assert!(stored(&context).is_empty());
}

#[test]
fn the_steps_are_told_one_by_one() {
    let context = trusting();
    let file = ACME.file(&context, &Plugin::default());
    let output = context.dbg(["plugin", "verify"]).arg(&file).run();
    output.exits(exit::PASS);
    for (number, name) in (1..).zip([
        "section",
        "envelope",
        "statement",
        "vendor",
        "signatures",
        "bytes",
        "revocations",
        "dates",
        "sequence",
        "component",
        "identity",
        "ceiling",
    ]) {
        output.says(&format!("{number:>2}  {name:<12} ok"));
    }
    output.says("it is acme/my-check 1.0.0");
    let json = context.dbg(["plugin", "verify", "-o", "json"]).arg(&file).run().json();
    assert_eq!(json["verified"], true);
    assert_eq!(json["steps"].as_array().map(Vec::len), Some(12));
    assert_eq!(json["signature"]["keys"].as_array().map(Vec::len), Some(2));
    assert!(stored(&context).is_empty(), "looking creates nothing");
}

#[test]
fn what_was_added_is_verified_and_shown_by_its_name() {
    let context = trusting();
    let file = ACME.file(&context, &Plugin::wanting(&[grant("resolver", &[])]));
    context.dbg(["plugin", "add", "--yes"]).arg(&file).run().exits(exit::PASS);
    context.type_in("plugin verify my-check").run().exits(exit::PASS).says("ceiling      ok");
    let output = context.type_in("plugin show my-check").run();
    output.exits(exit::PASS).says("signed by    acme").says("CONSENTED TO\n  resolver");
    let json = context.type_in("plugin show my-check -o json").run().json();
    assert_eq!(json["signature"]["state"], "verified");
    assert_eq!(json["signature"]["vendor"], "acme");
    let list = context.type_in("plugin list -o json").run().json();
    let lines = list.as_array().expect("a list");
    let line = lines.iter().find(|line| line["plugin"] == "my-check").expect("it is listed");
    assert_eq!((line["vendor"].as_str(), line["runs"].as_bool()), (Some("acme"), Some(true)));
    let stock = context.type_in("plugin verify dns-check").run();
    stock.exits(exit::PASS).warns("part of this dbg").says("ceiling      ok").says("signed by");
}

#[test]
fn a_file_of_a_stranger_is_shown_with_why_it_does_not_count() {
    let context = Context::new();
    let file = ACME.file(&context, &Plugin::default());
    let output = context.dbg(["plugin", "show"]).arg(&file).run();
    output.exits(exit::PASS).says("refused at step 4 (vendor)").says("CHECK look");
    let json = context.dbg(["plugin", "show", "-o", "json"]).arg(&file).run().json();
    assert_eq!(json["signature"]["state"], "refused");
    assert_eq!(json["signature"]["vendor"], "acme", "whose it says it is");
    assert_eq!(json["signature"]["refusal"]["step"], 4);
}

#[test]
fn adding_it_again_asks_nothing_and_changes_nothing() {
    let context = trusting();
    let file = ACME.file(&context, &Plugin::wanting(&[grant("resolver", &[])]));
    context.dbg(["plugin", "add", "--yes"]).arg(&file).run().exits(exit::PASS);
    let before = stored(&context);
    let output = context.dbg(["plugin", "add"]).arg(&file).run();
    output.exits(exit::PASS).warns("nothing has to be asked").warns("was there already");
    assert_eq!(stored(&context), before);
}

#[test]
fn a_new_signature_of_the_same_component_is_taken_and_stays_one_plugin() {
    let context = trusting();
    let plugin = Plugin::default();
    context.dbg(["plugin", "add", "--yes"]).arg(ACME.file(&context, &plugin)).run().exits(exit::PASS);
    let before = stored(&context);
    let longer = Release { sequence: 2, expires: 900, signers: &[12, 13], ..Release::default() };
    let again = ACME.release(&context, &plugin, longer);
    context.dbg(["plugin", "add"]).arg(again).run().exits(exit::PASS).warns("has this signature now");
    assert_eq!(stored(&context), before);
    context.type_in("plugin verify my-check").run().exits(exit::PASS).says("sequence 2");
}

#[test]
fn what_was_added_unsigned_gets_its_vendor_s_word_and_never_the_other_way_round() {
    let context = trusting();
    let plugin = Plugin::default();
    let bare = context.home.write("bare.wasm", plugin.bytes());
    context.dbg(["plugin", "add", "--allow-unsigned", "--yes"]).arg(&bare).run().exits(exit::PASS);
    let signed = ACME.file(&context, &plugin);
    context.dbg(["plugin", "add"]).arg(&signed).run().exits(exit::PASS).warns("has this signature now");
    context.type_in("plugin list").run().says("added, signed by acme");
    let output = context.dbg(["plugin", "add", "--allow-unsigned", "--yes"]).arg(&bare).run();
    output.exits(exit::USAGE).warns("the plugin `my-check` is there, signed by acme, and this one is unsigned");
}

#[test]
fn after_a_newer_release_the_older_one_does_not_run_any_more() {
    let context = trusting();
    context.dbg(["plugin", "add", "--yes"]).arg(ACME.file(&context, &Plugin::default())).run().exits(exit::PASS);
    let newer = Plugin { version: "1.1.0", ..Plugin::default() };
    let file = ACME.release(&context, &newer, Release { sequence: 2, ..Release::default() });
    let output = context.dbg(["plugin", "add"]).arg(file).run();
    output.exits(exit::PASS).warns("asks for no more than version 1.0.0").warns("`dbg plugin remove my-check@1.0.0`");
    assert_ne!(context.type_in("run look").run().code(), Some(exit::USAGE));
    context.type_in("run look@1.0.0").run().exits(exit::USAGE).warns("number 2 was seen already, and this is 1");
    context.type_in("plugin list").run().exits(exit::PASS).says("refused").warns("warning:");
}
