//! `dbg plugin test`: tells what is wrong with a plugin, and not what its checks found.

use dbg_tests::{Context, exit};

#[test]
fn a_good_plugin_is_run_with_its_defaults_and_with_what_is_given() {
    let context = Context::new();
    let file = context.guest("conformance");
    let output = context.dbg(["plugin", "test"]).arg(&file).run();
    output.exits(exit::PASS).says("these arrived").says("memory").says("nothing is wrong with it here");
    let output = context.dbg(["plugin", "test"]).arg(&file).arg("text=mine").arg("many=1,2").run();
    output.exits(exit::PASS).says("mine");
    context.nothing_is_left();
}

#[test]
fn a_check_that_cannot_be_done_is_wrong_and_said_to_be() {
    let context = Context::new();
    let file = context.guest("conformance");
    let output = context.dbg(["plugin", "test"]).arg(&file).arg("ending=failure").run();
    output.exits(exit::FAIL).says("WRONG").says("asked to fail");
}

#[test]
fn what_was_typed_wrongly_runs_nothing() {
    let context = Context::new();
    let file = context.guest("conformance");
    let run = |words: &[&str]| context.dbg(["plugin", "test"].iter().chain(words)).run();
    let file = file.display().to_string();
    run(&[&file, "txt=x"]).exits(exit::USAGE).is_silent().warns("did you mean `text`?");
    run(&[&file, "other.wasm"]).exits(exit::USAGE).is_silent().warns("second file");
    run(&["none.wasm"]).exits(exit::USAGE).is_silent().warns("there is no file");
    run(&[]).exits(exit::USAGE).is_silent().warns("cargo build --target wasm32-wasip2 --release");
    run(&[&file, "--target", "nowhere/x"]).exits(exit::USAGE).is_silent().warns("nowhere");
    run(&[&file, "count=many"]).exits(exit::USAGE).is_silent().warns("count");
}
