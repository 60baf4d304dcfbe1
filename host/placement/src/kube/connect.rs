//! The cluster that is meant, and how it is asked: within bounds of bytes and time, with errors that name the defect.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Limited;
use hyper::Response;
use kube::client::{ClientBuilder, DynBody};
use tokio::sync::OnceCell;
use tokio::time::timeout;
use tower::util::MapResponseLayer;

use super::config::{self, Found};
use super::error::ClusterError;
use super::fault::{self, Asked};
use super::settings::ClusterSettings;
use crate::docker::Words;

/// Of one answer: 500 pods in a list take some 5 MiB.
const ANSWER: usize = 16 << 20;
/// What is asked is done in milliseconds; a busy API server takes some seconds.
const WITHIN: Duration = Duration::from_secs(30);
/// Somebody listens, or does not.
const CONNECTING: Duration = Duration::from_secs(10);

/// A cluster that can be asked, with the rights of the operator. Cheap to clone.
#[derive(Clone)]
pub struct Cluster {
    client: kube::Client,
    namespace: String,
    context: Words,
    server: Words,
    exec: Option<Words>,
    notes: Vec<&'static str>,
    within: Duration,
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
        let asked = Asked { server: &server, context: &context, exec: exec.as_ref(), doing: "connect", limit: ANSWER };
        let builder = ClientBuilder::try_from(config).map_err(|error| unusable(&asked, &error))?;
        // An answer is read whole by the library: here is its bound.
        let bounded =
            MapResponseLayer::new(|answer: Response<Box<DynBody>>| answer.map(|body| Limited::new(body, ANSWER)));
        let client = builder.with_layer(&bounded).build();
        Ok(Self { client, namespace, context, server, exec, notes, within: settings.timeout.unwrap_or(WITHIN) })
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
        fault::of(&Asked { server, context, exec: exec.as_ref(), doing, limit: ANSWER }, error)
    }
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
    cluster: OnceCell<Cluster>,
}

impl Clusters {
    /// Nothing is read yet.
    #[must_use]
    pub fn new(settings: ClusterSettings) -> Self {
        Self(Arc::new(Inside { settings, cluster: OnceCell::new() }))
    }

    /// The cluster.
    ///
    /// # Errors
    /// As [`Cluster::connect`].
    pub async fn cluster(&self) -> Result<Cluster, ClusterError> {
        self.0.cluster.get_or_try_init(|| Cluster::connect(&self.0.settings)).await.cloned()
    }
}
