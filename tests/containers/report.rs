//! What a report says.

use dbg_tests::Output;
use serde_json::Value;

/// The results of a report.
#[track_caller]
pub(crate) fn results(output: &Output) -> Vec<Value> {
    output.json()["results"].as_array().cloned().unwrap_or_else(|| panic!("no results\n{output}"))
}

/// The one result, whose check was done.
#[track_caller]
pub(crate) fn done(output: &Output) -> Value {
    let result = results(output).into_iter().next().unwrap_or_else(|| panic!("no result\n{output}"));
    assert!(result["failure"].is_null(), "the check failed\n{output}");
    result
}

/// Whether a table of a result holds a text.
pub(crate) fn shows(result: &Value, text: &str) -> bool {
    result["tables"].to_string().contains(text)
}
