//! A report of `tcp-reach`, read back from JSON.

use std::collections::BTreeMap;

use dbg_tests::{Context, Output};
use serde_json::Value;

/// One run's answer.
pub(crate) struct Report {
    pub(crate) output: Output,
    /// Severity by finding.
    pub(crate) findings: BTreeMap<String, String>,
    /// `result` and `ports` of each row.
    pub(crate) rows: Vec<(String, String)>,
    result: Value,
}

/// Runs the check with these parameters.
pub(crate) fn run(context: &Context, words: &[&str]) -> Report {
    let output = context.dbg(["run", "-o", "json", "tcp-reach"].iter().chain(words)).run();
    let document = output.json();
    let result = document.pointer("/results/0").unwrap_or_else(|| panic!("no result\n{output}")).clone();
    assert!(result["failure"].is_null(), "the check failed\n{output}");
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let findings =
        list(&result["findings"]).iter().map(|finding| (text(&finding["id"]), text(&finding["severity"]))).collect();
    let columns: Vec<String> =
        list(&result["tables"][0]["columns"]).iter().map(|column| text(&column["name"])).collect();
    let place = |name: &str| columns.iter().position(|column| column == name).expect("the column is there");
    let (result_place, ports_place) = (place("result"), place("ports"));
    let rows = list(&result["tables"][0]["rows"])
        .iter()
        .map(|row| (text(&row[result_place]), text(&row[ports_place])))
        .collect();
    Report { output, findings, rows, result }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// ICMP messages of TCP are told since Linux 5.10.
pub(crate) fn kernel_tells() -> bool {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let mut parts = release.split(['.', '-']).map(|part| part.trim().parse::<u32>().unwrap_or_default());
    (parts.next(), parts.next()) >= (Some(5), Some(10))
}

impl Report {
    /// This is the only finding.
    #[track_caller]
    pub(crate) fn finds_only(&self, id: &str, severity: &str) -> &Self {
        let wanted = BTreeMap::from([(id.to_owned(), severity.to_owned())]);
        assert_eq!(self.findings, wanted, "\n{}", self.output);
        self
    }

    /// The value of a metric.
    #[track_caller]
    pub(crate) fn metric(&self, name: &str) -> f64 {
        let metrics = self.result["metrics"].as_array().cloned().unwrap_or_default();
        let found = metrics.iter().find(|metric| metric["name"] == name).and_then(|metric| metric["value"].as_f64());
        found.unwrap_or_else(|| panic!("no metric `{name}`\n{}", self.output))
    }
}
