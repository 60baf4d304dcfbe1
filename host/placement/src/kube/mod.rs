//! Kubernetes: a cluster is connected to, looked at, and given a pod for an agent.
//!
//! `settings` and `config` say where a cluster is and who asks it, `connect` and `request` ask it within bounds, `facts` and `images` look,
//! `pods` and `workload` at what is there already, `preflight` tries a plan, `spec` turns it into bodies, `lease` holds what was created, `start` watches it, `exec` and `loading` bring the
//! agent in, `ephemeral` into a pod that is there already; `reads` answers what checks ask. This room must never know how a plan is made.

mod answers;
mod certificate;
mod config;
mod connect;
mod ephemeral;
mod error;
mod exec;
mod facts;
mod fault;
mod gc;
mod images;
mod launch;
mod lease;
mod list;
mod loading;
mod pages;
mod pods;
mod preflight;
mod quantity;
mod reads;
mod request;
mod rewritten;
mod rights;
mod room;
mod settings;
mod spec;
mod start;
mod workload;

pub use connect::{Cluster, Clusters};
pub use error::{CertificateDefect, ClusterError};
pub use facts::{ClusterFacts, ClusterTarget, NodeFacts, SeenNode};
pub use gc::{LeftObject, LeftObjects, Namespaces};
pub use images::{Borrowed, ImageFacts, Lender};
pub use list::{ExpandError, Nodes};
pub use pods::{Parked, PodFacts, RunsAs, SeenContainer, SeenPod};
pub use reads::ClusterAnswers;
pub use rights::{Need, Right, rights};
pub use room::{Bound, Bounds, Fit, Room};
pub use settings::{Cleanup, ClusterSettings, ExecPlugins, Kubeconfigs, MissingNamespace, Via};
pub use start::PodFault;

pub(crate) use ephemeral::{Guest, launch as launch_inside, preflight as preflight_inside};
pub(crate) use launch::{Pod, launch};
pub(crate) use preflight::preflight;

use dbg_model::{Architecture, KubeName, Target, WorkloadTarget};

use rights::{AgentComes, Looked};

/// Looks at a target of a cluster, with what the settings say of its image.
pub(crate) async fn look_at(target: &Target, clusters: &Clusters) -> Result<ClusterTarget, ClusterError> {
    let _turn = clusters.turn().await;
    let agents = clusters.agents();
    let tag = |architecture: Architecture| agents.image(architecture).ok().map(|ids| crate::docker::tag(&ids));
    let wish = facts::ImageWish { named: clusters.image(), tag: &tag };
    let cluster = clusters.cluster().await?;
    let namespace = clusters.namespace_of(&cluster, target).0;
    let namespace = namespace.as_str();
    let looking = facts::look(&cluster, target, namespace, wish, (clusters.via(), clusters.keep()));
    let (looked, room) = futures::future::join(looking, clusters.room(&cluster, namespace)).await;
    let mut looked = ClusterTarget { room, cleanup: clusters.cleanup(), ..looked? };
    (looked.cluster.namespace, looked.cluster.namespace_reason) = clusters.namespace_of(&cluster, target);
    Ok(looked)
}

/// The pod that a target is, or that stands for it.
pub(crate) async fn pod_of(target: &Target, clusters: &Clusters) -> Result<Option<PodFacts>, ClusterError> {
    let _turn = clusters.turn().await;
    match target {
        Target::Pod(pod) => pods::look(&clusters.cluster().await?, pod).await.map(Some),
        Target::Workload(workload) => workload::look(&clusters.cluster().await?, workload).await.map(Some),
        _ => Ok(None),
    }
}

/// The role that a target takes, with its binding, as objects of the API: the least that is enough. `name` is the role's.
///
/// # Errors
/// As [`Clusters::cluster`]: that the cluster does not say who asks is none.
pub async fn role_for(
    target: &Target,
    name: &str,
    clusters: &Clusters,
) -> Result<Vec<serde_json::Value>, ClusterError> {
    let cluster = clusters.cluster().await?;
    let namespace = clusters.namespace_of(&cluster, target).0;
    let comes = if clusters.image().is_some() { AgentComes::InImage } else { AgentComes::Sent };
    let is_on_node = matches!(target, Target::Node(_)) || target.is_in_pod() || comes == AgentComes::Sent;
    let looked = if is_on_node { Looked::AtNode } else { Looked::Nowhere };
    let user = preflight::user(&cluster).await.unwrap_or_else(|| "USER".to_owned());
    let mut all = match target {
        Target::Pod(pod) => rights::rights_to_find(None, pod.namespace.as_ref().map_or(&namespace, KubeName::as_str)),
        Target::Workload(WorkloadTarget { kind, namespace: named, .. }) => {
            rights::rights_to_find(Some(*kind), named.as_ref().map_or(&namespace, KubeName::as_str))
        }
        _ => Vec::new(),
    };
    let inside = all.first().and_then(|right| right.namespace.clone()).filter(|_| clusters.via() == Via::Pod);
    all.extend(match inside {
        Some(namespace) => rights::rights_inside(&namespace),
        None => rights::rights_of(&namespace, comes, looked, clusters.cleanup()),
    });
    Ok(rights::role(&all, name, &user))
}
