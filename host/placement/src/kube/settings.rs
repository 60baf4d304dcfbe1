//! What flags and the environment say of clusters. They are read by whoever reads those.

use std::path::PathBuf;
use std::time::Duration;

/// Which cluster is meant, and who asks it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClusterSettings {
    /// Where the kubeconfig is.
    pub kubeconfigs: Kubeconfigs,
    /// `--context`: not the kubeconfig's current one.
    pub context: Option<String>,
    /// `-n`: not the context's namespace.
    pub namespace: Option<String>,
    /// `--as`: the user that requests are made for.
    pub impersonate: Option<String>,
    /// `--request-timeout`: how long one request may take.
    pub timeout: Option<Duration>,
    /// `--no-exec-auth`: whether the kubeconfig may have a program started.
    pub exec_plugins: ExecPlugins,
    /// `--image`: one with the agent in it.
    pub image: Option<String>,
    /// `--via`: from where a pod is looked into.
    pub via: Via,
    /// `--keep`: how long the agent's container in a pod waits for further runs.
    pub keep: Duration,
    /// The policy's namespace of pods that look at nodes; `-n` comes first.
    pub node_namespace: Option<String>,
    /// `--create-namespace`: what becomes of a namespace that is not there.
    pub missing_namespace: MissingNamespace,
    /// `--cleanup`: who removes what a run has left whose process was killed.
    pub cleanup: Cleanup,
    /// `KUBERNETES_SERVICE_HOST`: dbg itself runs in a pod, whose service account asks where there is no kubeconfig.
    pub is_in_cluster: bool,
}

/// From where a pod is looked into.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Via {
    /// From a container that is added to it.
    #[default]
    Pod,
    /// From a pod on its node, which enters its namespaces: nothing is added to it.
    Node,
}

/// Where kubeconfigs are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kubeconfigs {
    /// `--kubeconfig` or `KUBECONFIG`: these, and what the first of them says counts.
    Named(Vec<PathBuf>),
    /// The usual one, if it is there; none for who has no home.
    Usual(Option<PathBuf>),
}

impl Default for Kubeconfigs {
    fn default() -> Self {
        Self::Usual(None)
    }
}

/// Whether a kubeconfig may have a program started that brings credentials.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ExecPlugins {
    /// It may, as with kubectl.
    #[default]
    Started,
    /// `--no-exec-auth`: it may not.
    Refused,
}

/// What becomes of a namespace that is not there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MissingNamespace {
    /// There is no run.
    #[default]
    Refused,
    /// `--create-namespace`: it is created, and stays.
    Created,
}

/// Who removes what a run has left whose process was killed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Cleanup {
    /// `dbg gc`.
    #[default]
    Gc,
    /// `--cleanup=job`: the cluster, which ends Jobs by itself.
    Job,
}
