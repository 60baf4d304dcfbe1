//! `cargo xtask test`: installs what the tests need where it may, builds, runs every test, and says what ran and what did not.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::tally::{self, Tally};
use crate::workspace::Workspace;
use crate::{AlreadyTold, agents, build, doctor, guests, languages, shell, target};

/// Builds and tests everything
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Installs nothing; tests whose tools are missing are skipped
    #[arg(long)]
    no_install: bool,
    /// Given to `cargo test`: `cargo xtask test -- -p dbg-model -- name`
    #[arg(last = true)]
    cargo: Vec<String>,
}

pub(crate) fn run(args: &Args, workspace: &Workspace) -> Result<()> {
    if !args.no_install {
        doctor::install()?;
    }
    let missing = doctor::missing_for_tests()?;
    for tool in &missing {
        eprintln!("missing: `{}`; skipped without it: {}", tool.name, tool.purpose);
    }
    let built = build::build(workspace, &build::Signing::Development)?;
    guests::build(workspace)?;
    languages::build(workspace)?;

    let log = workspace.target.join("skipped-tests.log");
    std::fs::write(&log, "").with_context(|| format!("cannot write `{}`", log.display()))?;
    let mut suites = Vec::new();
    for (name, mut command) in suites_of(args, workspace)? {
        built.settings.apply(&mut command);
        command
            .env("DBG_BIN", &built.binary)
            .env("DBG_PLUGINS", workspace.dist().join("plugins"))
            .env("DBG_GUESTS", workspace.dist().join("guests"))
            .env("DBG_LANGUAGES", languages::folder(workspace))
            .env("DBG_AGENTS", agents::programs(workspace))
            .env("DBG_SKIP_LOG", &log);
        suites.push(Suite::run(name, &mut command)?);
    }
    let outcome = Outcome::new(suites, &log, &missing, strict())?;
    print!("{outcome}");
    if outcome.tally.failed > 0 { Err(AlreadyTold.into()) } else { Ok(()) }
}

/// Where tools can be installed and nobody looks, a test without its tool is a mistake in `doctor`, not a choice.
fn strict() -> bool {
    std::env::var_os("CI").is_some_and(|ci| ci == "true") && doctor::may_install_packages()
}

/// The runs of `cargo test` that make up everything.
fn suites_of(args: &Args, workspace: &Workspace) -> Result<Vec<(&'static str, Command)>> {
    let named = args.cargo.iter().any(|word| word == "-p" || word.starts_with("--package"));
    let mut house = shell::cargo(&workspace.root);
    house.args(["test", "--release", "--no-fail-fast", "--target", &target::musl()?]);
    if !named {
        build::select(&mut house);
    }
    house.args(&args.cargo);
    let mut suites = vec![("house", house)];
    if args.cargo.is_empty() {
        let mut own = shell::cargo(&workspace.root);
        own.args(["test", "--no-fail-fast", "--package", "xtask"]);
        suites.push(("xtask", own));
    }
    Ok(suites)
}

/// One run of `cargo test` and what came of it.
struct Suite {
    name: &'static str,
    tally: Tally,
    took: Duration,
}

impl Suite {
    /// Runs it, passes its output on, and counts.
    fn run(name: &'static str, command: &mut Command) -> Result<Self> {
        let text = shell::shown(command);
        eprintln!("$ {text}");
        let start = Instant::now();
        let context = || format!("cannot run `{text}`");
        let mut child = command.stdout(Stdio::piped()).spawn().with_context(context)?;
        let mut tally = Tally::default();
        if let Some(stdout) = child.stdout.take() {
            for line in BufReader::new(stdout).split(b'\n') {
                let line = line.with_context(context)?;
                let line = String::from_utf8_lossy(&line);
                println!("{line}");
                tally.read(&line);
            }
        }
        let status = child.wait().with_context(context)?;
        // What does not compile, or dies before its closing line, counts no test and has failed all the same.
        if !status.success() && tally.failed == 0 {
            tally.failed = 1;
        }
        Ok(Self { name, tally, took: start.elapsed() })
    }
}

