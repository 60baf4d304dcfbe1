//! `dbg plugin …`

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::ListFormat;
use super::author::{PluginNew, PluginPack, PluginTest};

/// Add, list, show and remove plugins
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
