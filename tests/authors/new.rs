//! `dbg plugin new`: what it writes builds, passes its own tests and has nothing to be warned of, offline.

use dbg_tests::{Context, exit};

use crate::listed;
use crate::workshop::Workshop;

const ALL: [&str; 7] = ["files", "resolver", "sockets", "connect", "network-state", "processes", "cluster"];

#[test]
fn a_check_with_every_capability_is_built_tested_and_run() {
    let Some(workshop) = Workshop::new() else { return };
    workshop.succeeds("dbg", "", &["plugin", "new", "whole-check", "--capability", &ALL.join(",")]);
    workshop.succeeds("cargo", "whole-check", &["test", "--quiet"]);
    workshop.succeeds("cargo", "whole-check", &["clippy", "--quiet", "--all-targets", "--", "-D", "warnings"]);
    workshop.succeeds("cargo", "whole-check", &["fmt", "--check"]);
    workshop.succeeds("cargo", "whole-check", &["build", "--quiet", "--target", "wasm32-wasip2", "--release"]);
    let context = Context::new();
    let built = workshop.path().join("whole-check/target/wasm32-wasip2/release/whole_check.wasm");
    let file = context.home.write("whole_check.wasm", std::fs::read(built).expect("it was built"));
    let output = context.dbg(["plugin", "test"]).arg(&file).run();
    output.exits(exit::PASS).says("whole-check 0.1.0").says("nothing is wrong with it here");
    for capability in ALL {
        output.says(&format!("\n  {capability}"));
    }
    context.nothing_is_left();
}

#[test]
fn a_check_with_one_capability_or_none_has_nothing_to_be_warned_of() {
    let Some(workshop) = Workshop::new() else { return };
    for capability in ALL.iter().map(Some).chain([None]) {
        // In one folder, so that cargo compiles what it depends on once.
        let folder = workshop.path().join("small-check");
        let mut new = vec!["plugin", "new", "small-check"];
        new.extend(capability.iter().flat_map(|capability| ["--capability", capability]));
        workshop.succeeds("dbg", "", &new);
        let target = workshop.path().join("built").display().to_string();
        let clippy = ["clippy", "--quiet", "--all-targets", "--target-dir", &target, "--", "-D", "warnings"];
        workshop.succeeds("cargo", "small-check", &clippy);
        workshop.succeeds("cargo", "small-check", &["fmt", "--check"]);
        std::fs::remove_dir_all(folder).expect("our own folder");
    }
}

#[test]
fn nothing_is_written_over_and_what_makes_no_crate_is_refused() {
    let context = Context::new();
    context.home.write("there/mine", "mine");
    for (line, said) in [
        ("plugin new x --out there", "there already"),
        ("plugin new there", "there already"),
        ("plugin new ../x", "is no name"),
        ("plugin new X", "is no name"),
        ("plugin new fn", "Rust keeps for itself"),
        ("plugin new wit-bindgen", "a crate has that the SDK uses"),
        ("plugin new x --capability fies", "did you mean `files`?"),
        ("plugin new x --capability everything", "there is `sockets`"),
        ("plugin new x --out none/x", "there is no folder `none`"),
    ] {
        context.type_in(line).run().exits(exit::USAGE).is_silent().warns(said);
        assert_eq!(listed(&context), ["there/mine"], "{line}");
    }
}
