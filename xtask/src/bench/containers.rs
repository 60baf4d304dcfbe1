//! `cargo xtask bench containers`: a check in a container of its own, whole process with clean-up, beside `docker run --rm` and `podman run
//! --rm` of a program that does nothing; and beside what each engine takes for the same container by itself, without a client.

use std::io::{BufRead as _, BufReader};
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail};

use super::local::{Lane, build_apart, in_turns};
use super::measure;
use super::named::{NAME, Named, Place};
use super::stage::Stage;
use crate::shell;
use crate::workspace::Workspace;

/// A check in a container of its own and in ten at once, beside `docker run` and `podman run`
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How often each command runs; they take turns
    #[arg(long, default_value_t = 15)]
    runs: usize,
}

/// Where the name server listens: an address of the machine's that is in no engine's network.
const SERVER: Ipv4Addr = Ipv4Addr::new(10, 99, 0, 1);

/// How many targets at once.
const MANY: usize = 10;

const DOCKER: &str = "unix:///run/docker.sock";
const PODMAN: &str = "unix:///run/podman/podman.sock";

pub(crate) fn run(args: &Args, workspace: &Workspace) -> Result<()> {
    for (tool, package) in [("dockerd", "docker.io"), ("podman", "podman"), ("curl", "curl"), ("nsenter", "util-linux")]
    {
        if shell::which(tool).is_none() {
            bail!("`{tool}` is missing; `apt-get install {package}` or `cargo xtask doctor --install` gets it");
        }
    }
    build_apart(workspace)?;
    let stage = Stage::new(&workspace.dist().join("dbg"))?;
    let engines = Engines::start(workspace)?;
    let server = Named::start_at(&Place { address: SERVER, within: &|program| engines.command(program) })?;
    println!("machine: {}", measure::machine());
    println!("engines with their storage in memory; each command {} times, in turns", args.runs);

    let check = format!("dns-check name={NAME}. server={SERVER}:{} type=A", server.port);
    let isolated = format!("run --target isolated {check}");
    one(args.runs, "docker run", &engines, &stage, DOCKER, &isolated, "docker run --rm shop true")?;
    one(args.runs, "podman run", &engines, &stage, PODMAN, &isolated, "podman run --rm shop true")?;
    many(args.runs, &engines, &stage, &check)
}

/// One target, by one engine.
fn one(
    runs: usize,
    name: &'static str,
    engines: &Engines,
    stage: &Stage,
    host: &str,
    words: &str,
    peer: &str,
) -> Result<()> {
    let mut lanes = [
        Lane::new(name, engines.script(peer)),
        Lane::new("the engine alone, asked by curl", engines.script(&bare(host))),
        Lane::new("dbg run --target isolated", engines.dbg(stage, host, words)),
    ];
    in_turns(&mut lanes, runs)?;
    let [peer, bare, dbg] = &lanes;
    peer.print(None)?;
    bare.print(Some(peer))?;
    dbg.print(Some(peer))?;
    println!("    asked for: at most 0.8x");
    Ok(())
}

/// Ten containers' networks at once.
fn many(runs: usize, engines: &Engines, stage: &Stage, check: &str) -> Result<()> {
    let names: Vec<String> = (0..MANY).map(|number| format!("w{number}")).collect();
    for name in &names {
        shell::run(&mut engines.script(&format!("docker run -d --name {name} shop sleep 86400 >/dev/null")))?;
    }
    let runs_at_once =
        format!("for name in {}; do docker run --rm --net container:$name shop true & done; wait", names.join(" "));
    let targets: Vec<String> = names.iter().map(|name| format!("--target container/{name}")).collect();
    let words = format!("run {} {check}", targets.join(" "));
    let mut lanes = [
        Lane::new("ten docker run at once", engines.script(&runs_at_once)),
        Lane::new("dbg run with ten targets", engines.dbg(stage, DOCKER, &words)),
    ];
    in_turns(&mut lanes, runs)?;
    let [peer, dbg] = &lanes;
    peer.print(None)?;
    dbg.print(Some(peer))?;
    println!("    asked for: at most 1.0x");
    Ok(())
}

/// Creates, starts and removes a container and nothing else: what no client of this engine can be quicker than.
fn bare(host: &str) -> String {
    let socket = host.trim_start_matches("unix://");
    let curl = format!("curl -s --fail-with-body --unix-socket {socket}");
    let body = r#"{"Image":"shop","Cmd":["sleep","60"],"HostConfig":{"LogConfig":{"Type":"none"}}}"#;
    format!(
        "set -e; name=bare-$$; {curl} -H 'Content-Type: application/json' -d '{body}' http://d/v1.40/containers/create?name=$name \
         --next -s -X POST --unix-socket {socket} http://d/v1.40/containers/$name/start \
         --next -s -X DELETE --unix-socket {socket} http://d/v1.40/containers/$name?force=1 >/dev/null"
    )
}

/// Docker and Podman in namespaces of their own, as the tests start them, for as long as the value lives.
struct Engines {
    holder: Child,
}

impl Engines {
    fn start(workspace: &Workspace) -> Result<Self> {
        let set_up = workspace.root.join("tests/src/engine.sh");
        let script = format!(
            "set -e; export ENGINES_AS_THEY_ARE=1; ip link set lo up; ip address add {SERVER}/32 dev lo; . '{}'; echo ready; exec cat",
            set_up.display()
        );
        let mut command = Command::new("unshare");
        command.args(["--mount", "--net", "--propagation", "private", "sh", "-c", &script]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut holder = command.spawn().context("cannot start `unshare`")?;
        let mut said = String::new();
        if let Some(stdout) = holder.stdout.take() {
            BufReader::new(stdout).read_line(&mut said).context("cannot read what the engines' shell says")?;
        }
        let engines = Self { holder };
        if said != "ready\n" {
            bail!("the engines do not start: it takes root, and what they need");
        }
        Ok(engines)
    }

    /// A command in their namespaces.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--target", &self.holder.id().to_string(), "--mount", "--net", "--"]).arg(program);
        command
    }

    /// A script in their namespaces, with what both clients need to find them.
    fn script(&self, script: &str) -> Command {
        let mut command = self.command(Path::new("sh"));
        command.args(["-c", script]).env("DOCKER_HOST", DOCKER).env("CONTAINERS_CONF", "/run/containers.conf");
        command
    }

    /// `dbg` with an engine.
    fn dbg(&self, stage: &Stage, host: &str, words: &str) -> Command {
        let mut command = self.command(stage.program());
        command.args(words.split(' ')).env("DOCKER_HOST", host);
        command
    }
}

impl Drop for Engines {
    fn drop(&mut self) {
        // Already gone is as good: there is nobody left to tell.
        let _gone = self.holder.kill();
        let _gone = self.holder.wait();
    }
}
