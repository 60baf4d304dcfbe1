//! How containers of the run are made.

use clap::Args;

/// How containers and pods of the run are made
#[derive(Debug, Args)]
pub(crate) struct Making {
    /// Run the agent of this image: one of `dbg image save`, which the engine has or the cluster gets. With `--trust` it keeps to what its site baked into it
    #[arg(long, value_name = "IMAGE")]
    pub(crate) image: Option<String>,

    /// Let the engine keep the container in by nothing: all rights, all devices, no seccomp. Checks still get what they were granted alone
    #[arg(long)]
    pub(crate) privileged: bool,
}
