//! What a check costs that does nothing: a store made, a guest started, called and ended.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::measure::{self, Spread};
use super::stage::Stage;
use crate::{files, shell};

/// So many in one run: enough for a median, few enough to stay apart from start and end of the process.
const CHECKS: usize = 64;

/// Runs the guest that says nothing many times in one process, one check after the other as far as two threads let them.
pub(super) fn run(stage: &Stage, plugin: &Path) -> Result<()> {
    let plugin = stage.file("plugin.wasm", &files::read(plugin)?)?;
    let mut command = stage.dbg();
    command.arg("run").arg("--plugin").arg(&plugin).args(["--allow-unsigned", "--fail-on", "never", "-o", "json"]);
    command.args(std::iter::repeat_n("says-nothing", CHECKS));
    let sample = measure::once(&mut command)?;
    if !sample.status.success() {
        bail!("`{}` ended with {}: {}", shell::shown(&command), sample.status, sample.stderr.trim_end());
    }
    let took = took(&sample.stdout)?;
    let spread = Spread::of(&took).context("the report has no result")?;
    println!("a check that does nothing, {CHECKS} of them in one run: {spread}");
    println!("    asked for: under 0.2 ms");
    Ok(())
}

/// The time of each result in a report.
fn took(report: &str) -> Result<Vec<Duration>> {
    let report: serde_json::Value = serde_json::from_str(report).context("`-o json` printed no JSON")?;
    let results = report.get("results").and_then(serde_json::Value::as_array).context("the report has no results")?;
    let took = |result: &serde_json::Value| result.get("took_ns").and_then(serde_json::Value::as_u64);
    Ok(results.iter().filter_map(took).map(Duration::from_nanos).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_times_of_all_results_are_read() {
        let report = r#"{"took_ns":9000,"results":[{"took_ns":1000},{"took_ns":2000}]}"#;
        assert_eq!(took(report).expect("well-formed"), [1, 2].map(Duration::from_micros));
    }
}
