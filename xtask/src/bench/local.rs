//! `cargo xtask bench local`: one check on this machine, whole process, beside `dig` asking the same.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::measure::{self, Sample, Spread};
use super::named::{NAME, Named};
use super::stage::Stage;
use super::{loading, overhead};
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
    let plugins: [(&str, &[&str]); 3] = [
        ("guests/every-report.wasm", &["every-report"]),
        ("plugins/tcp-reach.wasm", &["tcp-reach", "to=127.0.0.1:1"]),
        ("plugins/dns-check.wasm", &["dns-check"]),
    ];
    for (plugin, check) in plugins {
        loading::run(&stage, &workspace.dist().join(plugin), check, args.runs)?;
    }
    overhead::run(&stage, &workspace.dist().join("guests/every-report.wasm"), args.runs)
}

/// Builds in a process of its own, since a build reads whole binaries, and memory that this one had would be measured with every command.
pub(super) fn build_apart(workspace: &Workspace) -> Result<()> {
    let xtask = std::env::current_exe().context("cannot tell where xtask lies")?;
    shell::run(Command::new(&xtask).arg("build").current_dir(&workspace.root))?;
    shell::run(Command::new(xtask).arg("guests").current_dir(&workspace.root))
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

/// The warm runs of commands that take turns: the first of each loads images and fills caches, and does not count.
pub(super) fn in_turns(lanes: &mut [Lane], runs: usize) -> Result<()> {
    for lane in &mut *lanes {
        lane.step()?;
        lane.samples.clear();
    }
    for _ in 0..runs {
        for lane in &mut *lanes {
            lane.step()?;
        }
    }
    Ok(())
}

/// One command that takes its turn.
pub(super) struct Lane {
    name: &'static str,
    command: Command,
    pub(super) samples: Vec<Sample>,
}

impl Lane {
    pub(super) fn new(name: &'static str, command: Command) -> Self {
        Self { name, command, samples: Vec::new() }
    }

    /// Runs it once. A benchmark of something that did not work measures nothing: that is an error.
    pub(super) fn step(&mut self) -> Result<()> {
        let sample = measure::once(&mut self.command)?;
        if !sample.status.success() {
            bail!("`{}` ended with {}: {}", shell::shown(&self.command), sample.status, sample.stderr.trim_end());
        }
        self.samples.push(sample);
        Ok(())
    }

    pub(super) fn spread(&self) -> Result<Spread> {
        let walls: Vec<Duration> = self.samples.iter().map(|sample| sample.wall).collect();
        Spread::of(&walls).with_context(|| format!("`{}` never ran", self.name))
    }

    pub(super) fn print(&self, peer: Option<&Lane>) -> Result<()> {
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
