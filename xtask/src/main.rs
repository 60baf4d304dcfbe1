//! `cargo xtask VERB`: everything this repository does to itself. One verb a file, each with its arguments and its `run`.
//!
//! It knows folders, cargo and the machine's tools, and nothing of the host: no crate of the house is among its dependencies,
//! so that it compiles in seconds and works when the house does not.
#![expect(clippy::disallowed_methods, reason = "the bans are the host's; xtask starts cargo and reads the tree")]
#![expect(clippy::print_stdout, reason = "a verb's answer goes to stdout")]
#![expect(clippy::print_stderr, reason = "progress and errors go to stderr")]

mod agents;
mod bench;
mod build;
mod build_id;
mod ci;
mod cluster;
mod demo;
mod doctor;
mod elf;
mod features;
mod files;
mod fuzz;
mod guests;
mod languages;
mod licences;
mod plugins;
mod shell;
mod tally;
mod target;
mod test;
mod tidy;
mod wit;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

/// Builds, checks, tests and measures dbg.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Builds everything, then runs a real DNS check of this machine
    Demo(demo::Args),
    /// Installs what the tests need where it may, then builds and tests everything
    Test(test::Args),
    /// Builds the release binary: `target/dist/dbg`
    Build(build::Args),
    /// Builds the stock checks: `target/dist/plugins/*.wasm`
    Plugins(plugins::Args),
    /// Builds the guests of the tests: `target/dist/guests/*.wasm`
    Guests(guests::Args),
    /// Says what is missing on this machine and how to get it
    Doctor(doctor::Args),
    /// Runs every check that is no test: format, lints, docs, tidy, wit, licences
    Ci(ci::Args),
    /// Checks edges between rooms, file sizes, bans and names
    Tidy(tidy::Args),
    /// Checks the packages under `wit/`
    Wit(wit::Args),
    /// Checks licences, sources and the lock file of all dependencies
    Licences(licences::Args),
    /// A real Kubernetes of two nodes on this machine, for tests
    Cluster(cluster::Args),
    /// Measures, beside the tool that people use today
    Bench(bench::Args),
    /// Changes the kept inputs of all parsers for a while; what panics is a fault
    Fuzz(fuzz::Args),
    /// Holds sockets for `bench sockets`
    #[command(hide = true)]
    HoldSockets(bench::Hold),
}

/// A failure that the verb has told already, because its own last line must stay the last.
#[derive(Debug)]
struct AlreadyTold;

impl std::fmt::Display for AlreadyTold {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("failed, see above")
    }
}

impl std::error::Error for AlreadyTold {}

fn main() -> ExitCode {
    match run(Arguments::parse().verb) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is::<AlreadyTold>() => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            for cause in error.chain().skip(1) {
                eprintln!("  caused by: {cause}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(verb: Verb) -> Result<()> {
    // It runs as a user who may see neither the repository nor cargo.
    if let Verb::HoldSockets(args) = verb {
        return bench::hold(&args);
    }
    let workspace = Workspace::find()?;
    match verb {
        Verb::Demo(args) => demo::run(&args, &workspace),
        Verb::Test(args) => test::run(&args, &workspace),
        Verb::Build(args) => build::run(&args, &workspace),
        Verb::Plugins(args) => plugins::run(&args, &workspace),
        Verb::Guests(args) => guests::run(&args, &workspace),
        Verb::Doctor(args) => doctor::run(&args, &workspace),
        Verb::Ci(args) => ci::run(&args, &workspace),
        Verb::Tidy(args) => tidy::run(&args, &workspace),
        Verb::Wit(args) => wit::run(&args, &workspace),
        Verb::Licences(args) => licences::run(&args, &workspace),
        Verb::Cluster(args) => cluster::run(&args, &workspace),
        Verb::Bench(args) => bench::run(&args, &workspace),
        Verb::Fuzz(args) => fuzz::run(&args, &workspace),
        Verb::HoldSockets(args) => bench::hold(&args),
    }
}

/// The names of all verbs, so that `tidy` can compare what the documents mention.
fn verb_names() -> Vec<String> {
    use clap::CommandFactory as _;
    Arguments::command().get_subcommands().map(|command| command.get_name().to_owned()).collect()
}
