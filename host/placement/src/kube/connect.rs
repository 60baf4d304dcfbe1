//! The cluster that is meant, and how it is asked: within bounds of bytes and time, with errors that name the defect.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use dbg_model::Target;
use http_body_util::Limited;
use hyper::Response;
use kube::client::{ClientBuilder, DynBody};
use tokio::sync::{OnceCell, Semaphore, SemaphorePermit};
use tokio::time::timeout;
use tower::util::MapResponseLayer;

use super::answers::Version;
use super::certificate;
use super::config::{self, Found};
use super::error::ClusterError;
use super::fault::{self, Asked};
use super::launch::Loaders;
use super::lease::Leases;
use super::preflight::Access;
use super::request::Path;
use super::rights::Right;
use super::room::{self, Room};
use super::settings::{Cleanup, ClusterSettings, MissingNamespace, Via};
use crate::Agents;
use crate::docker::Words;

/// Of one answer: 500 pods in a list take some 5 MiB.
const ANSWER: usize = 16 << 20;
/// What is asked is done in milliseconds; a busy API server takes some seconds.
const WITHIN: Duration = Duration::from_secs(30);
/// Somebody listens, or does not.
const CONNECTING: Duration = Duration::from_secs(10);

/// Targets that are looked at, or whose pods are on their way, at once: more would only wait for the API server, and for its patience.
const AT_ONCE: usize = 32;

/// A cluster that can be asked, with the rights of the operator. Cheap to clone.
#[derive(Clone)]
pub struct Cluster {
    config: Arc<kube::Config>,
    client: kube::Client,
    namespace: String,
    context: Words,
    server: Words,
    exec: Option<Words>,
    notes: Vec<&'static str>,
    within: Duration,
    /// When its client certificate expires.
    expiry: Option<SystemTime>,
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The client holds credentials.
        f.debug_struct("Cluster").field("context", &self.context).field("server", &self.server).finish_non_exhaustive()
    }
}

impl Cluster {
    /// Reads what the settings name. Nothing is connected, and no program started, before something is asked.
    ///
    /// # Errors
    /// What is wrong with the kubeconfig.
    pub async fn connect(settings: &ClusterSettings) -> Result<Self, ClusterError> {
        let Found { mut config, context, exec } = config::find(settings).await?;
        config.connect_timeout = Some(CONNECTING);
        let server = Words::of(config.cluster_url.to_string().trim_end_matches('/'));
        let namespace = config.default_namespace.clone();
        let mut notes = Vec::new();
        if config.accept_invalid_certs {
            notes.push("the kubeconfig says not to verify the API server's certificate");
        }
        let client = client(&config, &server, &context, exec.as_ref())?;
        let within = settings.timeout.unwrap_or(WITHIN);
        let expiry = certificate::expiry(&config.auth_info);
        Ok(Self { config: Arc::new(config), client, namespace, context, server, exec, notes, within, expiry })
    }

    /// The same cluster with a client of its own, which lives with the runtime that this is called in.
    pub(super) fn anew(&self) -> Result<Self, ClusterError> {
        let client = client(&self.config, &self.server, &self.context, self.exec.as_ref())?;
        Ok(Self { client, ..self.clone() })
    }

    /// The client, for requests by [`Cluster::ask`]. One answer has at most 16 MiB.
    #[must_use]
    pub fn client(&self) -> &kube::Client {
        &self.client
    }

    /// The namespace that is meant where a target names none: `-n`, the context's, or `default`.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The context's name.
    #[must_use]
    pub fn context(&self) -> &Words {
        &self.context
    }

    /// The API server's address.
    #[must_use]
    pub fn server(&self) -> &Words {
        &self.server
    }

    /// The program that brings credentials, with its arguments.
    #[must_use]
    pub fn exec_plugin(&self) -> Option<&Words> {
        self.exec.as_ref()
    }

    /// What an operator has to know of the connection.
    #[must_use]
    pub fn notes(&self) -> &[&'static str] {
        &self.notes
    }

    /// How long one request may take.
    #[must_use]
    pub fn within(&self) -> Duration {
        self.within
    }

    /// Asks for one thing; `doing` are the words after `cannot`, such as `create a pod`.
    ///
    /// # Errors
    /// Why it was not done, or not answered in time.
    pub async fn ask<T>(
        &self,
        doing: &'static str,
        asking: impl Future<Output = Result<T, kube::Error>>,
    ) -> Result<T, ClusterError> {
        match timeout(self.within, asking).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(self.fault(doing, &error)),
            Err(_) => Err(ClusterError::Silent { doing, seconds: self.within.as_secs() }),
        }
    }

    /// What an error of the client means; for streams, which are not asked for by [`Cluster::ask`].
    #[must_use]
    pub fn fault(&self, doing: &'static str, error: &kube::Error) -> ClusterError {
        let Self { server, context, exec, .. } = self;
        let fault = fault::of(&Asked { server, context, exec: exec.as_ref(), doing, limit: ANSWER }, error);
        match fault {
            ClusterError::Unauthorized { server, context, why: None }
                if self.expiry.is_some_and(|expiry| expiry < SystemTime::now()) =>
            {
                ClusterError::Unauthorized {
                    server,
                    context,
                    why: Some(Words::of("its client certificate has expired")),
                }
            }
            fault => fault,
        }
    }
}

fn client(
    config: &kube::Config,
    server: &Words,
    context: &Words,
    exec: Option<&Words>,
) -> Result<kube::Client, ClusterError> {
    let asked = Asked { server, context, exec, doing: "connect", limit: ANSWER };
    let builder = ClientBuilder::try_from(config.clone()).map_err(|error| unusable(&asked, &error))?;
    // An answer is read whole by the library: here is its bound.
    let bounded = MapResponseLayer::new(|answer: Response<Box<DynBody>>| answer.map(|body| Limited::new(body, ANSWER)));
    Ok(builder.with_layer(&bounded).build())
}

