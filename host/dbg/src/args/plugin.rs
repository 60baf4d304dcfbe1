//! `dbg plugin …`

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::ListFormat;

/// Add, list, show and remove plugins, and make your own
#[derive(Debug, Subcommand)]
pub(crate) enum PluginCommand {
    /// Add a plugin from a file: says what it may do, and asks once
    #[command(after_help = "Examples:\n  dbg plugin add ./my-check.wasm --allow-unsigned\n  \
                            dbg plugin add ./my-check.wasm --allow-unsigned --yes")]
    Add(PluginAdd),
    /// List the plugins of this dbg and those that were added
    #[command(after_help = "Examples:\n  dbg plugin list\n  dbg plugin list -o json")]
    List {
        /// How to print the list
        #[arg(short, long, value_enum, default_value_t = ListFormat::Text)]
        output: ListFormat,
    },
    /// Show what a plugin is, which checks it has and what they may do
    #[command(after_help = "Examples:\n  dbg plugin show my-check\n  dbg plugin show ./my-check.wasm")]
    Show(PluginShow),
    /// Write a new check of your own: a crate with the SDK beside it, which builds anywhere
    #[command(
        after_help = "Examples:\n  dbg plugin new my-check\n  dbg plugin new my-check --capability files,resolver"
    )]
    New(PluginNew),
    /// Read a plugin as `add` would, and run its checks once on this machine
    #[command(after_help = "Examples:\n  dbg plugin test\n  dbg plugin test ./my-check.wasm file=/etc/hosts")]
    Test(PluginTest),
    /// Give a component of another language its declaration
    #[command(after_help = "Examples:\n  dbg plugin pack check.wasm --declaration check.json -o my-check.wasm")]
    Pack(PluginPack),
    /// Remove a plugin that was added
    #[command(after_help = "Examples:\n  dbg plugin remove my-check\n  dbg plugin remove my-check@1.2.0")]
    Remove(PluginRemove),
}

/// Add a plugin from a file
#[derive(Debug, Args)]
pub(crate) struct PluginAdd {
    /// The plugin's file
    pub(crate) file: PathBuf,

    /// Add it although nobody signed it
    #[arg(long)]
    pub(crate) allow_unsigned: bool,

    /// Do not ask: consent where the policy covers what the plugin wants
    #[arg(short, long)]
    pub(crate) yes: bool,
}

/// Show a plugin
#[derive(Debug, Args)]
pub(crate) struct PluginShow {
    /// Its name, `NAME@VERSION`, or a file (with a `/` or ending in `.wasm`)
    pub(crate) plugin: String,

    /// How to print it
    #[arg(short, long, value_enum, default_value_t = ListFormat::Text)]
    pub(crate) output: ListFormat,
}

/// Remove a plugin
#[derive(Debug, Args)]
pub(crate) struct PluginRemove {
    /// Its name, or `NAME@VERSION` for one version alone
    pub(crate) plugin: String,
}

/// Write a new check
#[derive(Debug, Args)]
pub(crate) struct PluginNew {
    /// The name of the plugin, its check and its crate: `a-z`, `0-9` and `-`
    pub(crate) name: String,

    /// What the check looks at: files, resolver, sockets, connect, network-state, processes; may be repeated
    #[arg(long = "capability", value_name = "CAPABILITY", value_delimiter = ',')]
    pub(crate) capabilities: Vec<String>,

    /// The folder to make; `./NAME` without it
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,
}

/// Try a plugin out
#[derive(Debug, Args)]
pub(crate) struct PluginTest {
    /// The plugin's file, then parameters of its checks; without a file what `cargo build` made in this folder
    #[arg(value_name = "FILE|KEY=VALUE")]
    pub(crate) words: Vec<String>,

    /// Where to run its checks
    #[arg(long, default_value = "local")]
    pub(crate) target: String,
}

/// Give a component its declaration
#[derive(Debug, Args)]
pub(crate) struct PluginPack {
    /// The component, as another language's tools built it
    pub(crate) component: PathBuf,

    /// What it is: its name, version and checks, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) declaration: PathBuf,

    /// The plugin's file to write
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
}
