//! `cargo xtask bench session`: what a session carries and takes, without a check and without `dbg`.

use anyhow::Result;

use super::measure;
use crate::workspace::Workspace;
use crate::{shell, target};

/// A session alone: bytes a second over a pipe, plain and encrypted, and the memory of 1,000 sessions side by side
#[derive(clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_: &Args, workspace: &Workspace) -> Result<()> {
    println!("machine: {}", measure::machine());
    let mut cargo = shell::cargo(&workspace.root);
    cargo.args(["bench", "--quiet", "--profile", "release", "--target", &target::musl()?]);
    cargo.args(["--package", "dbg-session", "--bench", "measure"]);
    shell::run(&mut cargo)?;
    println!("    asked for: 200 MB/s, and under 64 MB; no tool that people use today does the same");
    Ok(())
}
