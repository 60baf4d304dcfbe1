//! `dbg plugin new`, `test` and `pack`: what the author of a check types.

use std::path::PathBuf;

use clap::Args;

/// Write a new check
#[derive(Debug, Args)]
pub(crate) struct PluginNew {
    /// The name of the plugin, its check and its crate: `a-z`, `0-9` and `-`
    pub(crate) name: String,

    /// What the check looks at: files, resolver, sockets, connect, network-state, processes, cluster; may be repeated
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
