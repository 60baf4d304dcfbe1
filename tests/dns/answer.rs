//! A report of `dns-check`, read back from JSON.

use std::collections::{BTreeMap, BTreeSet};

use dbg_tests::{Context, Output};
use serde_json::Value;

/// One run's answer.
pub(crate) struct Report {
    pub(crate) output: Output,
    /// Severity by finding.
    pub(crate) findings: BTreeSet<(String, String)>,
    /// The table's rows, cell by column.
    pub(crate) rows: Vec<BTreeMap<String, Value>>,
}

/// Runs the check with these parameters.
pub(crate) fn run(context: &Context, words: &[&str]) -> Report {
    let output = context.dbg(["run", "-o", "json", "dns-check"].iter().chain(words)).run();
    Report::read(output)
}

/// Runs the check with these parameters in a context of its own.
pub(crate) fn run_alone(words: &[&str]) -> Report {
    run(&Context::new(), words)
}

impl Report {
    fn read(output: Output) -> Self {
        let document = output.json();
        let result = document.pointer("/results/0").unwrap_or_else(|| panic!("no result\n{output}")).clone();
        assert!(result["failure"].is_null(), "the check failed\n{output}");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let findings = list(&result["findings"])
            .iter()
            .map(|finding| (text(&finding["id"]), text(&finding["severity"])))
            .collect();
        let table = result.pointer("/tables/0").cloned().unwrap_or_default();
        let columns: Vec<String> = list(&table["columns"]).iter().map(|column| text(&column["name"])).collect();
        let rows = list(&table["rows"]).iter().map(|row| columns.iter().cloned().zip(list(row)).collect()).collect();
        Self { output, findings, rows }
    }

    /// This finding must be there, with this weight.
    #[track_caller]
    pub(crate) fn finds(&self, id: &str, severity: &str) -> &Self {
        let wanted = (id.to_owned(), severity.to_owned());
        assert!(self.findings.contains(&wanted), "no `{id}` with `{severity}`\n{:?}\n{}", self.findings, self.output);
        self
    }

    /// Nothing but this finding carries weight.
    #[track_caller]
    pub(crate) fn finds_only(&self, id: &str, severity: &str) -> &Self {
        let weighty: Vec<&(String, String)> = self.findings.iter().filter(|(_, severity)| severity != "info").collect();
        assert_eq!(weighty, [&(id.to_owned(), severity.to_owned())], "\n{}", self.output);
        self
    }

    /// The cell of the first row for a type.
    #[track_caller]
    pub(crate) fn cell(&self, kind: &str, column: &str) -> String {
        let row = self.rows.iter().find(|row| row.get("type").and_then(Value::as_str) == Some(kind));
        let row = row.unwrap_or_else(|| panic!("no row for {kind}\n{}", self.output));
        row.get(column).and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}
