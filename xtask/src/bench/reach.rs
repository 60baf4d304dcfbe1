//! `cargo xtask bench reach`: `tcp-reach` beside `nmap`, whole processes: all ports of loopback, and ports before a firewall that drops.

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::measure::{self, Sample, Spread};
use super::stage::Stage;
use crate::workspace::Workspace;
use crate::{files, shell};

/// Ports that the firewall of the second part drops.
const FILTERED: &str = "10.77.0.1:1-1024";

/// `tcp-reach` beside `nmap`
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How often each command runs; they take turns, so that a busy moment of the machine meets all of them
    #[arg(long, default_value_t = 11)]
    runs: usize,
}

pub(crate) fn run(args: &Args, workspace: &Workspace) -> Result<()> {
    let Some(nmap) = shell::which("nmap") else {
        bail!("`nmap` is missing; get it by `cargo xtask doctor --install`");
    };
    // In a process of its own: its memory would be measured with every command.
    let xtask = std::env::current_exe().context("cannot tell where xtask lies")?;
    shell::run(Command::new(xtask).arg("build").current_dir(&workspace.root))?;
    let stage = Stage::new(&workspace.dist().join("dbg"))?;
    println!("machine: {}", measure::machine());
    println!("each command {} times, in turns", args.runs);
    loopback(&stage, &nmap, args.runs)?;
    filtered(&stage, &nmap, args.runs.min(5))
}

fn loopback(stage: &Stage, nmap: &Path, runs: usize) -> Result<()> {
    // Something is open, so that both find something.
    let _open = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot listen on loopback")?;
    let mut peer = Command::new(nmap);
    peer.args(["-sT", "-T5", "-n", "-p-", "127.0.0.1"]);
    let mut check = stage.dbg();
    check.args(["run", "tcp-reach", "to=127.0.0.1:1-65535", "rate=0"]);
    let mut lanes = [Lane::new("nmap", peer), Lane::new("dbg run tcp-reach", check)];
    in_turns(&mut lanes, runs)?;
    let [peer, check] = &lanes;
    println!("all 65,535 ports of loopback:");
    peer.print(None)?;
    check.print(Some(peer))?;
    println!("    asked for: at most 1.5x nmap");
    Ok(())
}

fn filtered(stage: &Stage, nmap: &Path, runs: usize) -> Result<()> {
    println!("1,024 ports before a firewall that drops, 1 s timeout:");
    let Some(wall) = Wall::start()? else {
        println!("    not measured: it takes root, `unshare`, `nsenter`, `ip` and `nft`");
        return Ok(());
    };
    let mut peer = wall.enter(&Command::new(nmap));
    let (host, ports) = FILTERED.split_once(':').context("a host and ports")?;
    peer.args(["-sT", "-T5", "-n", "-Pn", "--max-retries", "0", "-p", ports, host]);
    let mut check = wall.enter(&stage.dbg());
    // Nothing is open, and that is not the question here.
    check.args(["run", "--fail-on", "never", "tcp-reach", "timeout=1s", &format!("to={FILTERED}")]);
    let mut unlimited = wall.enter(&stage.dbg());
    unlimited.args(["run", "--fail-on", "never", "tcp-reach", "timeout=1s", &format!("to={FILTERED}"), "rate=0"]);
    let mut lanes = [
        Lane::new("nmap (0.3 s timeout)", peer),
        Lane::new("dbg run tcp-reach, 500 a second", check),
        Lane::new("dbg run tcp-reach, no rate", unlimited),
    ];
    in_turns(&mut lanes, runs)?;
    for lane in &lanes {
        lane.print(None)?;
    }
    println!("    asked for: at most 3 s");
    Ok(())
}

fn in_turns(lanes: &mut [Lane], runs: usize) -> Result<()> {
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
struct Lane {
    name: &'static str,
    command: Command,
    samples: Vec<Sample>,
}

impl Lane {
    fn new(name: &'static str, command: Command) -> Self {
        Self { name, command, samples: Vec::new() }
    }

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
        let bound = if peak <= measure::floor() { "at most " } else { "" };
        println!("{}: `{}`", self.name, shell::shown(&self.command));
        print!("    {spread}, peak memory {bound}{}", files::shown_size(peak));
        if let Some(peer) = peer {
            print!(", {:.2}x {}", spread.ratio(peer.spread()?), peer.name);
        }
        println!();
        Ok(())
    }
}

/// A network of its own whose firewall drops what comes to one address; it goes with the value.
struct Wall {
    holder: Child,
}

impl Wall {
    /// None where this machine does not allow it.
    fn start() -> Result<Option<Self>> {
        if ["unshare", "nsenter", "ip", "nft"].iter().any(|tool| shell::which(tool).is_none()) {
            return Ok(None);
        }
        let script = "set -e; ip link set lo up; ip address add 10.77.0.1/32 dev lo; \
            nft 'add table inet wall'; nft 'add chain inet wall in { type filter hook input priority 0; }'; \
            nft 'add rule inet wall in ip daddr 10.77.0.1 tcp flags syn drop'; echo ready; exec cat";
        let mut command = Command::new("unshare");
        command.args(["--net", "sh", "-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut holder = command.spawn().context("cannot start `unshare`")?;
        let mut said = String::new();
        if let Some(stdout) = holder.stdout.take() {
            BufReader::new(stdout).read_line(&mut said).context("cannot read what `unshare` says")?;
        }
        let wall = Self { holder };
        Ok((said == "ready\n").then_some(wall))
    }

    /// A program with its own environment and arguments, within.
    fn enter(&self, command: &Command) -> Command {
        let mut entered = Command::new("nsenter");
        entered.args(["--target", &self.holder.id().to_string(), "--net", "--"]);
        entered.arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            if let Some(value) = value {
                entered.env(name, value);
            }
        }
        entered
    }
}

impl Drop for Wall {
    fn drop(&mut self) {
        // Already gone is as good: there is nobody left to tell.
        let _gone = self.holder.kill();
        let _gone = self.holder.wait();
    }
}
