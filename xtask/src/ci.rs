//! `cargo xtask ci`: every check that is no test. All of them run, also after one failed.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::build::Settings;
use crate::tally::Tally;
use crate::workspace::Workspace;
use crate::{AlreadyTold, build, features, licences, shell, target, tidy, wit};

/// Runs every check that is no test
#[derive(clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_: &Args, workspace: &Workspace) -> Result<()> {
    let mut steps = Steps::default();
    steps.run("format", || format(workspace));
    steps.run("tidy", || tidy::run(&tidy::Args {}, workspace));
    steps.run("wit", || wit::run(&wit::Args::default(), workspace));
    steps.run("licences", || licences::run(&licences::Args {}, workspace));
    steps.run("features", || features::check(workspace));
    match steps.run("stock checks", || build::stock(workspace, &build::Signing::Development)) {
        Some(settings) => {
            steps.run("lints of the house", || lint_house(workspace, &settings));
            steps.run("docs", || docs(workspace, &settings));
        }
        None => {
            steps.skip("lints of the house", "the stock checks do not build");
            steps.skip("docs", "the stock checks do not build");
        }
    }
    steps.run("lints of the checks", || lint_plugins(workspace));
    steps.run("lints of xtask", || lint_xtask(workspace));
    print!("{steps}");
    if steps.tally().failed > 0 { Err(AlreadyTold.into()) } else { Ok(()) }
}

fn format(workspace: &Workspace) -> Result<()> {
    shell::run(shell::cargo(&workspace.root).args(["fmt", "--all", "--check"]))?;
    let guests = workspace.root.join("tests/guests");
    if guests.join("Cargo.toml").is_file() {
        shell::run(shell::cargo(&guests).args(["fmt", "--all", "--check"]))?;
    }
    Ok(())
}

fn lint_house(workspace: &Workspace, settings: &Settings) -> Result<()> {
    let mut cargo = shell::cargo(&workspace.root);
    cargo.args(["clippy", "--release", "--target", &target::musl()?, "--all-targets"]);
    build::select(&mut cargo);
    settings.apply(&mut cargo);
    shell::run(deny_warnings(&mut cargo))
}

/// The checks and the SDK once more, for what they are really built for: half of the SDK exists only there.
fn lint_plugins(workspace: &Workspace) -> Result<()> {
    target::ensure(target::WASM)?;
    let mut cargo = shell::cargo(&workspace.root);
    cargo.args(["clippy", "--profile", "plugin", "--target", target::WASM, "-p", "dbg-sdk"]);
    for package in workspace.packages_in("plugins") {
        cargo.args(["-p", &package.name]);
    }
    shell::run(deny_warnings(&mut cargo))
}

fn lint_xtask(workspace: &Workspace) -> Result<()> {
    let mut cargo = shell::cargo(&workspace.root);
    cargo.args(["clippy", "--package", "xtask", "--all-targets"]);
    shell::run(deny_warnings(&mut cargo))
}

fn deny_warnings(cargo: &mut Command) -> &mut Command {
    cargo.args(["--", "-D", "warnings"])
}

fn docs(workspace: &Workspace, settings: &Settings) -> Result<()> {
    let mut cargo = shell::cargo(&workspace.root);
    cargo.args(["doc", "--no-deps", "--release", "--target", &target::musl()?]);
    build::select(&mut cargo);
    settings.apply(&mut cargo);
    shell::run(cargo.env("RUSTDOCFLAGS", "-D warnings"))
}

/// What ran, how it went, and how long it took.
#[derive(Default)]
struct Steps(Vec<Step>);

struct Step {
    name: &'static str,
    result: StepResult,
    took: Duration,
}

enum StepResult {
    Passed,
    Failed,
    Skipped(&'static str),
}

impl Steps {
    /// Runs a step and keeps how it went; its error is shown at once.
    fn run<T>(&mut self, name: &'static str, step: impl FnOnce() -> Result<T>) -> Option<T> {
        eprintln!("== {name}");
        let start = Instant::now();
        let result = step();
        let took = start.elapsed();
        match result {
            Ok(value) => {
                self.0.push(Step { name, result: StepResult::Passed, took });
                Some(value)
            }
            Err(error) => {
                if !error.is::<AlreadyTold>() {
                    eprintln!("error: {error:#}");
                }
                self.0.push(Step { name, result: StepResult::Failed, took });
                None
            }
        }
    }

    fn skip(&mut self, name: &'static str, reason: &'static str) {
        self.0.push(Step { name, result: StepResult::Skipped(reason), took: Duration::ZERO });
    }

    fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for step in &self.0 {
            match step.result {
                StepResult::Passed => tally.passed += 1,
                StepResult::Failed => tally.failed += 1,
                StepResult::Skipped(_) => tally.skipped += 1,
            }
        }
        tally
    }
}

impl std::fmt::Display for Steps {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(formatter, "\nchecks:")?;
        for Step { name, result, took } in &self.0 {
            let said = match result {
                StepResult::Passed => "passed".to_owned(),
                StepResult::Failed => "FAILED".to_owned(),
                StepResult::Skipped(reason) => format!("skipped: {reason}"),
            };
            writeln!(formatter, "  {name:<20} {:>6.1} s  {said}", took.as_secs_f64())?;
        }
        writeln!(formatter, "checks: {}", self.tally())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_does_not_hide_the_next() {
        let mut steps = Steps::default();
        steps.run("one", || -> Result<()> { anyhow::bail!("no") });
        steps.run("two", || Ok(()));
        steps.skip("three", "not here");
        assert_eq!(steps.tally(), Tally { passed: 1, failed: 1, skipped: 1 });
        assert!(steps.to_string().ends_with("checks: 1 passed, 1 failed, 1 skipped\n"));
    }
}
