//! Exactly what was typed. Nothing here touches the machine.

mod audit;
mod author;
mod check;
mod cluster;
mod completion;
mod gc;
mod image;
mod key;
mod making;
mod output;
mod passphrase;
mod plugin;
mod repeat;
mod run;
mod schema;
mod selection;
mod shell;
mod sign;
mod target;
mod trust;

pub(crate) use audit::{AuditCommand, AuditShow, AuditVerify, Recording};
pub(crate) use author::{PluginNew, PluginPack, PluginTest};
pub(crate) use check::{CheckCommand, CheckShow};
pub(crate) use cluster::{ClusterArgs, PodArgs, ViaWord};
pub(crate) use completion::Completion;
pub(crate) use gc::Gc;
pub(crate) use image::{ImageCommand, ImageSave};
pub(crate) use key::{KeyCommand, KeyNew, KeyShow};
pub(crate) use making::{CleanupWord, Making};
pub(crate) use output::{ListFormat, ObjectFormat, ReportFormat};
pub(crate) use passphrase::Passphrases;
pub(crate) use plugin::{PluginAdd, PluginCommand, PluginGrant, PluginLoad, PluginRemove, PluginSave, PluginShow};
use repeat::duration;
pub(crate) use repeat::{Repeat, Until};
pub(crate) use run::Run;
pub(crate) use schema::{Schema, SchemaName};
pub(crate) use selection::Selection;
pub(crate) use shell::Shell;
pub(crate) use sign::PluginSign;
pub(crate) use target::{TargetCommand, TargetExplain, TargetRbac};
pub(crate) use trust::{
    ListAdd, ListNew, ListShow, ListSign, RevocationsCommand, RootCommand, RootNew, RootNext, RootShow, RootSign,
    TrustAdd, TrustCommand,
};

use clap::{Parser, Subcommand};

const EXAMPLES: &str = "\
Examples:
  dbg run dns-check
  dbg run dns-check name=example.test server=10.0.0.10 type=A,AAAA
  dbg run --target pid/1234 sock-summary
  dbg run --target container/web --target isolated dns-check
  dbg shell --target container/web
  dbg run --target node/n1 dns-check sock-summary
  dbg target explain pid/1234 sock-summary
  dbg run tcp-reach to=db:5432 --every 5s --for 1h
  dbg check show dns-check
  dbg trust add acme.root.json --fingerprint sha256:…
  dbg plugin add ./my-check.wasm

Exit codes: 0 pass, 4 warn, 3 fail, 5 could not check, 2 usage, 1 dbg's own error, 130 interrupted";

/// The examples, and every environment variable that is read.
fn long_help() -> String {
    let lines = crate::env::ALL.map(|variable| format!("  {:<23} {}", variable.name, variable.doc));
    format!("{EXAMPLES}\n\nEnvironment:\n{}", lines.join("\n"))
}

/// Finds out what is wrong with a machine: checks are WebAssembly components that may do just what they were granted.
#[derive(Debug, Parser)]
#[command(
    name = "dbg",
    version = env!("DBG_VERSION"),
    about = "Finds out what is wrong with a machine, from one file, offline",
    max_term_width = 100,
    after_help = EXAMPLES,
    after_long_help = long_help()
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Draw no live progress line
    #[arg(long, global = true)]
    pub(crate) no_progress: bool,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run checks on targets and report a verdict
    Run(Run),
    /// Open a terminal where the trouble is
    Shell(Shell),
    /// See which checks there are and what they take
    #[command(subcommand)]
    Check(CheckCommand),
    /// Add, verify, carry and remove plugins
    #[command(subcommand)]
    Plugin(PluginCommand),
    /// Make and show keys that sign plugins and roots
    #[command(subcommand)]
    Key(KeyCommand),
    /// Decide which vendors are trusted, and make the roots that they are trusted by
    #[command(subcommand)]
    Trust(TrustCommand),
    /// See which targets can be reached from here
    #[command(subcommand)]
    Target(TargetCommand),
    /// Show and verify what was recorded of runs
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Carry the agent's image to where it is needed
    #[command(subcommand)]
    Image(ImageCommand),
    /// Remove containers and pods that runs of yours have left behind
    Gc(Gc),
    /// Print the JSON schema of machine output
    Schema(Schema),
    /// Print a completion script for a shell
    Completion(Completion),
}
