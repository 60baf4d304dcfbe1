//! `dbg check …`

use clap::{Args, Subcommand};

use super::ListFormat;

/// See which checks there are and what they take
#[derive(Debug, Subcommand)]
pub(crate) enum CheckCommand {
    /// List every check of this dbg and of the plugins that were added
    #[command(after_help = "Examples:\n  dbg check list\n  dbg check list -o json")]
    List {
        /// How to print the list
        #[arg(short, long, value_enum, default_value_t = ListFormat::Text)]
        output: ListFormat,
    },
    /// Show a check's parameters, and what it asks to be granted and why
    #[command(after_help = "Examples:\n  dbg check show dns-check\n  dbg check show my-check@1.2")]
    Show(CheckShow),
}

/// Show a check's parameters, and what it asks to be granted and why
#[derive(Debug, Args)]
pub(crate) struct CheckShow {
    /// The check: `CHECK`, `CHECK@VERSION` or `PLUGIN/CHECK`
    pub(crate) check: String,

    /// How to print it
    #[arg(short, long, value_enum, default_value_t = ListFormat::Text)]
    pub(crate) output: ListFormat,
}
