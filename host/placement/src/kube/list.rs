//! What there is to be looked at in a cluster: its nodes.

use dbg_model::Target;

use super::answers::Object;
use super::connect::Clusters;
use super::error::ClusterError;
use super::pages;
use super::request::Path;
use crate::docker::Words;

/// The nodes of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nodes {
    /// The context.
    pub context: Words,
    /// As targets.
    pub targets: Vec<Target>,
}

/// Why it is not known which targets are meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpandError {
    /// The cluster does not say.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// There is none.
    #[error("the cluster has no node{}", selector.as_ref().map_or_else(String::new, |selector| format!(" that `-l {selector}` names")))]
    NoNodes {
        /// What was given.
        selector: Option<Words>,
    },
}

impl ExpandError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Cluster(error) => error.hint(),
            Self::NoNodes { .. } => {
                Some("`kubectl get nodes --show-labels` lists nodes with what selectors name".to_owned())
            }
        }
    }
}

impl Clusters {
    /// The nodes, or those that a selector names. What has a name that no target can have is left out.
    ///
    /// # Errors
    /// Why the cluster does not say.
    pub async fn nodes(&self, selector: Option<&str>) -> Result<Nodes, ClusterError> {
        let cluster = self.cluster().await?;
        let query: Vec<_> = selector.map(|selector| ("labelSelector", selector)).into_iter().collect();
        // Of a node only its name is read: each has some 20 KiB.
        let all: Vec<Object> = pages::all(&cluster, "list nodes", &Path::nodes(), &query).await?;
        let names = all.into_iter().filter_map(|node| node.metadata.name.parse().ok());
        Ok(Nodes { context: cluster.context().clone(), targets: names.map(Target::Node).collect() })
    }

    /// The same targets, with each of many in its place: every node that the selector names, or all. One that is there twice is there once.
    ///
    /// # Errors
    /// Why the cluster does not say, or that no node is named.
    pub async fn expand(&self, targets: Vec<Target>, selector: Option<&str>) -> Result<Vec<Target>, ExpandError> {
        let mut expanded: Vec<Target> = Vec::new();
        for target in targets {
            let each = match target {
                Target::Nodes => self.nodes(selector).await?.targets,
                one => vec![one],
            };
            if each.is_empty() {
                return Err(ExpandError::NoNodes { selector: selector.map(Words::of) });
            }
            for target in each {
                if !expanded.contains(&target) {
                    expanded.push(target);
                }
            }
        }
        Ok(expanded)
    }
}
