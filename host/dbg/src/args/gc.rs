//! `dbg gc`

use clap::Args;

use super::{ClusterArgs, ListFormat};

/// Remove containers and pods that runs of yours have left behind
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dbg gc --dry-run\n  dbg gc\n  dbg gc -A\n\n\
                        Only what this user made on this machine is removed, and never what belongs to a run that goes on")]
pub(crate) struct Gc {
    /// Say what would be removed, and remove nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Look into every namespace of the cluster, not only into the one that is meant
    #[arg(short = 'A', long)]
    pub(crate) all_namespaces: bool,

    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,

    /// How to print the list
    #[arg(short, long, value_enum, default_value_t = ListFormat::Text)]
    pub(crate) output: ListFormat,
}
