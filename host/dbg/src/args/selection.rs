//! Which checks, besides their names: what `dbg run` and `dbg target explain` take alike.

use std::path::PathBuf;

use clap::Args;

/// Where checks come from and what they may be given.
#[derive(Debug, Args)]
pub(crate) struct Selection {
    /// Take checks from this plugin file too, without adding it; may be repeated
    #[arg(long = "plugin", value_name = "FILE")]
    pub(crate) plugins: Vec<PathBuf>,

    /// Run plugins that nobody signed
    #[arg(long)]
    pub(crate) allow_unsigned: bool,

    /// Withhold a capability that the checks ask for; may be repeated
    #[arg(long = "deny", value_name = "CAPABILITY")]
    pub(crate) denied: Vec<String>,
}
