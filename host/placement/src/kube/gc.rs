//! What is left in a cluster of runs whose operator is gone, and its removal. Only what this user made on this machine, and never what is in use.

use std::time::SystemTime;

use dbg_model::Cell;

use super::answers::{Metadata, Object};
use super::connect::{Cluster, Clusters};
use super::error::ClusterError;
use super::lease::{Kind, remove};
use super::pages;
use crate::docker::{Claim, Owner, RUN};

/// In which namespaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Namespaces {
    /// In the one that is meant.
    One,
    /// In all.
    All,
}

/// One object that is left, and why it is taken for that. Texts are raw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftObject {
    /// `pod`, `Job` or `ConfigMap`, and `namespace/name`.
    pub name: String,
    /// The run that it was made for.
    pub run: String,
    /// Why it is left.
    pub reason: &'static str,
    kind: Kind,
    metadata: (String, String, String),
}

/// What is left, and what else there is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftObjects {
    /// What nobody needs any more.
    pub left: Vec<LeftObject>,
    /// How many are in use by a run that goes on.
    pub live: usize,
    /// How many are another user's, or another machine's.
    pub foreign: usize,
}

impl Clusters {
    /// What is left of this user's runs.
    ///
    /// # Errors
    /// Why the cluster does not say.
    pub async fn left_objects(&self, namespaces: Namespaces) -> Result<LeftObjects, ClusterError> {
        let cluster = self.cluster().await?;
        let namespaces: Vec<Option<String>> = match namespaces {
            Namespaces::One => self.usual_namespaces(&cluster).into_iter().map(Some).collect(),
            Namespaces::All => vec![None],
        };
        let (owner, now) = (Owner::this(), SystemTime::now());
        let mut found = LeftObjects::default();
        for namespace in namespaces {
            // Jobs would make their pods anew; what pods belong to goes after them.
            for kind in [Kind::Job, Kind::Pod, Kind::ConfigMap] {
                let all = match labelled(&cluster, kind, namespace.as_deref()).await {
                    // Who may not see Jobs has made none.
                    Err(ClusterError::Forbidden { .. }) if kind == Kind::Job => Vec::new(),
                    all => all?,
                };
                for metadata in all {
                    found.add(kind, metadata, &owner, now);
                }
            }
        }
        Ok(found)
    }

    /// Removes one; what was removed meanwhile is removed.
    ///
    /// # Errors
    /// Why the cluster does not.
    pub async fn remove_object(&self, left: &LeftObject) -> Result<(), ClusterError> {
        let (namespace, name, uid) = &left.metadata;
        remove(&self.cluster().await?, left.kind, namespace, name, uid).await
    }
}

impl LeftObjects {
    fn add(&mut self, kind: Kind, metadata: Metadata, owner: &Owner, now: SystemTime) {
        let Metadata { name, namespace, uid, labels, annotations, .. } = metadata;
        let label = |key: &str| labels.get(key).or_else(|| annotations.get(key)).map(String::as_str);
        let reason = match owner.claim(label, now) {
            Claim::Live => {
                self.live += 1;
                return;
            }
            Claim::NotOurs => {
                self.foreign += 1;
                return;
            }
            Claim::OwnerGone => "the process that made it is gone",
            Claim::Overdue => "its deadline is past",
        };
        let run = label(RUN).unwrap_or_default().to_owned();
        let title = kind.title();
        let shown = format!("{title} {namespace}/{name}");
        self.left.push(LeftObject { name: shown, run, reason, kind, metadata: (namespace, name, uid) });
    }
}

/// All of a kind that have dbg's label.
async fn labelled(cluster: &Cluster, kind: Kind, namespace: Option<&str>) -> Result<Vec<Metadata>, ClusterError> {
    let path = kind.path(namespace);
    let all: Vec<Object> = pages::all(cluster, "list what dbg made", &path, &[("labelSelector", RUN)]).await?;
    Ok(all.into_iter().map(|object| object.metadata).collect())
}

impl std::fmt::Display for LeftObject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of run {}: {}", Cell(&self.name), Cell(&self.run), self.reason)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use dbg_model::RunId;

    use super::*;

    fn found(process: Option<&str>, deadline: i64) -> LeftObjects {
        let now = SystemTime::now();
        let at = if deadline < 0 { now - Duration::from_secs(60) } else { now + Duration::from_secs(60) };
        let mut annotations = Owner::this().labels(&RunId::from_random([7; 8]), at);
        let labels = annotations.split_off("dbg.run/i");
        let labels = labels.into_iter().filter(|(key, _)| key == RUN).collect();
        // Those that are no labels are looked for among the annotations.
        annotations.extend(Owner::this().labels(&RunId::from_random([7; 8]), at));
        if let Some(process) = process {
            annotations.insert("dbg.run/process".to_owned(), process.to_owned());
        }
        let mut found = LeftObjects::default();
        let metadata =
            Metadata { name: "dbg-1".into(), namespace: "ops".into(), labels, annotations, ..Metadata::default() };
        found.add(Kind::Pod, metadata, &Owner::this(), now);
        found
    }

    #[test]
    fn what_a_living_process_made_is_never_left_however_late_it_is() {
        assert_eq!((found(None, -1).left.len(), found(None, -1).live), (0, 1));
    }

    #[test]
    fn what_a_process_made_that_is_gone_is_left() {
        let left = found(Some("another-boot:1:1:1"), 1).left;
        assert_eq!((left[0].name.as_str(), left[0].reason), ("pod ops/dbg-1", "the process that made it is gone"));
    }
}
