//! What flags and the environment say of clusters.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::anyhow;
use dbg_model::{ImageName, KubeName, Target, parse_duration};
use dbg_placement::ClusterSettings;
use dbg_placement::kube::{Cleanup, ExecPlugins, Kubeconfigs, MissingNamespace, Via};

use crate::args::{CleanupWord, ClusterArgs, Making, PodArgs, ViaWord};
use crate::diagnostic::{Fault, hinted};
use crate::env;
use crate::settings::Policy;

/// How long a container that was added to a pod waits for further runs.
const KEEP: Duration = Duration::from_secs(600);
/// What waits for longer is rather left over.
const LONGEST_KEEP: Duration = Duration::from_secs(24 * 3600);

/// How pods are looked into, which is for targets that are pods alone. The targets with the container that is meant.
pub(crate) fn pods(args: &PodArgs, settings: &mut ClusterSettings, targets: Vec<Target>) -> Result<Vec<Target>, Fault> {
    let PodArgs { container, via, keep } = args;
    let given = [("-c", container.is_some()), ("--via", via.is_some()), ("--keep", keep.is_some())];
    if let Some((flag, _)) = given.iter().find(|(_, is_given)| *is_given)
        && !targets.iter().any(Target::is_in_pod)
    {
        let error = anyhow!("`{flag}` is of pods, and no target is one");
        return Err(Fault::usage(hinted(error, "write `--target pod/NAME`, or `deploy/NAME` and the like")));
    }
    if *via == Some(ViaWord::Node) {
        if keep.is_some() {
            let error = anyhow!("`--keep` is of a container that is added to a pod, and `--via node` adds none");
            return Err(Fault::usage(hinted(error, "leave one of them out")));
        }
        settings.via = Via::Node;
    }
    if let Some(text) = keep {
        settings.keep = parse_duration(text).map_err(Fault::usage)?;
        if settings.keep > LONGEST_KEEP {
            return Err(Fault::usage(anyhow!("`--keep` is at most 24h")));
        }
    }
    let container = container.as_ref().map(|name| name.parse::<KubeName>().map_err(Fault::usage)).transpose()?;
    Ok(match container {
        Some(container) => targets.into_iter().map(|target| target.with_container(&container)).collect(),
        None => targets,
    })
}

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
        via: Via::Pod,
        keep: KEEP,
        node_namespace: None,
        missing_namespace: MissingNamespace::Refused,
        cleanup: Cleanup::Gc,
        is_in_cluster: env::KUBERNETES_SERVICE_HOST.read().is_some(),
    })
}

/// The words that name this cluster and this way into a pod once more.
pub(crate) fn typed(cluster: &ClusterArgs, pod: &PodArgs) -> Vec<String> {
    let flag = |flag: &str, value: Option<String>| value.map(|value| [flag.to_owned(), value]).into_iter().flatten();
    let via = pod.via.map(|via| if via == ViaWord::Node { "node" } else { "pod" }.to_owned());
    let kubeconfig = cluster.kubeconfig.as_ref().map(|path| path.to_string_lossy().into_owned());
    flag("--kubeconfig", kubeconfig)
        .chain(flag("--context", cluster.context.clone()))
        .chain(flag("--namespace", cluster.namespace.clone()))
        .chain(flag("--as", cluster.impersonate.clone()))
        .chain(flag("--request-timeout", cluster.request_timeout.clone()))
        .chain(cluster.no_exec_auth.then(|| "--no-exec-auth".to_owned()))
        .chain(flag("--container", pod.container.clone()))
        .chain(flag("--via", via))
        .chain(flag("--keep", pod.keep.clone()))
        .collect()
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
