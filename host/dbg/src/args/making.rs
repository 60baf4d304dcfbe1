//! How containers of the run are made.

use clap::{Args, ValueEnum};

/// How containers and pods of the run are made
#[derive(Debug, Args)]
pub(crate) struct Making {
    /// Run the agent of this image: one of `dbg image save`, which the engine has or the cluster gets. With `--trust` it keeps to what its site baked into it
    #[arg(long, value_name = "IMAGE")]
    pub(crate) image: Option<String>,

    /// In a cluster, create the namespace where it is not there; it stays
    #[arg(long)]
    pub(crate) create_namespace: bool,

    /// In a cluster, who removes the pod of a run whose dbg was killed
    #[arg(long, value_enum, value_name = "WHO", default_value_t = CleanupWord::Gc)]
    pub(crate) cleanup: CleanupWord,

    /// Let the engine keep the container in by nothing: all rights, all devices, no seccomp. Checks still get what they were granted alone
    #[arg(long)]
    pub(crate) privileged: bool,
}

/// Who removes what a run has left whose dbg was killed. One that was not removes it itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CleanupWord {
    /// `dbg gc`; until then the pod is there, ended
    Gc,
    /// The cluster: the pod is that of a Job, which goes a minute after its end
    Job,
}
