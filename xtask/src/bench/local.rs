//! `cargo xtask bench local`: one check on this machine, whole process, beside `dig` asking the same.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::measure::{self, Sample, Spread};
use super::named::{NAME, Named};
use super::stage::Stage;
use crate::workspace::Workspace;
use crate::{files, shell};

/// A check on this machine, beside `dig`: time, peak memory, what loading a plugin costs
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How often each command runs; they take turns, so that a busy moment of the machine meets all of them
    #[arg(long, default_value_t = 31)]
    runs: usize,
}

pub(crate) fn run(args: &Args, workspace: &Workspace) -> Result<()> {
    let Some(dig) = shell::which("dig") else {
        bail!("`dig` is missing; get it by `cargo xtask doctor --install`");
    };
    build_apart(workspace)?;
    let stage = Stage::new(&workspace.dist().join("dbg"))?;
    let server = Named::start()?;
    println!("machine: {}", measure::machine());
    println!("each command {} times, in turns", args.runs);

    let mut lanes = vec![
        Lane::new("dig", dig_command(&dig, server.port)),
        Lane::new("dbg run dns-check", check_command(&stage, server.port)),
        Lane::new("dbg --version", version_command(&stage)),
    ];
    // What is measured is the warm run: what the first one writes or reads from the disk is not part of it.
    for lane in &mut lanes {
        lane.step()?;
        lane.samples.clear();
    }
    for _ in 0..args.runs {
        for lane in &mut lanes {
            lane.step()?;
        }
    }
    let [peer, check, version] = &*lanes else { bail!("there are three lanes") };
    peer.print(None)?;
    check.print(Some(peer))?;
    println!("    asked for: at most 1.5x dig, peak memory under 64 MB");
    version.print(None)?;
    println!("    asked for: at most 5 ms");
    loading(&stage, &workspace.dist().join("plugins/dns-check.wasm"), server.port, args.runs)
}

/// Builds in a process of its own, since a build reads whole binaries, and memory that this one had would be measured with every command.
fn build_apart(workspace: &Workspace) -> Result<()> {
    let xtask = std::env::current_exe().context("cannot tell where xtask lies")?;
    shell::run(Command::new(xtask).arg("build").current_dir(&workspace.root))
}

fn dig_command(dig: &Path, port: u16) -> Command {
    let mut command = Command::new(dig);
    command.args(["@127.0.0.1", "-p", &port.to_string(), NAME, "A"]);
    command
}

fn arguments(port: u16) -> [String; 3] {
    [format!("name={NAME}."), format!("server=127.0.0.1:{port}"), "type=A".to_owned()]
}

fn check_command(stage: &Stage, port: u16) -> Command {
    let mut command = stage.dbg();
    command.args(["run", "dns-check"]).args(arguments(port));
    command
}

fn version_command(stage: &Stage) -> Command {
    let mut command = stage.dbg();
    command.arg("--version");
    command
}

/// One command that takes its turn.
struct Lane {
    name: &'static str,
    command: Command,
    samples: Vec<Sample>,
}

impl Lane {
    fn new(name: &'static str, command: Command) -> Self {
        Self { name, command, samples: Vec::new() }
    }

    /// Runs it once. A benchmark of something that did not work measures nothing: that is an error.
    fn step(&mut self) -> Result<()> {
        let sample = measure::once(&mut self.command)?;
        if !sample.status.success() {
            bail!("`{}` ended with {}: {}", shell::shown(&self.command), sample.status, sample.stderr.trim_end());
        }
        self.samples.push(sample);
        Ok(())
    }

    fn spread(&self) -> Result<Spread> {
        let walls: Vec<Duration> = self.samples.iter().map(|sample| sample.wall).collect();
        Spread::of(&walls).with_context(|| format!("`{}` never ran", self.name))
    }

    fn print(&self, peer: Option<&Lane>) -> Result<()> {
        let spread = self.spread()?;
        let peak = self.samples.iter().map(|sample| sample.peak_memory).max().unwrap_or_default();
        println!("{}: `{}`", self.name, shell::shown(&self.command));
        let bound = if peak <= measure::floor() { "at most " } else { "" };
        print!("    {spread}, peak memory {bound}{}", files::shown_size(peak));
        if let Some(peer) = peer {
            print!(", {:.2}x {}", spread.ratio(peer.spread()?), peer.name);
        }
        println!();
        Ok(())
    }
}

/// What `dbg run --timings` says of loading a plugin from a file, never seen and seen before.
fn loading(stage: &Stage, plugin: &Path, port: u16, runs: usize) -> Result<()> {
    let bytes = files::read(plugin)?;
    println!("a plugin of {} from a file:", files::shown_size(bytes.len() as u64));
    let mut cold = Vec::new();
    let mut warm = Vec::new();
    for run in 0..runs {
        // Other bytes are another plugin to the cache: no turn finds what the one before it left.
        let fresh = stage.file("dns-check.wasm", &another(&bytes, run)?)?;
        cold.extend(timings(stage, &fresh, port)?);
        warm.extend(timings(stage, &fresh, port)?);
    }
    if cold.is_empty() || warm.is_empty() {
        bail!("`dbg run --timings` wrote no line `timing: NAME VALUE` to stderr");
    }
    println!("    `dbg run --plugin FILE --allow-unsigned dns-check … --timings`");
    for (state, timings) in [("never seen", &cold), ("seen before", &warm)] {
        for (name, durations) in by_name(timings) {
            if let Some(spread) = Spread::of(&durations) {
                println!("    {state:<12} {name:<14} {spread}");
            }
        }
    }
    println!("    asked for: load-compiled under 80 ms, load-cached under 5 ms");
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

fn timings(stage: &Stage, plugin: &Path, port: u16) -> Result<Vec<(String, Duration)>> {
    let mut command = stage.dbg();
    command.arg("run").arg("--plugin").arg(plugin).args(["--allow-unsigned", "--timings", "dns-check"]);
    command.args(arguments(port));
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
