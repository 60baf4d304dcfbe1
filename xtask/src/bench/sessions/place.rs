//! The same check in `local` and in `netns/`, whole process, as root; and as nobody in `local`, whose agent is a task of the process.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::bench::local::Lane;
use crate::bench::stage::Stage;
use crate::shell;

/// What is asked for, in milliseconds.
const MOST: f64 = 15.0;

/// A network namespace with a name; it goes with the value.
pub(super) struct Place {
    pub(super) name: String,
}

impl Place {
    /// None where we may not make one.
    pub(super) fn new() -> Result<Option<Self>> {
        let Some(ip) = shell::which("ip") else { return Ok(None) };
        let place = Self { name: format!("dbg-bench-{}", std::process::id()) };
        let made = Command::new(&ip).args(["netns", "add", &place.name]).status().context("cannot start `ip`")?;
        if !made.success() {
            return Ok(None);
        }
        shell::run(Command::new(ip).args(["-n", &place.name, "link", "set", "lo", "up"]))?;
        Ok(Some(place))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        Command::new("ip").args(["netns", "delete", &self.name]).status().ok();
    }
}

/// A check that has next to nothing to do: what is measured is the way to it. Nobody listens on port 1, which is its answer.
pub(super) const CHECK: [&str; 4] = ["--fail-on", "never", "tcp-reach", "to=127.0.0.1:1"];

pub(super) fn run(place: &Place, dbg: &Path, runs: usize) -> Result<()> {
    let stage = Stage::new(dbg)?;
    let target = format!("netns/{}", place.name);
    let of = |mut command: Command, target: &str| {
        command.args(["run", "--target", target]).args(CHECK);
        command
    };
    let root = || {
        let mut command = Command::new(stage.program());
        command.env_clear().current_dir("/");
        command
    };
    let mut lanes = [
        Lane::new("local, in this process", of(stage.dbg(), "local")),
        Lane::new("local, in a child", of(root(), "local")),
        Lane::new("netns, in a child", of(root(), &target)),
    ];
    println!("one check, each command {runs} times, in turns");
    for lane in &mut lanes {
        lane.step()?;
        lane.samples.clear();
    }
    for _ in 0..runs {
        for lane in &mut lanes {
            lane.step()?;
        }
    }
    let [in_process, child, netns] = &lanes;
    in_process.print(None)?;
    child.print(Some(in_process))?;
    netns.print(Some(in_process))?;
    for (name, other) in [("local, in this process", in_process), ("local, in a child", child)] {
        let more = (netns.spread()?.median.as_secs_f64() - other.spread()?.median.as_secs_f64()) * 1000.0;
        println!("    netns adds {more:.2} ms to `{name}`");
    }
    println!("    asked for: at most {MOST} ms more than the same check in `local`");
    if lanes.iter().any(|lane| lane.samples.is_empty()) {
        bail!("nothing was measured");
    }
    Ok(())
}
