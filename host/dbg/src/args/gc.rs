//! `dbg gc`

use clap::Args;

use super::ListFormat;

/// Remove containers that runs of yours have left behind
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dbg gc --dry-run\n  dbg gc\n\n\
                        Only what this user made on this machine is removed, and never what belongs to a run that goes on")]
pub(crate) struct Gc {
    /// Say what would be removed, and remove nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// How to print the list
    #[arg(short, long, value_enum, default_value_t = ListFormat::Text)]
    pub(crate) output: ListFormat,
}
