//! The cluster's API, read with the operator's rights within the grant `cluster`: objects, and what containers wrote. Secrets are never
//! among it, and what could hold one is masked.
//!
//! ```no_run
//! use dbg_sdk::cluster;
//!
//! # fn look() -> Result<(), dbg_sdk::Failure> {
//! let namespace = cluster::target()?.namespace;
//! let pods = cluster::list("Pod").in_namespace(&namespace).labelled("app=web").read()?;
//! for pod in &pods.objects {
//!     println!("{} {}", pod.name, pod.json.text("/status/phase").unwrap_or("?"));
//! }
//! # Ok(())
//! # }
//! ```

mod error;
mod logs;

use std::time::Duration;

use crate::host::cluster_objects;
use crate::json::Value;

pub use error::{Error, ErrorCode};
pub use logs::{LogText, Logs, logs};

/// Objects in one call.
const A_CALL: u32 = 500;
/// The host cuts it to what is left of the run.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the run is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// `Pod`, `Node`, `Namespace`; empty for a target that is no object of a cluster.
    pub kind: String,
    /// Its namespace, or the one that is meant where none is named.
    pub namespace: String,
    /// Empty without a kind.
    pub name: String,
    /// The container that the operator named, or empty.
    pub container: String,
}

/// One object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    /// Empty for what has none.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The object, or of a list with [`List::pick`] what was picked by its pointer.
    pub json: Value,
}

/// The objects of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listed {
    /// In the API's order.
    pub objects: Vec<Object>,
    /// There are more than the limit.
    pub cut: bool,
}

/// The run's target, as the cluster knows it.
///
/// # Errors
/// [`ErrorCode::Denied`], [`ErrorCode::Unavailable`], [`ErrorCode::Other`].
pub fn target() -> Result<Subject, Error> {
    let cluster_objects::Subject { kind, namespace, name, container } = cluster_objects::target()?;
    Ok(Subject { kind, namespace, name, container })
}

/// One object. `kind` as `Pod` or `Deployment.apps`; `namespace` empty for what has none.
///
/// # Errors
/// [`ErrorCode::Denied`], [`ErrorCode::NotFound`], [`ErrorCode::OverBudget`], [`ErrorCode::Unavailable`], [`ErrorCode::Other`].
pub fn get(kind: &str, namespace: &str, name: &str) -> Result<Object, Error> {
    object(cluster_objects::get(kind, namespace, name)?)
}

/// As [`get`]; none where there is no such object, or no such kind.
///
/// # Errors
/// As [`get`], without [`ErrorCode::NotFound`].
pub fn find(kind: &str, namespace: &str, name: &str) -> Result<Option<Object>, Error> {
    match get(kind, namespace, name) {
        Ok(object) => Ok(Some(object)),
        Err(error) if error.code == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Objects of a kind; nothing is asked before [`List::read`].
pub fn list(kind: &str) -> List {
    List { kind: kind.to_owned(), ..List::default() }
}

fn object(document: cluster_objects::Document) -> Result<Object, Error> {
    let cluster_objects::Document { namespace, name, json } = document;
    let no_json = || Error { code: ErrorCode::Other, text: format!("`{name}` is no JSON") };
    let json = Value::parse(&json).ok_or_else(no_json)?;
    Ok(Object { namespace, name, json })
}

/// Which objects. By default all that the grant allows, at most 1,000.
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is asked before `read`"]
pub struct List {
    kind: String,
    namespace: Option<String>,
    labels: Option<String>,
    fields: Option<String>,
    pick: Vec<String>,
    limit: Option<u32>,
}

impl List {
    /// Only this namespace.
    pub fn in_namespace(mut self, name: &str) -> Self {
        self.namespace = Some(name.to_owned());
        self
    }

    /// A label selector, as `app=web,tier!=db`.
    pub fn labelled(mut self, selector: impl Into<String>) -> Self {
        self.labels = Some(selector.into());
        self
    }

    /// A field selector, as `spec.nodeName=n1`.
    pub fn fields(mut self, selector: impl Into<String>) -> Self {
        self.fields = Some(selector.into());
        self
    }

    /// Only these values, by their JSON pointers. [`Object::json`] then has them by the pointer itself: `get("/status/phase")`.
    pub fn pick(mut self, pointers: &[&str]) -> Self {
        self.pick = pointers.iter().map(|pointer| (*pointer).to_owned()).collect();
        self
    }

    /// At most so many, up to 10,000.
    pub fn limit(mut self, count: u32) -> Self {
        self.limit = Some(count);
        self
    }

    /// Reads them all.
    ///
    /// # Errors
    /// [`ErrorCode::Denied`], [`ErrorCode::NotFound`] (no such kind), [`ErrorCode::BadRequest`], [`ErrorCode::OverBudget`],
    /// [`ErrorCode::Unavailable`], [`ErrorCode::Other`].
    pub fn read(self) -> Result<Listed, Error> {
        let query = cluster_objects::open(&self.kind)?;
        if let Some(namespace) = &self.namespace {
            query.in_namespace(namespace);
        }
        if let Some(labels) = &self.labels {
            query.labelled(labels);
        }
        if let Some(fields) = &self.fields {
            query.fields(fields);
        }
        if !self.pick.is_empty() {
            query.pick(&self.pick);
        }
        if let Some(limit) = self.limit {
            query.set_limit(limit);
        }
        let documents = query.start()?;
        let mut listed = Listed::default();
        loop {
            let patience = u32::try_from(PATIENCE.as_millis()).unwrap_or(u32::MAX);
            let page = documents.next(A_CALL, patience)?;
            for document in page.documents {
                listed.objects.push(object(document)?);
            }
            if page.last {
                listed.cut = page.cut;
                return Ok(listed);
            }
        }
    }
}
