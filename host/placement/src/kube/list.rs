//! What there is to be looked at in a cluster: its nodes.

use dbg_model::Target;

use super::answers::{List, Node};
use super::connect::Clusters;
use super::error::ClusterError;
use super::request::Path;
use crate::docker::Words;

/// Nodes that are listed at most.
const MOST: &str = "1000";

/// The nodes of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nodes {
    /// The context.
    pub context: Words,
    /// As targets, at most a thousand.
    pub targets: Vec<Target>,
}

impl Clusters {
    /// The nodes. What has a name that no target can have is left out.
    ///
    /// # Errors
    /// Why the cluster does not say.
    pub async fn nodes(&self) -> Result<Nodes, ClusterError> {
        let cluster = self.cluster().await?;
        let list: List<Node> = cluster.get("list nodes", Path::nodes().with(&[("limit", MOST)])).await?;
        let names = list.into_items().into_iter().filter_map(|node| node.metadata.name.parse().ok());
        Ok(Nodes { context: cluster.context().clone(), targets: names.map(Target::Node).collect() })
    }
}
