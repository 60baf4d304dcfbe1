//! `cargo xtask bench trust`: what it costs to know who vouches for a plugin, beside reading the file and hashing it with openssl.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::measure::{self, Spread};
use crate::workspace::Workspace;
use crate::{files, shell, target};

/// Verification of a plugin of 200 KB with two signatures, and of one of 18 MB beside `openssl dgst -sha256`
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How often each runs; they take turns
    #[arg(long, default_value_t = 31)]
    runs: usize,
}

pub(crate) fn run(args: &Args, workspace: &Workspace) -> Result<()> {
    println!("machine: {}", measure::machine());
    let program = build(workspace)?;
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let (small, big) = (folder.path().join("small.wasm"), folder.path().join("big.wasm"));
    shell::run(Command::new(&program).arg("make").args([&small, &big]))?;

    println!("a plugin of {}, two signatures; asked for: under 2 ms", files::shown_size(files::size(&small)?));
    let within = (0..args.runs).map(|_| first(&program, &small)).collect::<Result<Vec<_>>>()?;
    println!("    read and verified, the first thing in a process: {}", spread(&within)?);
    shell::run(Command::new(&program).arg("parts").arg(&small))?;

    println!("a plugin of {}; asked for: at most 1.5x openssl", files::shown_size(files::size(&big)?));
    let mut verify = Command::new(&program);
    verify.arg("verify").arg(&big);
    let mut openssl = Command::new("openssl");
    openssl.args(["dgst", "-sha256"]).arg(&big);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..args.runs {
        ours.push(measure::once(&mut verify)?.wall);
        theirs.push(measure::once(&mut openssl)?.wall);
    }
    let (ours, theirs) = (spread(&ours)?, spread(&theirs)?);
    println!("    {}: {ours}", shell::shown(&verify));
    println!("    {}: {theirs}", shell::shown(&openssl));
    println!("    ratio {:.2}", ours.ratio(theirs));
    shell::run(Command::new(&program).arg("parts").arg(&big))
}

/// The program that measures, with nothing but the room of plugins in it.
fn build(workspace: &Workspace) -> Result<std::path::PathBuf> {
    let mut cargo = shell::cargo(&workspace.root);
    cargo.args(["bench", "--no-run", "--profile", "release", "--target", &target::musl()?]);
    cargo.args(["--package", "dbg-plugin", "--bench", "trust", "--message-format", "json"]);
    let messages = shell::output(&mut cargo)?;
    let found = messages.lines().find_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        let is_it = message.get("target")?.get("name")?.as_str()? == "trust";
        Some(message.get("executable")?.as_str()?.into()).filter(|_| is_it)
    });
    found.context("cargo does not tell where the program is")
}

/// How long the verification took in a process of its own, by its own clock.
fn first(program: &Path, file: &Path) -> Result<Duration> {
    let nanoseconds = shell::output(Command::new(program).arg("verify").arg(file))?;
    Ok(Duration::from_nanos(nanoseconds.trim().parse().context("it tells no time")?))
}

fn spread(times: &[Duration]) -> Result<Spread> {
    Spread::of(times).context("`--runs` must be at least 1")
}
