//! What flags and the environment say of clusters.

use std::path::PathBuf;
use std::time::Duration;

use dbg_model::{ImageName, KubeName, parse_duration};
use dbg_placement::ClusterSettings;
use dbg_placement::kube::{Cleanup, ExecPlugins, Kubeconfigs, MissingNamespace};

use crate::args::{CleanupWord, ClusterArgs, Making};
use crate::diagnostic::Fault;
use crate::env;
use crate::settings::Policy;

/// As kubectl reads it. Root's configuration is root's, whatever `HOME` says: `sudo` may keep it.
pub(crate) fn cluster_settings(args: &ClusterArgs, image: Option<&ImageName>) -> Result<ClusterSettings, Fault> {
    let timeout = match &args.request_timeout {
        Some(text) => Some(timeout(text)?),
        None => None,
    };
    let namespace = match &args.namespace {
        Some(text) => Some(text.parse::<KubeName>().map_err(Fault::usage)?.to_string()),
        None => None,
    };
    Ok(ClusterSettings {
        kubeconfigs: kubeconfigs(args),
        context: args.context.clone(),
        namespace,
        impersonate: args.impersonate.clone(),
        timeout,
        exec_plugins: if args.no_exec_auth { ExecPlugins::Refused } else { ExecPlugins::Started },
        image: image.map(ToString::to_string),
        node_namespace: None,
        missing_namespace: MissingNamespace::Refused,
        cleanup: Cleanup::Gc,
        is_in_cluster: env::KUBERNETES_SERVICE_HOST.read().is_some(),
    })
}

/// How pods are made, as it was typed.
#[derive(Debug, Clone, Copy)]
pub(super) struct PodsMade {
    missing_namespace: MissingNamespace,
    cleanup: Cleanup,
}

impl PodsMade {
    pub(super) fn of(making: &Making) -> Self {
        let missing_namespace =
            if making.create_namespace { MissingNamespace::Created } else { MissingNamespace::Refused };
        let cleanup = match making.cleanup {
            CleanupWord::Gc => Cleanup::Gc,
            CleanupWord::Job => Cleanup::Job,
        };
        Self { missing_namespace, cleanup }
    }

    pub(super) fn in_cluster(self, settings: ClusterSettings) -> ClusterSettings {
        let Self { missing_namespace, cleanup } = self;
        ClusterSettings { missing_namespace, cleanup, ..settings }
    }
}

/// The same, with what the policy says of pods.
pub(crate) fn by_policy(settings: &ClusterSettings, policy: &Policy) -> ClusterSettings {
    ClusterSettings { node_namespace: policy.node_namespace.as_ref().map(ToString::to_string), ..settings.clone() }
}

fn kubeconfigs(args: &ClusterArgs) -> Kubeconfigs {
    if let Some(path) = &args.kubeconfig {
        return Kubeconfigs::Named(vec![path.clone()]);
    }
    let named: Vec<PathBuf> = env::KUBECONFIG
        .read()
        .map(|all| std::env::split_paths(&all).filter(|path| !path.as_os_str().is_empty()).collect())
        .unwrap_or_default();
    if !named.is_empty() {
        return Kubeconfigs::Named(named);
    }
    let home = if rustix::process::geteuid().is_root() { Some(PathBuf::from("/root")) } else { env::HOME.path() };
    Kubeconfigs::Usual(home.map(|home| home.join(".kube/config")))
}

fn timeout(text: &str) -> Result<Duration, Fault> {
    let timeout = parse_duration(text).map_err(Fault::usage)?;
    if timeout.is_zero() {
        return Err(Fault::usage(anyhow::anyhow!("`--request-timeout` is longer than nothing")));
    }
    Ok(timeout)
}
