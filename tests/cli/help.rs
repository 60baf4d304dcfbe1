//! Help, version, completion: they touch nothing and are quick.

use dbg_tests::{Context, exit};

#[test]
fn every_verb_has_help_with_an_example() {
    let context = Context::new();
    for verb in [
        "",
        "run",
        "check list",
        "check show",
        "plugin add",
        "plugin list",
        "plugin show",
        "plugin remove",
        "plugin sign",
        "key new",
        "key show",
        "trust add",
        "trust list",
        "trust rotate",
        "trust remove",
        "trust root new",
        "trust root next",
        "trust root sign",
        "trust root show",
        "trust revocations new",
        "trust revocations sign",
        "trust revocations show",
        "trust revocations add",
        "target list",
        "schema",
        "completion",
    ] {
        let output = context.type_in(&format!("{verb} --help")).run();
        output.exits(exit::PASS).says("Examples:").says("dbg ");
        assert!(output.stderr().is_empty(), "{output}");
    }
    context.type_in("help").run().exits(exit::PASS).says("Exit codes");
    assert_eq!(context.home.kept(), [""; 0]);
}

#[test]
fn the_version_is_told() {
    let context = Context::new();
    context.type_in("--version").run().exits(exit::PASS).says("dbg 0.1.0");
}

#[test]
fn nothing_typed_is_a_usage_error_with_help() {
    let context = Context::new();
    context.type_in("").run().exits(exit::USAGE).is_silent().warns("Usage");
    context.type_in("plugn list").run().exits(exit::USAGE).is_silent().warns("plugin");
    context.type_in("run --no-such-flag dns-check").run().exits(exit::USAGE).is_silent().warns("--no-such-flag");
}

#[test]
fn completions_are_printed_for_three_shells() {
    let context = Context::new();
    for (shell, text) in [("bash", "complete "), ("zsh", "#compdef dbg"), ("fish", "complete -c dbg")] {
        let output = context.type_in(&format!("completion {shell}")).run();
        output.exits(exit::PASS).says(text).says("plugin");
    }
    context.type_in("completion tcsh").run().exits(exit::USAGE).is_silent();
}

#[test]
fn a_completion_is_valid_in_its_shell() {
    let Some(bash) = dbg_tests::tool("bash", "bash") else { return };
    let context = Context::new();
    let script = context.type_in("completion bash").run().stdout();
    let path = context.home.write("completion.bash", script);
    let status = std::process::Command::new(bash).arg("-n").arg(path).status().expect("bash starts");
    assert!(status.success());
}

#[test]
fn targets_are_listed() {
    let context = Context::new();
    context.type_in("target list").run().exits(exit::PASS).says("local");
}
