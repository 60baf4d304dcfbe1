//! `cargo xtask bench sessions`: what a session carries and takes, and what another place costs beside `local`.

mod memory;
mod place;

use anyhow::Result;

use super::local::build_apart;
use super::measure;
use crate::workspace::Workspace;
use crate::{shell, target};

/// A session alone: bytes a second over a pipe, plain and encrypted, and the memory of 1,000 sessions side by side; then the same check
/// in `local` and in a network namespace, and in a memory limit of 64 MiB
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How often each check runs; they take turns
    #[arg(long, default_value_t = 31)]
    runs: usize,
}

pub(crate) fn run(args: &Args, workspace: &Workspace) -> Result<()> {
    build_apart(workspace)?;
    println!("machine: {}", measure::machine());
    let mut cargo = shell::cargo(&workspace.root);
    cargo.args(["bench", "--quiet", "--profile", "release", "--target", &target::musl()?]);
    cargo.args(["--package", "dbg-session", "--bench", "measure"]);
    shell::run(&mut cargo)?;
    println!("    asked for: 200 MB/s, and under 64 MB; no tool that people use today does the same");
    measure(&workspace.dist().join("dbg"), args.runs)?;
    println!(
        "beside it: `cargo xtask bench reach` has `tcp-reach` beside `nmap`, `cargo xtask bench sockets` `sock-summary` beside `ss`"
    );
    Ok(())
}

/// What another place costs. It takes root to make one.
fn measure(dbg: &std::path::Path, runs: usize) -> Result<()> {
    let Some(place) = place::Place::new()? else {
        println!("not measured: a network namespace takes root, and `ip`");
        return Ok(());
    };
    place::run(&place, dbg, runs)?;
    memory::run(&place, dbg)
}
