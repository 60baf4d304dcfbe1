//! `dbg plugin pack`: what cannot be packed is refused, and nothing is written.

use dbg_tests::{Context, Guest, exit};

use crate::listed;

const DECLARATION: &str = r#"{"declaration": 1, "plugin": "packed", "version": "0.1.0", "checks": [{"check": "packed", "doc": "Is packed."}]}"#;

/// A component that exports a guest and says nothing of itself.
const BARE: &str = r#"(component (instance $guest) (export "dbg:check/guest@0.1.0" (instance $guest)))"#;

fn bare() -> Vec<u8> {
    wat::parse_str(BARE).expect("well-formed")
}

#[test]
fn a_component_gets_its_declaration_and_an_older_file_is_replaced() {
    let context = Context::new();
    context.home.write("in.wasm", bare());
    context.home.write("d.json", DECLARATION);
    context.home.write("out.wasm", "older");
    let pack = || context.type_in("plugin pack in.wasm --declaration d.json -o out.wasm").run();
    pack().exits(exit::PASS).is_silent().warns("packed 0.1.0");
    context.type_in("plugin show ./out.wasm").run().exits(exit::PASS).says("Is packed.");
    let first = std::fs::read(context.home.path().join("out.wasm")).expect("it was written");
    pack().exits(exit::PASS);
    assert_eq!(std::fs::read(context.home.path().join("out.wasm")).expect("it was written"), first);
    assert!(first.starts_with(&bare()), "what was built is still there, byte for byte");
}

#[test]
fn what_cannot_be_packed_is_told_apart_and_writes_nothing() {
    let context = Context::new();
    context.home.write("in.wasm", bare());
    context.home.write("core.wasm", b"\0asm\x01\0\0\0");
    context.home.write("declared.wasm", Guest::named("every-kind").bytes());
    context.home.write("d.json", DECLARATION);
    context.home.write("list.json", "[]");
    context.home.write("wrong.json", DECLARATION.replace("0.1.0", "newest"));
    context.home.write(
        "asking.json",
        DECLARATION.replace("\"Is packed.\"", "\"d\", \"grants\": [{\"capability\": \"resolver\", \"reason\": \"r\"}]"),
    );
    context.home.write("folder/x", "");
    let before = listed(&context);
    for (line, said) in [
        ("declared.wasm --declaration d.json -o out.wasm", "has a declaration already"),
        ("core.wasm --declaration d.json -o out.wasm", "core.wasm"),
        ("d.json --declaration d.json -o out.wasm", "no component"),
        ("in.wasm --declaration list.json -o out.wasm", "the declaration"),
        ("in.wasm --declaration wrong.json -o out.wasm", "the declaration"),
        ("in.wasm --declaration asking.json -o out.wasm", "nothing of it is imported"),
        ("in.wasm --declaration none.json -o out.wasm", "none.json"),
        ("in.wasm --declaration /dev/zero -o out.wasm", "a device"),
        ("in.wasm --declaration d.json -o in.wasm", "over what it is made from"),
        ("in.wasm --declaration d.json -o folder", "is no file"),
    ] {
        let line = format!("plugin pack {line}");
        context.type_in(&line).run().exits(exit::USAGE).is_silent().warns(said);
        assert_eq!(listed(&context), before, "{line}");
    }
    context.type_in("plugin pack in.wasm --declaration d.json -o none/out.wasm").run().exits(exit::ERROR);
}