/// What is said at the end.
struct Outcome {
    suites: Vec<Suite>,
    /// Test to reasons.
    skips: BTreeMap<String, Vec<String>>,
    /// Of those, the ones that are failures here.
    unexcused: Vec<String>,
    tally: Tally,
}

impl Outcome {
    fn new(suites: Vec<Suite>, log: &Path, missing: &[doctor::Tool], strict: bool) -> Result<Self> {
        let text = std::fs::read(log).with_context(|| format!("cannot read `{}`", log.display()))?;
        let skips = tally::skips(&String::from_utf8_lossy(&text));
        let mut tally = Tally::default();
        for suite in &suites {
            tally.add(suite.tally);
        }
        tally.move_to_skipped(skips.len() as u64);
        let mut unexcused = Vec::new();
        if strict {
            let names: Vec<&str> = missing.iter().map(|tool| &*tool.name).collect();
            for (test, reasons) in &skips {
                if reasons.iter().any(|reason| is_about_a_tool(reason, &names)) {
                    unexcused.push(test.clone());
                }
            }
        }
        let failures = unexcused.len() as u64;
        tally.skipped -= failures;
        tally.failed += failures;
        Ok(Self { suites, skips, unexcused, tally })
    }
}

/// Whether a reason says that a tool is not there, by the tool's name or in so many words.
fn is_about_a_tool(reason: &str, missing: &[&str]) -> bool {
    let names_one = |word: &str| missing.contains(&word);
    reason.split(|letter: char| !(letter.is_alphanumeric() || letter == '-')).any(names_one)
        || ["missing", "not installed", "not found"].iter().any(|words| reason.contains(words))
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(formatter, "\nran:")?;
        for Suite { name, tally, took } in &self.suites {
            writeln!(formatter, "  {name:<8} {tally} ({:.0} s)", took.as_secs_f64())?;
        }
        if !self.skips.is_empty() {
            writeln!(formatter, "skipped themselves (counted above as passed, below as skipped):")?;
        }
        for (test, reasons) in &self.skips {
            writeln!(formatter, "  {test}: {}", reasons.join("; "))?;
        }
        if !self.unexcused.is_empty() {
            writeln!(formatter, "skipped for want of a tool that this machine could install, so failed:")?;
        }
        for test in &self.unexcused {
            writeln!(formatter, "  {test}")?;
        }
        writeln!(formatter, "{}", self.tally)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(log: &str, strict: bool) -> Outcome {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log");
        std::fs::write(&path, log).expect("written");
        let tally = Tally { passed: 5, failed: 0, skipped: 0 };
        let suite = Suite { name: "house", tally, took: Duration::ZERO };
        Outcome::new(vec![suite], &path, &[], strict).expect("read")
    }

    #[test]
    fn the_last_line_is_the_counts_alone() {
        let text = outcome("SKIPPED a::b: needs `CAP_SYS_ADMIN`\n", false).to_string();
        assert_eq!(text.lines().last(), Some("4 passed, 0 failed, 1 skipped"));
    }

    #[test]
    fn a_skip_for_want_of_a_tool_fails_where_it_could_have_been_installed() {
        let log = "SKIPPED a::b: `named` is missing\nSKIPPED c: the kernel has no netem\n";
        assert_eq!(outcome(log, true).tally, Tally { passed: 3, failed: 1, skipped: 1 });
        assert_eq!(outcome(log, false).tally, Tally { passed: 3, failed: 0, skipped: 2 });
    }

    #[test]
    fn a_reason_that_names_a_missing_tool_is_about_a_tool() {
        assert!(is_about_a_tool("needs `dig`", &["dig"]));
        assert!(!is_about_a_tool("digits are wrong", &["dig"]));
    }
}
