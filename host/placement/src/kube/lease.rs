//! The hold on objects of a cluster: taken before one is created, and given back when it is removed, on whatever way.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::answers::Object;
use super::connect::Cluster;
use super::error::ClusterError;
use super::request::Path;

/// How long a removal that nobody waits for any more may take.
const REMOVAL: Duration = Duration::from_secs(20);
/// An object that was asked for and is not there: the server may be about to create it for so long.
const CREATION: Duration = Duration::from_secs(3);
/// Between two looks whether it is there by now.
const PAUSE: Duration = Duration::from_millis(50);

/// What is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Pod,
    ConfigMap,
    /// With the pod that it made.
    Job,
}

impl Kind {
    /// Those of a namespace, or of all.
    pub(super) fn path(self, namespace: Option<&str>) -> Path {
        match self {
            Self::Pod => Path::of("pods", namespace),
            Self::ConfigMap => Path::of("configmaps", namespace),
            Self::Job => Path::jobs(namespace),
        }
    }

    fn doing(self) -> &'static str {
        match self {
            Self::Pod => "remove a pod",
            Self::ConfigMap => "remove a ConfigMap",
            Self::Job => "remove a Job",
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Pod => "pod",
            Self::ConfigMap => "ConfigMap",
            Self::Job => "Job",
        }
    }
}

/// Every object of this process that is there, or may be.
#[derive(Debug, Clone, Default)]
pub(super) struct Leases(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    held: Mutex<Table>,
    fewer: Condvar,
}

#[derive(Debug, Default)]
struct Table {
    next: u64,
    held: BTreeMap<u64, Held>,
    /// What could not be removed.
    left: Vec<String>,
}

#[derive(Debug, Clone)]
struct Held {
    cluster: Cluster,
    kind: Kind,
    namespace: String,
    name: String,
    /// What the server gave it; none while it was only asked for it.
    uid: Option<String>,
}

/// The hold on one object. Dropping it removes the object; whoever wants to know waits by [`Lease::remove`].
#[derive(Debug)]
pub(super) struct Lease {
    leases: Leases,
    number: u64,
}

impl Leases {
    fn table(&self) -> MutexGuard<'_, Table> {
        // Nothing that holds the lock can leave the table half-changed.
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the hold on an object that is yet to be created. Its name is random: whatever has it is ours.
    pub(super) fn take(&self, cluster: &Cluster, kind: Kind, namespace: &str, name: &str) -> Lease {
        let mut table = self.table();
        let number = table.next;
        table.next += 1;
        let (cluster, namespace, name) = (cluster.clone(), namespace.to_owned(), name.to_owned());
        table.held.insert(number, Held { cluster, kind, namespace, name, uid: None });
        Lease { leases: self.clone(), number }
    }

    fn held(&self, number: u64) -> Option<Held> {
        self.table().held.get(&number).cloned()
    }

    fn give_back(&self, number: u64) {
        self.table().held.remove(&number);
        self.0.fewer.notify_all();
    }

