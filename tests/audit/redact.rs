//! Secrets in a target's files: masked before a check has them, and again in whatever it says.

use dbg_tests::{Context, Output, exit};

const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\nAbcDefGhiJkl\n-----END PRIVATE KEY-----\n";
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUEyJhbGci\n-----END CERTIFICATE-----\n";

fn read(context: &Context, text: &str, words: &[&str]) -> Output {
    let file = context.home.write("settings", text);
    let path = format!("path={}", file.display());
    let output = context.run_guest("reads-text", &[&["-o", "json", "reads-text", &path], words].concat()).run();
    output.exits(exit::PASS);
    output
}

/// The facts of the one finding, by label.
fn fact(output: &Output, label: &str) -> serde_json::Value {
    let report = output.json();
    let facts = report["results"][0]["findings"][0]["evidence"].as_array().expect("facts").clone();
    facts.into_iter().find(|fact| fact["label"] == label).expect("the fact is there")
}

fn masked(output: &Output) -> u64 {
    output.json()["results"][0]["lost"]["redacted"].as_u64().expect("a count")
}

#[test]
fn a_check_never_sees_a_secret_of_a_file_and_all_else_keeps_its_place() {
    let context = Context::new();
    let text = format!("host=db\npassword=hunter2\n{KEY}{CERTIFICATE}digest=sha256:e3b0c44298fc1c14\nlast line");
    let expected = text
        .replace("hunter2", "*******")
        .replace("MIIEvQIBADANBgkqhkiG9w0BAQ", &"*".repeat(26))
        .replace("AbcDefGhiJkl", &"*".repeat(12));
    for at_once in ["at-once=1", "at-once=10", "at-once=65536"] {
        let output = read(&context, &text, &["backwards=2retnuh", at_once]);
        assert_eq!(fact(&output, "found")["text"], "0 times");
        assert_eq!(fact(&output, "text")["text"], expected, "{at_once}");
        assert_eq!(masked(&output), 2, "{at_once}");
        output.hides("hunter2").hides("MIIEvQ").says("MIIBszCCAVmgAwIBAgIUEyJhbGci");
    }
}

#[test]
fn what_a_check_makes_up_or_says_is_masked_in_every_form_of_report() {
    let context = Context::new();
    let file = context.home.write("settings", "x\n");
    let (path, say) = (format!("path={}", file.display()), "say=call https://me:pw-of-me@host/x");
    for form in ["text", "json", "ndjson", "junit"] {
        let output = context.run_guest("reads-text", &["-o", form, "reads-text", &path, say]).run();
        output.exits(exit::PASS).hides("made-up-here").hides("pw-of-me").says("[redacted]@host");
    }
    let output = read(&context, "x\n", &[say]);
    assert_eq!(fact(&output, "said")["text"], "call https://me:[redacted]@host/x");
    assert_eq!(output.json()["results"][0]["arguments"].to_string().matches("pw-of-me").count(), 0);
}

#[test]
fn what_is_no_text_is_read_byte_for_byte() {
    let context = Context::new();
    let file = context.home.write("program", b"\x7fELF\x02\x01\x01\0password=hunter2\n");
    let path = format!("path={}", file.display());
    let output = context.run_guest("reads-text", &["-o", "json", "reads-text", &path, "backwards=2retnuh"]).run();
    assert_eq!(fact(&output, "found")["text"], "1 times");
}

#[test]
fn a_policys_patterns_are_masked_besides_and_a_bad_one_is_told() {
    let context = Context::new();
    let policy = |text: &str| {
        context.home.write("config/dbg/policy.toml", text);
        context.home.give(&context.home.path().join("config"));
    };
    policy("[redact]\npatterns = ['ACME-[0-9]{4}']\n");
    let output = read(&context, "customer ACME-1234 of ACME-12\n", &["backwards=4321-EMCA"]);
    assert_eq!(fact(&output, "text")["text"], "customer ********* of ACME-12\n");
    assert_eq!(fact(&output, "found")["text"], "0 times");
    for (pattern, words) in [("(", "no pattern"), ("a*", "where there is nothing"), ("(a{1000}){1000}", "no pattern")] {
        policy(&format!("[redact]\npatterns = ['{pattern}']\n"));
        let run = context.run_guest("every-report", &["every-report"]).run();
        run.exits(exit::ERROR).warns("policy.toml").warns(words);
    }
}

#[test]
fn a_report_tells_people_that_something_was_masked() {
    let context = Context::new();
    let file = context.home.write("settings", "token=abc\n");
    let path = format!("path={}", file.display());
    let output = context.run_guest("reads-text", &["reads-text", &path]).run();
    output.exits(exit::PASS).says("masked: ").hides("token=abc");
}
