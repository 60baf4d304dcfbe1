//! Which cluster: what every verb that talks to one takes alike.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

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

/// How a pod that is there already is looked into
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Of targets in a cluster")]
pub(crate) struct PodArgs {
    /// The container of the pod; the one that its annotation names, or the first, without it
    #[arg(short, long, value_name = "NAME")]
    pub(crate) container: Option<String>,

    /// From where a pod is looked into
    #[arg(long, value_enum, value_name = "WHERE")]
    pub(crate) via: Option<ViaWord>,

    /// How long the container that is added to a pod waits for further runs; 10m without it
    #[arg(long, value_name = "TIME")]
    pub(crate) keep: Option<String>,
}

/// From where a pod is looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ViaWord {
    /// A container that is added to it
    Pod,
    /// A pod on its node, which enters its namespaces: nothing is added to it
    Node,
}
