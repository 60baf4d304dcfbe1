//! What programs read: JSON, NDJSON and JUnit, each against its own definition.

use dbg_tests::{Context, Output, Running, Schema, exit, tool};
use serde_json::Value;

/// Checks of every kind of ending, in one form.
fn run(context: &Context, form: &str) -> Output {
    let other = context.guest("hostile-report");
    let more = context.guest("hostile-run");
    let words = [
        "-o",
        form,
        "--plugin",
        other.to_str().expect("our own path"),
        "--plugin",
        more.to_str().expect("our own path"),
        "every-report",
        "verdict=fail",
        "terminal-escapes",
        "nan-metric",
        "rows-that-do-not-fit",
        "panics",
        "says-nothing",
        "loops-forever",
    ];
    context.run_guest("every-report", &words).run()
}

fn schema(context: &Context, name: &str) -> Schema {
    Schema::new(context.type_in(&format!("schema {name}")).run().exits(exit::PASS).json())
}

#[test]
fn the_report_is_as_its_published_schema_says() {
    let context = Context::new();
    let output = run(&context, "json");
    output.exits(exit::FAIL);
    let report = output.json();
    assert_eq!(schema(&context, "report").faults(&report), [""; 0]);
    assert_eq!(report["schema"], "dbg.report/1");
    assert_eq!(report["exit_code"], exit::FAIL);
    assert_eq!(report["results"].as_array().map(Vec::len), Some(7));
}

#[test]
fn each_line_is_as_its_published_schema_says() {
    let context = Context::new();
    let output = run(&context, "ndjson");
    output.exits(exit::FAIL);
    let schema = schema(&context, "event");
    let lines = output.json_lines();
    for line in &lines {
        assert_eq!(schema.faults(line), [""; 0], "{line}");
    }
    assert!(lines.len() > 14, "{output}");
    let last = lines.last().map(Value::to_string).unwrap_or_default();
    assert!(last.contains("summary"), "{last}");
}

#[test]
fn junit_is_well_formed_xml_whatever_a_guest_says() {
    let Some(xmllint) = tool("xmllint", "libxml2-utils") else { return };
    let context = Context::new();
    let output = run(&context, "junit");
    output.exits(exit::FAIL).says("<testsuite").says("every-report");
    let mut command = std::process::Command::new(xmllint);
    command.args(["--noout", "-"]);
    Running::start(command, Some(output.stdout().into_bytes())).wait(dbg_tests::LIMIT).exits(0);
}

#[test]
fn the_committed_schemas_are_what_dbg_prints() {
    let context = Context::new();
    for name in ["report", "event"] {
        let path = format!("{}/../docs/schema/{name}-1.json", env!("CARGO_MANIFEST_DIR"));
        let committed: Value = serde_json::from_slice(&std::fs::read(path).expect("a file of docs")).expect("JSON");
        assert_eq!(context.type_in(&format!("schema {name}")).run().json(), committed, "{name}");
    }
}

#[test]
fn bytes_and_missing_values_keep_their_form() {
    let context = Context::new();
    let report = context.run_guest("every-report", &["-o", "json", "every-report"]).run().json();
    let result = &report["results"][0];
    let text = result.to_string();
    assert!(text.contains("3q2+7w=="), "the bytes de ad be ef in base64: {text}");
    assert_eq!(result["tables"][0]["name"], "things");
    assert_eq!(result["metrics"][0]["value"], 3.0);
    assert_eq!(result["plugin"]["provenance"], "unsigned");
    assert_eq!(result["findings"][0]["id"], "looked");
    assert_eq!(result["findings"][0]["about"], "the thing itself");
}
