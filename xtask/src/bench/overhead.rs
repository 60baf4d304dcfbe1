//! What a check costs that does nothing: a store made, a guest started, called and ended.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::measure::{self, Sample, Spread};
use super::stage::Stage;
use crate::{files, shell};

/// So many at once: enough that what one more costs stands out from start and end of the process.
const CHECKS: usize = 64;

/// Runs the guest that says nothing alone, and many times at once. Three figures, because each alone could flatter: how long one check
/// takes that has the process to itself and finds everything cold; how long each of many takes, waiting for its turn included; and how much
/// longer the whole process takes for each one more, with its order, its events and its part of the report.
pub(super) fn run(stage: &Stage, plugin: &Path, runs: usize) -> Result<()> {
    let plugin = stage.file("plugin.wasm", &files::read(plugin)?)?;
    // The first compiles and fills the cache.
    once(stage, &plugin, 1)?;
    let (mut alone, mut many) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        alone.push(once(stage, &plugin, 1)?);
        many.push(once(stage, &plugin, CHECKS)?);
    }
    println!("a check that does nothing:");
    println!("    alone in its process: {}", spread(&alone, took)?);
    println!("    each of {CHECKS} at once: {}", spread(&many, took)?);
    let whole = |sample: &Sample| Ok(vec![sample.wall]);
    let more = spread(&many, whole)?.median.saturating_sub(spread(&alone, whole)?.median);
    println!("    the whole process, for each one more: {:.3} ms", more.as_secs_f64() * 1e3 / (CHECKS - 1) as f64);
    println!("    asked for: under 0.2 ms");
    Ok(())
}

fn once(stage: &Stage, plugin: &Path, checks: usize) -> Result<Sample> {
    let mut command = stage.dbg();
    command.arg("run").arg("--plugin").arg(plugin).args(["--allow-unsigned", "--fail-on", "never", "-o", "json"]);
    command.args(std::iter::repeat_n("says-nothing", checks));
    let sample = measure::once(&mut command)?;
    if !sample.status.success() {
        bail!("`{}` ended with {}: {}", shell::shown(&command), sample.status, sample.stderr.trim_end());
    }
    Ok(sample)
}

fn spread(samples: &[Sample], durations: impl Fn(&Sample) -> Result<Vec<Duration>>) -> Result<Spread> {
    let durations: Vec<Vec<Duration>> = samples.iter().map(durations).collect::<Result<_>>()?;
    Spread::of(&durations.concat()).context("nothing was measured")
}

/// The time of each result in the report that a run printed.
fn took(sample: &Sample) -> Result<Vec<Duration>> {
    times(&sample.stdout)
}

/// The time of each result in a report.
fn times(report: &str) -> Result<Vec<Duration>> {
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
        assert_eq!(times(report).expect("well-formed"), [1, 2].map(Duration::from_micros));
    }
}
