//! A report of `sock-summary`, read back from JSON.

use std::collections::BTreeMap;

use dbg_tests::{Context, Output};
use serde_json::Value;

/// One run's answer.
pub(crate) struct Report {
    pub(crate) output: Output,
    result: Value,
}

/// Who runs the check.
#[derive(Clone, Copy)]
pub(crate) enum By {
    Root,
    Nobody,
}

/// Runs the check with these parameters.
pub(crate) fn run(context: &Context, by: By, words: &[&str]) -> Report {
    let invocation = context.dbg(["run", "-o", "json", "sock-summary"].iter().chain(words));
    let output = match by {
        By::Root => invocation.as_root().run(),
        By::Nobody => invocation.run(),
    };
    let result = output.json().pointer("/results/0").unwrap_or_else(|| panic!("no result\n{output}")).clone();
    assert!(result["failure"].is_null(), "the check failed\n{output}");
    Report { output, result }
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

impl Report {
    /// The finding of that id, with this weight.
    #[track_caller]
    pub(crate) fn finding(&self, id: &str, severity: &str) -> Value {
        let found = list(&self.result["findings"]).into_iter().find(|finding| finding["id"] == id);
        let found = found.unwrap_or_else(|| panic!("no finding `{id}`\n{}", self.output));
        assert_eq!(found["severity"], severity, "\n{}", self.output);
        found
    }

    /// No finding has this id.
    #[track_caller]
    pub(crate) fn lacks(&self, id: &str) {
        assert!(!list(&self.result["findings"]).iter().any(|finding| finding["id"] == id), "`{id}`\n{}", self.output);
    }

    /// How many sockets of TCP there are in each state.
    pub(crate) fn states(&self) -> BTreeMap<String, u64> {
        let label = |metric: &Value, name: &str| {
            let found = list(&metric["labels"]).into_iter().find(|label| label["name"] == name);
            found.and_then(|label| label["value"].as_str().map(str::to_owned)).unwrap_or_default()
        };
        let of_tcp = |metric: &Value| metric["name"] == "sockets" && label(metric, "protocol") == "tcp";
        let count = |metric: &Value| {
            let state = label(metric, "state");
            // A count is whole and small.
            (state, metric["value"].as_f64().unwrap_or_default().round() as u64)
        };
        list(&self.result["metrics"]).iter().filter(|metric| of_tcp(metric)).map(count).collect()
    }

    /// The rows of a table, cell by column.
    #[track_caller]
    pub(crate) fn rows(&self, table: &str) -> Vec<BTreeMap<String, Value>> {
        let found = list(&self.result["tables"]).into_iter().find(|one| one["name"] == table);
        let found = found.unwrap_or_else(|| panic!("no table `{table}`\n{}", self.output));
        let names = list(&found["columns"]);
        let names = names.iter().map(|column| column["name"].as_str().unwrap_or_default().to_owned());
        let names: Vec<String> = names.collect();
        list(&found["rows"]).iter().map(|row| names.iter().cloned().zip(list(row)).collect()).collect()
    }
}
