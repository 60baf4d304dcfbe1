//! `cargo xtask bench cluster`: a check on a node, whole process with clean-up, beside `kubectl run --rm -i` of a program that does nothing with
//! the same image.

use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::local::{Lane, build_apart, in_turns};
use super::measure;
use super::stage::Stage;
use crate::shell;
use crate::workspace::Workspace;

/// A check on a node with an image and with none, beside `kubectl run --rm -i`
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How often each command runs; they take turns
    #[arg(long, default_value_t = 10)]
    runs: usize,
}

/// Where everything is created; it goes with the benchmark.
const NAMESPACE: &str = "dbg-bench";
/// What the nodes have from the start.
const BUSYBOX: &str = "dbg.test/busybox:1";

pub(crate) fn run(args: &Args, workspace: &Workspace) -> Result<()> {
    build_apart(workspace)?;
    let stage = Stage::new(&workspace.dist().join("dbg"))?;
    let cluster = Cluster::up(workspace)?;
    cluster.shell(&format!(
        "kubectl create namespace {NAMESPACE} && kubectl -n {NAMESPACE} wait --timeout 30s --for jsonpath='{{.metadata.name}}'=default serviceaccount/default"
    ))?;
    let measured = measure_all(args, workspace, &stage, &cluster);
    cluster.shell(&format!("kubectl delete namespace {NAMESPACE} --wait=false"))?;
    measured
}

fn measure_all(args: &Args, workspace: &Workspace, stage: &Stage, cluster: &Cluster) -> Result<()> {
    let archive = workspace.target.join("bench-agent.tar");
    if archive.exists() {
        std::fs::remove_file(&archive).with_context(|| format!("cannot remove `{}`", archive.display()))?;
    }
    let saved = shell::output(Command::new(stage.program()).args(["image", "save"]).arg(&archive))?;
    let Some(name) = saved.split_whitespace().nth(1) else { bail!("`dbg image save` did not say the image's name") };
    let image = format!("docker.io/library/{name}");
    // Somebody whose image is there.
    cluster.shell(&format!(
        "kubectl -n {NAMESPACE} run lender --image {BUSYBOX} --image-pull-policy Never --overrides '{{\"spec\":{{\"nodeName\":\"n1\"}}}}' -- sleep 86400
         kubectl -n {NAMESPACE} wait --timeout 60s --for condition=Ready pod/lender"
    ))?;
    println!("machine: {}", measure::machine());
    println!("two nodes on this machine; each command {} times, in turns", args.runs);
    let kubectl = |image: &str, command: &str| {
        cluster.script(&format!(
            "kubectl -n {NAMESPACE} run peer-$$ --rm -i --quiet --restart Never --image {image} --image-pull-policy Never \
             --overrides '{{\"spec\":{{\"nodeName\":\"n1\",\"hostNetwork\":true,\"terminationGracePeriodSeconds\":0}}}}' --command -- {command} </dev/null"
        ))
    };
    let dbg = |more: &str| {
        let words = format!("run -n {NAMESPACE} --target node/n1 {more} dns-check name=localhost.");
        let mut command = cluster.command(stage.program().as_os_str());
        command.args(words.split_whitespace());
        command
    };
    // Where the node has the agent's image dbg takes that one: what there is without any is measured before.
    let mut bare =
        [Lane::new("kubectl run, an image's no-op", kubectl(BUSYBOX, "true")), Lane::new("dbg with no image", dbg(""))];
    in_turns(&mut bare, args.runs)?;
    cluster.shell(&format!("cargo xtask cluster load '{}'", archive.display()))?;
    let mut there = [
        Lane::new("kubectl run, the agent's image", kubectl(&image, "/dbg-agent --version")),
        Lane::new("dbg with the agent's image", dbg(&format!("--image {image}"))),
    ];
    in_turns(&mut there, args.runs)?;
    for ([peer, own], most) in [(&bare, "1.0x"), (&there, "0.8x")] {
        peer.print(None)?;
        own.print(Some(peer))?;
        println!("    asked for: at most {most}");
    }
    Ok(())
}

/// The cluster of this checkout; one that was brought up for the benchmark goes with the value.
struct Cluster {
    exports: String,
    brought_up: bool,
}

impl Cluster {
    fn up(workspace: &Workspace) -> Result<Self> {
        let mut command = Command::new("cargo");
        command.current_dir(&workspace.root).args(["xtask", "cluster", "up"]);
        let output = command.output().context("cannot start `cargo`")?;
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            bail!("no cluster comes up: {}", said.trim_end());
        }
        let exports = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(Self { exports, brought_up: !said.contains("is up already") })
    }

    /// A script with what a shell needs to use the cluster.
    fn script(&self, script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("{}\n{script}", self.exports)]);
        command
    }

    fn shell(&self, script: &str) -> Result<()> {
        shell::run(&mut self.script(&format!("set -e\n{{ {script}\n}} >&2")))
    }

    fn command(&self, program: &std::ffi::OsStr) -> Command {
        let mut command = Command::new(program);
        let kubeconfig = self.exports.lines().find_map(|line| line.strip_prefix("export KUBECONFIG="));
        command.env("KUBECONFIG", kubeconfig.unwrap_or_default().trim_matches('\''));
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.brought_up {
            // What stays says so itself the next time.
            let _stays = Command::new("cargo").args(["xtask", "cluster", "down"]).status();
        }
    }
}
