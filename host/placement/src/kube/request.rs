//! Requests by path: what is asked and how it is read, without a type for each kind of object of a cluster.

use futures::Stream;
use hyper::{Method, Request};
use kube::core::WatchEvent;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::connect::Cluster;
use super::error::ClusterError;
use crate::docker::{Words, escaped};

/// Where an object is: all of it was checked to be a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path(String);

impl Path {
    pub(super) fn nodes() -> Self {
        Self("/api/v1/nodes".to_owned())
    }

    pub(super) fn version() -> Self {
        Self("/version".to_owned())
    }

    pub(super) fn namespaces() -> Self {
        Self("/api/v1/namespaces".to_owned())
    }

    /// The Jobs of a namespace, or of all.
    pub(super) fn jobs(namespace: Option<&str>) -> Self {
        match namespace {
            Some(namespace) => Self(format!("/apis/batch/v1/namespaces/{}/jobs", escaped(namespace))),
            None => Self("/apis/batch/v1/jobs".to_owned()),
        }
    }

    pub(super) fn reviews() -> Self {
        Self("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews".to_owned())
    }

    pub(super) fn whoami() -> Self {
        Self("/apis/authentication.k8s.io/v1/selfsubjectreviews".to_owned())
    }

    /// The objects of a kind, in a namespace or in all.
    pub(super) fn of(kind: &'static str, namespace: Option<&str>) -> Self {
        match namespace {
            Some(namespace) => Self(format!("/api/v1/namespaces/{}/{kind}", escaped(namespace))),
            None => Self(format!("/api/v1/{kind}")),
        }
    }

    /// The objects of a kind of a group and version, in a namespace.
    pub(super) fn in_group(group: &'static str, kind: &'static str, namespace: &str) -> Self {
        Self(format!("/apis/{group}/namespaces/{}/{kind}", escaped(namespace)))
    }

    /// A part of an object.
    pub(super) fn part(self, part: &'static str) -> Self {
        Self(format!("{}/{part}", self.0))
    }

    pub(super) fn named(self, name: &str) -> Self {
        Self(format!("{}/{}", self.0, escaped(name)))
    }

    pub(super) fn with(self, query: &[(&str, &str)]) -> Self {
        if query.is_empty() {
            return self;
        }
        let mark = if self.0.contains('?') { '&' } else { '?' };
        let words: Vec<String> = query.iter().map(|(key, value)| format!("{key}={}", escaped(value))).collect();
        Self(format!("{}{mark}{}", self.0, words.join("&")))
    }

    fn request(self, method: Method, body: Vec<u8>) -> Result<Request<Vec<u8>>, kube::Error> {
        // Of a patch, what is in lists is added by its name.
        let is_patch = method == Method::PATCH;
        let content = if is_patch { "application/strategic-merge-patch+json" } else { "application/json" };
        let request = Request::builder().method(method).uri(self.0).header("accept", "application/json");
        request.header("content-type", content).body(body).map_err(kube::Error::HttpError)
    }
}

impl Cluster {
    pub(super) async fn get<T: DeserializeOwned>(&self, doing: &'static str, path: Path) -> Result<T, ClusterError> {
        self.ask(doing, async { self.client().request(path.request(Method::GET, Vec::new())?).await }).await
    }

    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        doing: &'static str,
        path: Path,
        body: &impl Serialize,
    ) -> Result<T, ClusterError> {
        let body = bytes(doing, body)?;
        self.ask(doing, async { self.client().request(path.request(Method::POST, body)?).await }).await
    }

    pub(super) async fn patch<T: DeserializeOwned>(
        &self,
        doing: &'static str,
        path: Path,
        body: &impl Serialize,
    ) -> Result<T, ClusterError> {
        let body = bytes(doing, body)?;
        self.ask(doing, async { self.client().request(path.request(Method::PATCH, body)?).await }).await
    }

    /// What it answers is not read: the object, or a status.
    pub(super) async fn delete(
        &self,
        doing: &'static str,
        path: Path,
        options: &impl Serialize,
    ) -> Result<(), ClusterError> {
        let body = bytes(doing, options)?;
        self.ask(doing, async { self.client().request_text(path.request(Method::DELETE, body)?).await }).await.map(drop)
    }

    /// What happens to objects, as it happens.
    pub(super) async fn watch<T: DeserializeOwned + Clone>(
        &self,
        doing: &'static str,
        path: Path,
    ) -> Result<impl Stream<Item = Result<WatchEvent<T>, kube::Error>> + use<T>, ClusterError> {
        self.ask(doing, async { self.client().request_events(path.request(Method::GET, Vec::new())?).await }).await
    }
}

fn bytes(doing: &'static str, body: &impl Serialize) -> Result<Vec<u8>, ClusterError> {
    serde_json::to_vec(body).map_err(|error| ClusterError::Garbage { doing, reason: Words::of(&error.to_string()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_or_a_value_cannot_lead_elsewhere() {
        let path = Path::of("pods", Some("a/../b")).named("x?y").with(&[("fieldSelector", "a=b&c")]);
        assert_eq!(path.0, "/api/v1/namespaces/a%2F..%2Fb/pods/x%3Fy?fieldSelector=a%3Db%26c");
    }
}