/// No client can be made: there is no server to blame.
fn unusable(asked: &Asked<'_>, error: &kube::Error) -> ClusterError {
    match error {
        kube::Error::ProxyProtocolUnsupported { proxy_url } => {
            ClusterError::Proxy { shown: Words::of(&proxy_url.to_string()) }
        }
        kube::Error::Auth(_) => fault::of(asked, error),
        error => ClusterError::Credentials { reason: Words::of(&error.to_string()) },
    }
}

/// The cluster of one run: found when it is first needed, once for all targets. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Clusters(Arc<Inside>);

#[derive(Debug)]
struct Inside {
    settings: ClusterSettings,
    agents: Agents,
    cluster: OnceCell<Cluster>,
    minor: OnceCell<Option<u32>>,
    reviews: Mutex<Vec<(Right, Access)>>,
    /// By namespace: what was there when it was first looked at.
    rooms: Mutex<BTreeMap<String, Arc<OnceCell<Room>>>>,
    leases: Leases,
    loaders: Loaders,
    turns: Semaphore,
}

impl Clusters {
    /// Nothing is read yet.
    #[must_use]
    pub fn new(settings: ClusterSettings, agents: Agents) -> Self {
        let inside = Inside {
            settings,
            agents,
            cluster: OnceCell::new(),
            minor: OnceCell::new(),
            reviews: Mutex::default(),
            rooms: Mutex::default(),
            leases: Leases::default(),
            loaders: Loaders::default(),
            turns: Semaphore::new(AT_ONCE),
        };
        Self(Arc::new(inside))
    }

    /// The cluster.
    ///
    /// # Errors
    /// As [`Cluster::connect`].
    pub async fn cluster(&self) -> Result<Cluster, ClusterError> {
        self.0.cluster.get_or_try_init(|| Cluster::connect(&self.0.settings)).await.cloned()
    }

    /// Removes everything that is still there, now: for an end that waits for nothing. It blocks, for some seconds at most.
    pub fn release_all(&self) {
        self.0.leases.release_all();
    }

    /// Waits until everything of this process is removed, for some seconds at most; what is then left, each with how to remove it.
    pub async fn settled(&self) -> Vec<String> {
        self.0.leases.settled().await
    }

    /// Waits until not too many others ask; holds the turn as long as what comes back.
    pub(super) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // Nobody closes it.
        self.0.turns.acquire().await.ok()
    }

    pub(super) fn agents(&self) -> Agents {
        self.0.agents
    }

    pub(super) fn leases(&self) -> &Leases {
        &self.0.leases
    }

    pub(super) fn loaders(&self) -> &Loaders {
        &self.0.loaders
    }

    /// `--image`.
    pub(super) fn image(&self) -> Option<&str> {
        self.0.settings.image.as_deref()
    }

    /// `--via`.
    pub(super) fn via(&self) -> Via {
        self.0.settings.via
    }

    /// `--keep`.
    pub(super) fn keep(&self) -> Duration {
        self.0.settings.keep
    }

    /// `--cleanup`.
    pub(super) fn cleanup(&self) -> Cleanup {
        self.0.settings.cleanup
    }

    /// `--create-namespace`.
    pub(super) fn missing_namespace(&self) -> MissingNamespace {
        self.0.settings.missing_namespace
    }

    /// Where the pod for a target is, and why there.
    pub(super) fn namespace_of(&self, cluster: &Cluster, target: &Target) -> (String, &'static str) {
        let settings = &self.0.settings;
        match (target, &settings.node_namespace) {
            (Target::Namespace(name), _) => (name.to_string(), "it is the target"),
            (Target::Node(_), Some(named)) if settings.namespace.is_none() => {
                (named.clone(), "this site's policy has pods for nodes there")
            }
            _ => (cluster.namespace().to_owned(), "`-n` or the context says so; `default` where neither does"),
        }
    }

    /// Where runs of this user may have left something, when no namespace is named.
    pub(super) fn usual_namespaces(&self, cluster: &Cluster) -> Vec<String> {
        let settings = &self.0.settings;
        let for_nodes = settings.node_namespace.clone().filter(|_| settings.namespace.is_none());
        let own = cluster.namespace().to_owned();
        let for_nodes = for_nodes.filter(|name| *name != own);
        [own].into_iter().chain(for_nodes).collect()
    }

    /// The minor version of the server; none where it does not say.
    pub(super) async fn minor(&self, cluster: &Cluster) -> Option<u32> {
        let ask = || async {
            cluster.get::<Version>("say its version", Path::version()).await.ok().and_then(|it| it.minor())
        };
        *self.0.minor.get_or_init(ask).await
    }

    /// How much a pod may take in a namespace: asked once for all targets of a run there.
    pub(super) async fn room(&self, cluster: &Cluster, namespace: &str) -> Room {
        let cell = {
            let mut rooms = self.0.rooms.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(rooms.entry(namespace.to_owned()).or_default())
        };
        cell.get_or_init(|| room::look(cluster, namespace)).await.clone()
    }

    /// What a review of this right came to before.
    pub(super) fn reviewed(&self, right: &Right) -> Option<Access> {
        let reviews = self.0.reviews.lock().unwrap_or_else(PoisonError::into_inner);
        reviews.iter().find(|(known, _)| known == right).map(|(_, access)| access.clone())
    }

    pub(super) fn keep_review(&self, right: &Right, access: &Access) {
        let mut reviews = self.0.reviews.lock().unwrap_or_else(PoisonError::into_inner);
        reviews.push((right.clone(), access.clone()));
    }
}
