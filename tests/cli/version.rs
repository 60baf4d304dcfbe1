//! Several versions of a plugin, and several plugins with one check: which one runs.

use dbg_tests::{Context, Guest, exit};

/// Adds `every-kind` under another name and version, of the same length each.
fn add(context: &Context, name: &str, version: &str) {
    let from = br#""plugin":"every-kind","version":"0.1.0""#;
    let to = format!(r#""plugin":"{name}","version":"{version}""#);
    assert_eq!(from.len(), to.len());
    let mut bytes = Guest::named("every-kind").bytes();
    let places: Vec<usize> =
        bytes.windows(from.len()).enumerate().filter(|(_, window)| window == from).map(|(place, _)| place).collect();
    assert!(!places.is_empty(), "the declaration has another form now");
    for place in places {
        bytes[place..place + to.len()].copy_from_slice(to.as_bytes());
    }
    let file = context.home.write(&format!("{name}-{version}.wasm"), bytes);
    context.dbg(["plugin", "add", "--allow-unsigned", "--yes"]).arg(file).run().exits(exit::PASS);
}

#[test]
fn the_highest_version_runs_unless_one_is_named() {
    let context = Context::new();
    for version in ["0.1.0", "0.1.9", "0.9.0", "1.0.0"] {
        add(&context, "every-kind", version);
    }
    for (word, version) in [
        ("every-kind", "1.0.0"),
        ("every-kind@0.1", "0.1.9"),
        ("every-kind@0.1.0", "0.1.0"),
        ("every-kind@0.9", "0.9.0"),
        ("every-kind@1", "1.0.0"),
        ("every-kind/every-kind@0.1", "0.1.9"),
    ] {
        let report = context.type_in(&format!("run -o json {word}")).run();
        assert_eq!(report.exits(exit::PASS).json()["results"][0]["plugin"]["version"], version, "{word}");
    }
}

#[test]
fn one_version_is_removed_and_the_others_stay() {
    let context = Context::new();
    add(&context, "every-kind", "0.1.0");
    add(&context, "every-kind", "0.2.0");
    context.type_in("plugin remove every-kind@0.2.0").run().exits(exit::PASS);
    context.type_in("plugin list").run().exits(exit::PASS).says("0.1.0").hides("0.2.0");
    context.type_in("run every-kind").run().exits(exit::PASS).says("0.1.0");
    context.type_in("plugin remove every-kind@0.2.0").run().exits(exit::USAGE);
    add(&context, "every-kind", "0.3.0");
    context.type_in("plugin remove every-kind").run().exits(exit::PASS);
    context.type_in("run every-kind").run().exits(exit::USAGE);
    context.nothing_is_left();
}

#[test]
fn a_check_of_two_plugins_must_be_named_with_its_plugin() {
    let context = Context::new();
    add(&context, "every-kind", "0.1.0");
    add(&context, "other-kind", "0.1.0");
    let output = context.type_in("run every-kind").run();
    output.exits(exit::USAGE).is_silent().warns("every-kind/every-kind").warns("other-kind/every-kind");
    let report = context.type_in("run -o json other-kind/every-kind").run();
    assert_eq!(report.exits(exit::PASS).json()["results"][0]["plugin"]["name"], "other-kind");
}
