//! An agent in a pod: lease, create, watch, exec; and its end.

use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};

use dbg_model::Architecture;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::answers;
use super::connect::{Cluster, Clusters};
use super::error::ClusterError;
use super::exec::{Exec, exec};
use super::images::Borrowed;
use super::lease::{Kind, Lease};
use super::loading;
use super::request::Path;
use super::rewritten;
use super::settings::{Cleanup, MissingNamespace};
use super::spec::{self, Identity, LoaderObject};
use super::start::{self, PodFault, StartError};
use crate::ProgramError;
use crate::child::in_one_line;
use crate::docker::{Mission, Owner, Words};
use crate::launch::{Account, Ending, LaunchError, Launched, SessionEnd, Stream};
use crate::plan::{PodImage, PodPlan};

/// After its session has ended, an agent has nothing left to do.
const LINGER: Duration = Duration::from_secs(2);
/// A namespace's service account is made by a controller, which may be late.
const ACCOUNT: Duration = Duration::from_secs(20);
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(100);
/// A stream that breaks while an agent is sent is begun anew so often: what came is still there.
const ATTEMPTS: usize = 3;

/// The object of the loader in one namespace, which all pods of a run there share.
#[derive(Debug)]
pub(super) struct SharedLoader {
    object: LoaderObject,
    lease: Lease,
}

/// Those of a run, by namespace and architecture; the lock is held while one is created.
pub(super) type Loaders = Mutex<Vec<(LoaderKey, Weak<SharedLoader>)>>;

/// A namespace and an architecture.
type LoaderKey = (String, Architecture);

/// An agent's pod. Dropping it removes the pod.
#[derive(Debug)]
pub(crate) struct Pod {
    lease: Lease,
    loader: Option<Arc<SharedLoader>>,
    exec: Exec,
    cluster: Cluster,
    namespace: String,
    name: String,
}

/// Starts the agent of a plan, as the run's target of this number.
pub(crate) async fn launch(
    plan: Box<PodPlan>,
    number: usize,
    clusters: &Clusters,
    mission: &Mission,
) -> Result<Launched, LaunchError> {
    let _turn = clusters.turn().await;
    let cluster = clusters.cluster().await?;
    let begin = Begin { plan, number, clusters: clusters.clone(), cluster, mission: mission.clone() };
    if clusters.missing_namespace() == MissingNamespace::Created {
        begin.namespace().await?;
    }
    let (stream, pod) = match begin.plan.image.what.clone() {
        PodImage::Agent(reference) => match begin.pod(0, &reference, None).await {
            // A kubelet tells late that an image is gone.
            Err(LaunchError::Pod(fault)) if fault.is_of_image() && !begin.plan.otherwise.is_empty() => {
                begin.borrowing(&begin.plan.otherwise, 1).await?
            }
            begun => begun?,
        },
        PodImage::Borrowed(images) => begin.borrowing(&images, 0).await?,
    };
    Ok(Launched::pod(stream, pod, Arc::clone(&mission.key)))
}

/// What it takes to begin.
#[derive(Clone)]
struct Begin {
    plan: Box<PodPlan>,
    number: usize,
    clusters: Clusters,
    cluster: Cluster,
    mission: Mission,
}

impl Begin {
    fn identity(&self, name: String) -> Identity {
        Identity { name, owner: Owner::this().labels(&self.mission.run, self.mission.deadline) }
    }

    /// A pod of the first of these images that works; `attempts` were made before.
    async fn borrowing(&self, images: &[Borrowed], attempts: usize) -> Result<(Stream, Pod), LaunchError> {
        let loader = self.loader().await?;
        let mut last: LaunchError = PodFault::NotLoaded { text: Words::of("there is no image to borrow") }.into();
        for (attempt, image) in (attempts..).zip(images) {
            match self.pod(attempt, &image.reference, Some(&loader)).await {
                Err(LaunchError::Pod(fault)) if fault.is_of_image() => last = fault.into(),
                begun => return begun,
            }
        }
        Err(last)
    }

    /// Makes the namespace, where it is not there. It stays: others may put something into it.
    async fn namespace(&self) -> Result<(), LaunchError> {
        let body = spec::namespace(&self.plan);
        match self.cluster.post::<answers::Object>("create a namespace", Path::namespaces(), &body).await {
            Err(error) if error.is_conflict() => Ok(()),
            made => Ok(made.map(drop)?),
        }
    }

