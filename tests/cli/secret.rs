//! A secret comes from a file, a variable or stdin, and is masked wherever the guest puts it.

use dbg_tests::{Context, Output, exit};

const SECRET: &str = "correct-horse-battery";

/// Nowhere in any form; but it did arrive, as its length shows.
#[track_caller]
fn is_masked(output: &Output) {
    output.exits(exit::UNKNOWN).hides(SECRET);
    // As bytes, in hexadecimal and in base64.
    output.hides("636f72726563742d686f727365").hides("Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5");
    output.says(&SECRET.len().to_string());
}

fn run(context: &Context, form: &str, source: &str) -> Output {
    let word = format!("secret={source}");
    context
        .run_guest("every-kind", &["-o", form, "keeps-secret", &word])
        .variable("TOKEN", SECRET)
        .input(format!("{SECRET}\n"))
        .run()
}

#[test]
fn it_is_masked_in_every_form_of_report() {
    let context = Context::new();
    for form in ["text", "json", "ndjson", "junit"] {
        is_masked(&run(&context, form, "env:TOKEN"));
    }
}

#[test]
fn it_comes_from_a_file_a_variable_or_stdin() {
    let context = Context::new();
    context.home.write("token", format!("{SECRET}\n"));
    for source in ["@token", "env:TOKEN", "-"] {
        is_masked(&run(&context, "text", source));
    }
}

#[test]
fn what_was_masked_is_counted() {
    let context = Context::new();
    let report = run(&context, "json", "env:TOKEN").json();
    let redacted = report["results"][0]["lost"]["redacted"].as_u64();
    assert!(redacted >= Some(8), "{redacted:?}");
}

#[test]
fn it_is_not_among_the_arguments_of_the_report() {
    let context = Context::new();
    let output = run(&context, "json", "@/dev/null");
    output.exits(exit::USAGE).warns("empty");
    let report = run(&context, "json", "env:TOKEN").json();
    assert_eq!(report["results"][0]["arguments"][0]["name"], "secret");
}

#[test]
fn a_secret_typed_by_mistake_is_refused_and_not_repeated() {
    let context = Context::new();
    let output = run(&context, "text", SECRET);
    output.exits(exit::USAGE).is_silent().hides(SECRET).warns("env:NAME").warns("@file");
}

#[test]
fn a_source_that_is_not_there_is_named() {
    let context = Context::new();
    run(&context, "text", "env:NOT_SET").exits(exit::USAGE).is_silent().warns("NOT_SET");
    run(&context, "text", "@missing").exits(exit::USAGE).is_silent().warns("missing");
    run(&context, "text", "@/dev/zero").exits(exit::USAGE).is_silent().warns("more than 65536 bytes");
}

#[test]
fn it_does_not_reach_the_artifacts() {
    let context = Context::new();
    let words = ["--artifacts", "kept", "keeps-secret", "secret=env:TOKEN"];
    context.run_guest("every-kind", &words).variable("TOKEN", SECRET).run().exits(exit::UNKNOWN);
    for file in std::fs::read_dir(context.home.path().join("kept")).expect("the folder").flatten() {
        let text = String::from_utf8_lossy(&std::fs::read(file.path()).expect("its bytes")).into_owned();
        assert!(!text.contains(SECRET), "`{}` has the secret", file.path().display());
    }
}
