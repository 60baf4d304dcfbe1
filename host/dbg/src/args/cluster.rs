//! Which cluster: what every verb that talks to one takes alike.

use std::path::PathBuf;

use clap::Args;

/// Which cluster, and who asks it.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Of targets in a cluster")]
pub(crate) struct ClusterArgs {
    /// The kubeconfig; those of KUBECONFIG or ~/.kube/config without it
    #[arg(long, value_name = "FILE")]
    pub(crate) kubeconfig: Option<PathBuf>,

    /// The context of the kubeconfig; its current one without it
    #[arg(long, value_name = "NAME")]
    pub(crate) context: Option<String>,

    /// The namespace; the context's, or `default`, without it
    #[arg(short, long, value_name = "NAME")]
    pub(crate) namespace: Option<String>,

    /// The user that the cluster is asked for, where you may
    #[arg(long = "as", value_name = "USER")]
    pub(crate) impersonate: Option<String>,

    /// How long one request may take, such as `10s`
    #[arg(long, value_name = "TIME")]
    pub(crate) request_timeout: Option<String>,

    /// Start no program that the kubeconfig names for credentials
    #[arg(long)]
    pub(crate) no_exec_auth: bool,
}

impl ClusterArgs {
    /// Whether a cluster was named, so that one is expected to be there.
    pub(crate) fn names_one(&self) -> bool {
        self.kubeconfig.is_some() || self.context.is_some() || self.namespace.is_some() || self.impersonate.is_some()
    }
}
