//! `dbg target …`

use clap::Subcommand;

use super::ListFormat;

/// See which targets can be reached from here
#[derive(Debug, Subcommand)]
pub(crate) enum TargetCommand {
    /// List the kinds of target and what is reachable from here
    #[command(after_help = "Examples:\n  dbg target list")]
    List {
        /// How to print the list
        #[arg(short, long, value_enum, default_value_t = ListFormat::Text)]
        output: ListFormat,
    },
}
