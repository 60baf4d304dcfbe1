//! `dbg plugin …`

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::author::{PluginNew, PluginPack, PluginTest};
use super::{ListFormat, PluginSign};

/// Add, verify, carry and remove plugins
#[derive(Debug, Subcommand)]
pub(crate) enum PluginCommand {
    /// Add a plugin from a file: says who signed it and what it may do, and asks once
    #[command(after_help = "Examples:\n  dbg plugin add ./my-check.wasm\n  dbg plugin add ./my-check.wasm --yes\n  \
                            dbg plugin add ./my-own.wasm --allow-unsigned")]
    Add(PluginAdd),
    /// List the plugins of this dbg and those that were added
    #[command(after_help = "Examples:\n  dbg plugin list\n  dbg plugin list -o json")]
    List {
        /// How to print the list
        #[arg(short, long, value_enum, default_value_t = ListFormat::Text)]
        output: ListFormat,
    },
    /// Show what a plugin is, who signed it, which checks it has and what they may do
    #[command(after_help = "Examples:\n  dbg plugin show my-check\n  dbg plugin show ./my-check.wasm")]
    Show(PluginShow),
    /// Verify a plugin's signature, step by step; ends with 0 when it counts here, else with 2
    #[command(after_help = "Examples:\n  dbg plugin verify ./my-check.wasm\n  dbg plugin verify my-check -o json")]
    Verify(PluginShow),
    /// Change what a plugin that was added is granted; asks when it is more than before
    #[command(after_help = "Examples:\n  dbg plugin grant my-check\n  dbg plugin grant my-check --withhold files\n  \
                            dbg plugin grant my-check --give files")]
    Grant(PluginGrant),
    /// Save signed plugins, with the roots and revocations of their vendors, as one file to be carried
    #[command(
        after_help = "Examples:\n  dbg plugin save site.dbgset\n  dbg plugin save site.dbgset my-check other-check@1.2.0"
    )]
    Save(PluginSave),
    /// Add the plugins of such a file, and take in what is newer of their vendors' roots and revocations
    #[command(after_help = "Examples:\n  dbg plugin load site.dbgset\n  dbg plugin load site.dbgset --yes\n\n\
                            A root that nobody here trusts is never taken in: it is named, with its fingerprint.")]
    Load(PluginLoad),
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
    /// Sign a plugin's file, after seeing what it declares: the first signature, or a further one
    Sign(PluginSign),
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

/// Change what a plugin is granted
#[derive(Debug, Args)]
pub(crate) struct PluginGrant {
    /// Its name, or `NAME@VERSION`
    pub(crate) plugin: String,

    /// Withhold a capability from now on; may be repeated
    #[arg(long, value_name = "CAPABILITY")]
    pub(crate) withhold: Vec<String>,

    /// Give a capability that was withheld; may be repeated
    #[arg(long, value_name = "CAPABILITY")]
    pub(crate) give: Vec<String>,

    /// Do not ask: consent where the policy covers what is given
    #[arg(short, long)]
    pub(crate) yes: bool,
}

/// Save signed plugins
#[derive(Debug, Args)]
pub(crate) struct PluginSave {
    /// The file that is written
    pub(crate) file: PathBuf,

    /// Plugins, each as `NAME` or `NAME@VERSION`; all signed ones without any
    #[arg(value_name = "NAME")]
    pub(crate) plugins: Vec<String>,
}

/// Load a set of signed plugins
#[derive(Debug, Args)]
pub(crate) struct PluginLoad {
    /// A file that `dbg plugin save` wrote
    pub(crate) file: PathBuf,

    /// Do not ask: consent where the policy covers what the plugins want
    #[arg(short, long)]
    pub(crate) yes: bool,
}

/// Remove a plugin
#[derive(Debug, Args)]
pub(crate) struct PluginRemove {
    /// Its name, or `NAME@VERSION` for one version alone
    pub(crate) plugin: String,
}