    /// The object of the loader, made by whoever comes first.
    async fn loader(&self) -> Result<Arc<SharedLoader>, LaunchError> {
        let key = (self.plan.namespace.what.clone(), self.plan.architecture);
        let mut loaders = self.clusters.loaders().lock().await;
        if let Some(there) = loaders.iter().find(|(known, _)| *known == key).and_then(|(_, loader)| loader.upgrade()) {
            return Ok(there);
        }
        let begin = self.clone();
        // A task of its own: whoever gives up waiting must not leave behind what was about to be created.
        let made = tokio::spawn(async move { begin.make_loader().await }).await.map_err(|_| LaunchError::Broke)??;
        let made = Arc::new(made);
        loaders.retain(|(known, _)| *known != key);
        loaders.push((key, Arc::downgrade(&made)));
        Ok(made)
    }

    async fn make_loader(&self) -> Result<SharedLoader, LaunchError> {
        let (namespace, architecture) = (&self.plan.namespace.what, self.plan.architecture);
        let (_, program) = self.clusters.agents().sent(architecture).map_err(ProgramError::from)?;
        let identity = self.identity(format!("dbg-{}-{architecture}", self.mission.run).replace('_', "-"));
        let body = spec::loader(&identity, namespace, program);
        let lease = self.clusters.leases().take(&self.cluster, Kind::ConfigMap, namespace, &identity.name);
        let path = Path::of("configmaps", Some(namespace));
        let answer = self.cluster.post::<answers::Object>("create a ConfigMap", path, &body).await;
        let (lease, created) = created(lease, answer)?;
        Ok(SharedLoader { object: LoaderObject { name: identity.name, uid: created.metadata.uid }, lease })
    }

    /// A pod of this image, with the agent in it.
    async fn pod(
        &self,
        attempt: usize,
        image: &str,
        loader: Option<&Arc<SharedLoader>>,
    ) -> Result<(Stream, Pod), LaunchError> {
        let again = if attempt == 0 { String::new() } else { format!("-{attempt}") };
        let name = format!("dbg-{}-{}{again}", self.mission.run, self.number);
        let (namespace, begin) = (self.plan.namespace.what.clone(), self.clone());
        let (own, reference, object) = (name, image.to_owned(), loader.map(|loader| loader.object.clone()));
        // As above.
        let creating = tokio::spawn(async move { begin.create(own, &reference, object.as_ref()).await });
        let (lease, created) = creating.await.map_err(|_| LaunchError::Broke)??;
        if let Err(error) = start::started(&self.cluster, &namespace, &created, spec::CONTAINER).await {
            // The reason is the better news than that it could not be removed, which is told in the end.
            let _ = lease.remove().await;
            return Err(error.into());
        }
        // That of a Job's pod is made up by the cluster.
        let name = created.metadata.name.clone();
        let (stream, exec) = self.session(&namespace, &name, loader.is_some()).await?;
        let (cluster, loader) = (self.cluster.clone(), loader.cloned());
        Ok((stream, Pod { lease, loader, exec, cluster, namespace, name }))
    }

    async fn create(
        &self,
        name: String,
        image: &str,
        loader: Option<&LoaderObject>,
    ) -> Result<(Lease, answers::Object), LaunchError> {
        let namespace = &self.plan.namespace.what;
        let lasting = self.mission.deadline.duration_since(SystemTime::now()).unwrap_or(Duration::from_secs(1));
        let identity = self.identity(name);
        let body = spec::pod(&self.plan, &identity, image, loader, lasting);
        let take = |kind| self.clusters.leases().take(&self.cluster, kind, namespace, &identity.name);
        let (lease, made): (_, answers::Pod) = match self.plan.cleanup {
            Cleanup::Gc => {
                let lease = take(Kind::Pod);
                created(lease, self.post_pod(namespace, &body).await)?
            }
            Cleanup::Job => {
                let lease = take(Kind::Job);
                let answer =
                    self.cluster.post("create a Job", Path::jobs(Some(namespace)), &spec::job(body.clone())).await;
                let (lease, job): (_, answers::Object) = created(lease, answer)?;
                match start::of_job(&self.cluster, namespace, &job).await {
                    Ok(pod) => (lease, pod),
                    Err(error) => {
                        let _ = lease.remove().await;
                        return Err(error.into());
                    }
                }
            }
        };
        if let Some(text) = rewritten::refused(&body, &made) {
            let _ = lease.remove().await;
            return Err(PodFault::Rewritten { text: Words::of(&text) }.into());
        }
        Ok((lease, answers::Object { metadata: made.metadata }))
    }

