//! What loading a plugin from a file costs: never seen, and seen before.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::measure::{self, Spread};
use super::stage::Stage;
use crate::{files, shell};

/// The size that the figure is asked for, in bytes.
const ASKED_SIZE: f64 = 200e3;

/// What `dbg run --timings` says of loading a plugin from a file, never seen and seen before.
///
/// What was compiled is written to the cache while the check runs already; `load-compiled` ends where the check can run.
pub(super) fn run(stage: &Stage, plugin: &Path, check: &[&str], runs: usize) -> Result<()> {
    let bytes = files::read(plugin)?;
    println!("a plugin of {} from a file:", files::shown_size(bytes.len() as u64));
    let mut cold = Vec::new();
    let mut warm = Vec::new();
    for run in 0..runs {
        // Other bytes are another plugin to the cache: no turn finds what the one before it left.
        let fresh = stage.file("plugin.wasm", &another(&bytes, run)?)?;
        cold.extend(timings(stage, &fresh, check)?);
        warm.extend(timings(stage, &fresh, check)?);
    }
    if cold.is_empty() || warm.is_empty() {
        bail!("`dbg run --timings` wrote no line `timing: NAME VALUE` to stderr");
    }
    println!("    `dbg run --plugin FILE --allow-unsigned --timings --fail-on never {}`", check.join(" "));
    for (state, timings) in [("never seen", &cold), ("seen before", &warm)] {
        for (name, durations) in by_name(timings) {
            if let Some(spread) = Spread::of(&durations) {
                println!("    {state:<12} {name:<14} {spread}");
            }
        }
    }
    let compiled: Vec<Duration> =
        cold.iter().filter(|(name, _)| name == "load-compiled").map(|(_, took)| *took).collect();
    // A smaller plugin says nothing of a larger one: part of the time is the same for all.
    if let Some(spread) = Spread::of(&compiled).filter(|_| bytes.len() as f64 >= ASKED_SIZE) {
        let share = spread.median.as_secs_f64() * 1e3 * ASKED_SIZE / bytes.len() as f64;
        println!("    load-compiled, 200 KB of it: {share:.1} ms");
    }
    println!("    asked for, at 200 KB: load-compiled under 80 ms, load-cached under 5 ms");
    Ok(())
}

/// The same plugin with one more custom section, named after a number: the same code under another digest.
fn another(plugin: &[u8], number: usize) -> Result<Vec<u8>> {
    let name = format!("bench-{number}");
    let length = u8::try_from(name.len()).context("a name of a few digits is short")?;
    // A custom section: id 0, its size, the length of its name, its name.
    let section = [&[0, length + 1, length], name.as_bytes()].concat();
    Ok([plugin, &*section].concat())
}

fn timings(stage: &Stage, plugin: &Path, check: &[&str]) -> Result<Vec<(String, Duration)>> {
    let mut command = stage.dbg();
    command.arg("run").arg("--plugin").arg(plugin).args(["--allow-unsigned", "--timings", "--fail-on", "never"]);
    command.args(check);
    let sample = measure::once(&mut command)?;
    if !sample.status.success() {
        bail!("`{}` ended with {}: {}", shell::shown(&command), sample.status, sample.stderr.trim_end());
    }
    Ok(sample.stderr.lines().filter_map(timing).collect())
}

/// A line like `timing: load 12.3ms`.
fn timing(line: &str) -> Option<(String, Duration)> {
    let (name, value) = line.strip_prefix("timing: ")?.rsplit_once(' ')?;
    let (number, seconds) = [("ms", 1e-3), ("us", 1e-6), ("µs", 1e-6), ("ns", 1e-9), ("s", 1.0)]
        .into_iter()
        .find_map(|(unit, seconds)| Some((value.strip_suffix(unit)?, seconds)))?;
    let number: f64 = number.parse().ok()?;
    Some((name.to_owned(), Duration::try_from_secs_f64(number * seconds).ok()?))
}

/// All durations of each name, names in the order in which they were first seen.
fn by_name(timings: &[(String, Duration)]) -> Vec<(&str, Vec<Duration>)> {
    let mut found: Vec<(&str, Vec<Duration>)> = Vec::new();
    for (name, duration) in timings {
        match found.iter_mut().find(|(known, _)| known == name) {
            Some((_, durations)) => durations.push(*duration),
            None => found.push((name, vec![*duration])),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timing_line_is_read_in_every_unit_and_other_lines_are_not() {
        assert_eq!(timing("timing: load 12.5ms"), Some(("load".into(), Duration::from_micros(12_500))));
        assert_eq!(timing("timing: call 250us"), Some(("call".into(), Duration::from_micros(250))));
        assert_eq!(timing("timing: run 2s"), Some(("run".into(), Duration::from_secs(2))));
        assert_eq!(timing("loading 12ms"), None);
        assert_eq!(timing("timing: load soon"), None);
    }

    #[test]
    fn another_plugin_has_a_well_formed_section_behind_the_same_bytes() {
        let bytes = another(b"bytes", 17).expect("short");
        let section = bytes.strip_prefix(b"bytes").expect("the same bytes first");
        assert_eq!(section[0], 0);
        assert_eq!(usize::from(section[1]), section.len() - 2);
        assert_eq!(usize::from(section[2]), section.len() - 3);
        assert_eq!(&section[3..], b"bench-17");
    }
}