    /// Removes what `number` holds, in a thread of its own: also where the runtime is about to end.
    fn remove_in_thread(&self, number: u64) {
        let leases = self.clone();
        let work = move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
            runtime.block_on(async {
                let Some(held) = leases.held(number) else { return };
                // A client lives with the runtime that it was made in.
                let removed = match held.cluster.anew() {
                    Ok(cluster) => leases.removal(number, &cluster).await,
                    Err(error) => Err(leases.give_up(number, error)),
                };
                // What is left is told by whoever waits for all.
                let _ = removed;
            });
        };
        // Without a thread a pod still ends by its deadline, and `dbg gc` removes it.
        let _ = thread::Builder::new().name("lease".to_owned()).stack_size(1 << 20).spawn(work);
    }

    /// Removes what `number` holds. What cannot be removed is held no longer, and told in the end.
    async fn removal(&self, number: u64, cluster: &Cluster) -> Result<(), ClusterError> {
        let start = Instant::now();
        loop {
            let Some(held) = self.held(number) else { return Ok(()) };
            match held.remove(cluster).await {
                Ok(Progress::Gone) => break,
                // Nobody created it in the end.
                Ok(Progress::NotThere) if start.elapsed() >= CREATION => break,
                Ok(Progress::NotThere) => tokio::time::sleep(PAUSE).await,
                // A server that restarts is back in some seconds.
                Err(ClusterError::Unreachable { .. } | ClusterError::Broke { .. }) if start.elapsed() < REMOVAL => {
                    tokio::time::sleep(PAUSE * 10).await;
                }
                Err(error) => return Err(self.give_up(number, error)),
            }
        }
        self.give_back(number);
        Ok(())
    }

    fn give_up(&self, number: u64, error: ClusterError) -> ClusterError {
        if let Some(held) = self.held(number) {
            let Held { kind, namespace, name, .. } = held;
            let title = kind.title();
            let text =
                format!("the {title} `{namespace}/{name}` may be left: {error}; `dbg gc -n {namespace}` removes it");
            self.table().left.push(text);
        }
        self.give_back(number);
        error
    }

    /// Removes everything at once, and waits for it, at most so long as a removal takes.
    pub(super) fn release_all(&self) {
        let numbers: Vec<u64> = self.table().held.keys().copied().collect();
        for number in numbers {
            self.remove_in_thread(number);
        }
        self.wait();
    }

    fn wait(&self) {
        let some = |table: &mut Table| !table.held.is_empty();
        drop(self.0.fewer.wait_timeout_while(self.table(), REMOVAL, some));
    }

    /// Waits until nothing is held; what is then still, each with how to remove it.
    pub(super) async fn settled(&self) -> Vec<String> {
        if !self.table().held.is_empty() {
            let leases = self.clone();
            // A wait that breaks off is as good as one that is over.
            let _ = tokio::task::spawn_blocking(move || leases.wait()).await;
        }
        let mut table = self.table();
        let late = |held: &Held| {
            let (title, Held { namespace, name, .. }) = (held.kind.title(), held);
            format!("the {title} `{namespace}/{name}` may be left; `dbg gc -n {namespace}` removes it")
        };
        let late: Vec<String> = table.held.values().map(late).collect();
        std::mem::take(&mut table.left).into_iter().chain(late).collect()
    }
}

/// How far a removal is.
enum Progress {
    Gone,
    /// The server knows of none.
    NotThere,
}

impl Held {
    async fn remove(&self, cluster: &Cluster) -> Result<Progress, ClusterError> {
        match &self.uid {
            Some(uid) => remove(cluster, self.kind, &self.namespace, &self.name, uid).await.map(|()| Progress::Gone),
            None => {
                let path = self.kind.path(Some(&self.namespace)).named(&self.name);
                match cluster.get::<Object>(self.kind.doing(), path).await {
                    Ok(object) => {
                        let uid = &object.metadata.uid;
                        remove(cluster, self.kind, &self.namespace, &self.name, uid).await.map(|()| Progress::Gone)
                    }
                    Err(error) if error.is_not_there() => Ok(Progress::NotThere),
                    // A right that is missing for looking may be there for removing.
                    Err(ClusterError::Forbidden { .. }) => {
                        remove(cluster, self.kind, &self.namespace, &self.name, "").await.map(|()| Progress::Gone)
                    }
                    Err(error) => Err(error),
                }
            }
        }
    }
}

/// Removes an object at once, and what belongs to it behind us; one that is gone, or is another one by now, is removed.
pub(super) async fn remove(
    cluster: &Cluster,
    kind: Kind,
    namespace: &str,
    name: &str,
    uid: &str,
) -> Result<(), ClusterError> {
    let mut options = json!({ "apiVersion": "v1", "kind": "DeleteOptions", "gracePeriodSeconds": 0, "propagationPolicy": "Background" });
    if let Some(options) = options.as_object_mut().filter(|_| !uid.is_empty()) {
        options.insert("preconditions".to_owned(), json!({ "uid": uid }));
    }
    match cluster.delete(kind.doing(), kind.path(Some(namespace)).named(name), &options).await {
        Err(error) if error.is_not_there() || error.is_conflict() => Ok(()),
        removed => removed,
    }
}

impl Lease {
    /// The server created it.
    pub(super) fn created(&self, uid: &str) {
        if let Some(held) = self.leases.table().held.get_mut(&self.number) {
            held.uid = Some(uid.to_owned());
        }
    }

    /// The server said that it did not create it.
    pub(super) fn not_created(self) {
        self.leases.give_back(self.number);
    }

    /// Removes it.
    pub(super) async fn remove(self) -> Result<(), ClusterError> {
        let Some(held) = self.leases.held(self.number) else { return Ok(()) };
        self.leases.removal(self.number, &held.cluster).await
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.leases.held(self.number).is_some() {
            self.leases.remove_in_thread(self.number);
        }
    }
}