    /// A namespace that was created just now has no service account for a moment, without which no pod is.
    async fn post_pod(
        &self,
        namespace: &str,
        body: &k8s_openapi::api::core::v1::Pod,
    ) -> Result<answers::Pod, ClusterError> {
        let end = Instant::now() + ACCOUNT;
        loop {
            let answer = self.cluster.post("create a pod", Path::of("pods", Some(namespace)), body).await;
            let is_new = self.clusters.missing_namespace() == MissingNamespace::Created;
            match answer {
                Err(ClusterError::Refused { text, .. } | ClusterError::Forbidden { text, .. })
                    if is_new && text.as_str().contains("serviceaccount") && Instant::now() < end =>
                {
                    tokio::time::sleep(PAUSE).await;
                }
                answer => return answer,
            }
        }
    }

    /// The agent over exec: as it lies there, or sent.
    async fn session(&self, namespace: &str, name: &str, is_sent: bool) -> Result<(Stream, Exec), LaunchError> {
        let token = self.mission.key.public();
        let command = || spec::serve(&self.plan, is_sent, &token);
        if !is_sent {
            return Ok(exec(&self.cluster, namespace, name, spec::CONTAINER, command()).await?);
        }
        let (packed, _) = self.clusters.agents().sent(self.plan.architecture).map_err(ProgramError::from)?;
        let mut attempt = 1;
        loop {
            let (stream, mut exec) = exec(&self.cluster, namespace, name, spec::CONTAINER, command()).await?;
            match loading::send(stream, packed).await {
                Ok(stream) => return Ok((stream, exec)),
                Err(error) => {
                    let ended = timeout(LINGER, exec.ended()).await.unwrap_or(Ending::Unknown);
                    let words = in_one_line(&exec.said());
                    // A loader that said why, or a pod that is gone, does no better the next time.
                    if let Some(fault) = start::end_of(&self.cluster, namespace, name, spec::CONTAINER).await {
                        return Err(fault.into());
                    }
                    if attempt >= ATTEMPTS || !words.is_empty() || matches!(ended, Ending::Code(_)) {
                        let text = if words.is_empty() { error.to_string() } else { words };
                        return Err(PodFault::NotLoaded { text: Words::of(&text) }.into());
                    }
                    attempt += 1;
                }
            }
        }
    }
}

impl From<StartError> for LaunchError {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Cluster(error) => error.into(),
            StartError::Pod(fault) => fault.into(),
        }
    }
}

/// What the server answered to a creation, and the hold on it where there may be something.
fn created<T: HasUid>(lease: Lease, answer: Result<T, ClusterError>) -> Result<(Lease, T), LaunchError> {
    match answer {
        Ok(object) => {
            lease.created(object.uid());
            Ok((lease, object))
        }
        // It answered: there is nothing of ours.
        Err(error) if error.is_answer() => {
            lease.not_created();
            Err(error.into())
        }
        Err(error) => Err(error.into()),
    }
}

trait HasUid {
    fn uid(&self) -> &str;
}

impl HasUid for answers::Pod {
    fn uid(&self) -> &str {
        &self.metadata.uid
    }
}

impl HasUid for answers::Object {
    fn uid(&self) -> &str {
        &self.metadata.uid
    }
}

impl Pod {
    /// Waits for its end after its session's, and removes it. After a session that ended in order it is removed at once.
    pub(crate) async fn gone(mut self, end: SessionEnd) -> Result<(), LaunchError> {
        let (ending, became) = match end {
            SessionEnd::InOrder => (Ending::Code(0), None),
            SessionEnd::Broken => {
                let ending = timeout(LINGER, self.exec.ended()).await.unwrap_or(Ending::Lingered);
                let became = match ending {
                    Ending::Code(0) => None,
                    // A program that ended has a status; without one it was the stream that did.
                    Ending::Unknown => {
                        let became = start::end_of(&self.cluster, &self.namespace, &self.name, spec::CONTAINER).await;
                        Some(became.unwrap_or(PodFault::Cut))
                    }
                    _ => start::end_of(&self.cluster, &self.namespace, &self.name, spec::CONTAINER).await,
                };
                (ending, became)
            }
        };
        let words = in_one_line(&self.exec.said());
        let Self { lease, loader, .. } = self;
        // The last pod of a namespace removes what they shared.
        let shared = loader.and_then(Arc::into_inner);
        let (removed, also) = tokio::join!(lease.remove(), async {
            match shared {
                Some(shared) => shared.lease.remove().await,
                None => Ok(()),
            }
        });
        if let Some(fault) = became {
            return Err(fault.into());
        }
        removed?;
        also?;
        if ending == Ending::Code(0) { Ok(()) } else { Err(LaunchError::Ended(Account { ending, words })) }
    }
}
