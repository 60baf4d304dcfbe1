//! `dbg:cluster`: bounded reads of a cluster's API, answered at the operator's side. Source: Kubernetes API conventions.
//!
//! What could hold a secret is masked by whoever answers: it never crosses this trait.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// What the run is about, as the cluster knows it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ClusterSubject {
    /// Empty for a target that is no object of a cluster.
    pub kind: String,
    /// Never empty: the one that is meant where none is named.
    pub namespace: String,
    /// Empty without a kind, and for all of a cluster.
    pub name: String,
    /// Empty where the operator named none.
    pub container: String,
}

/// Which object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GetObject {
    /// `Kind` or `Kind.group`.
    pub kind: String,
    /// Empty for what has none.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// Which objects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListObjects {
    /// `Kind` or `Kind.group`.
    pub kind: String,
    /// Empty for all.
    pub namespace: String,
    /// A label selector, or empty.
    pub labels: String,
    /// A field selector, or empty.
    pub fields: String,
    /// Only these values, as JSON pointers; none for whole objects.
    pub pick: Vec<String>,
    /// At most so many objects in this answer.
    pub max: u32,
    /// Where the answer before ended; empty for the beginning.
    pub token: String,
}

/// Which log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadLogs {
    /// Of which namespace.
    pub namespace: String,
    /// Of which pod.
    pub pod: String,
    /// Of which container; empty for the only one.
    pub container: String,
    /// Of which of its lives.
    pub life: ContainerLife,
    /// So many lines at the end.
    pub lines: u32,
    /// At most so many bytes.
    pub bytes: u32,
}

/// A container that restarts has several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ContainerLife {
    /// The one that runs, or ran last.
    Present,
    /// The one before.
    Previous,
}

/// One object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Empty for what has none.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// JSON, or with `pick` an object of what was picked by pointer.
    pub json: String,
    /// Values that were masked.
    pub redacted: u64,
}

/// Some objects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentPage {
    /// In the API's order.
    pub documents: Vec<Document>,
    /// Where to go on; empty at the end.
    pub token: String,
}

/// What a container wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogText {
    /// Its last lines.
    pub text: String,
    /// There is more in front.
    pub cut: bool,
    /// Secrets that were masked.
    pub redacted: u64,
}

/// The cause, as far as a program can act on it: the codes of the WIT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClusterReadErrorCode {
    /// Not granted, or refused by the API.
    Denied,
    /// No such object or kind.
    NotFound,
    /// The request makes no sense.
    BadRequest,
    /// The grant's budget or the handles are spent.
    OverBudget,
    /// No cluster, or no answer.
    Unavailable,
    /// No such handle, or closed.
    Closed,
    /// Anything else.
    Other,
}

/// Why the cluster could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{text}")]
pub struct ClusterReadError {
    /// The cause.
    pub code: ClusterReadErrorCode,
    /// One sentence, lower case, no full stop.
    pub text: String,
}

/// One question, as it crosses to the operator's side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClusterQuestion {
    /// [`ClusterReads::subject`].
    Subject,
    /// [`ClusterReads::get`].
    Get(GetObject),
    /// [`ClusterReads::list`].
    List(ListObjects),
    /// [`ClusterReads::logs`].
    Logs(ReadLogs),
}

/// Its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClusterAnswer {
    /// To [`ClusterQuestion::Subject`].
    Subject(ClusterSubject),
    /// To [`ClusterQuestion::Get`].
    Object(Document),
    /// To [`ClusterQuestion::List`].
    Page(DocumentPage),
    /// To [`ClusterQuestion::Logs`].
    Log(LogText),
    /// To any of them.
    Error(ClusterReadError),
}

/// Answers `dbg:cluster`.
#[async_trait]
pub trait ClusterReads: Send + Sync {
    /// What the run is about.
    async fn subject(&self) -> Result<ClusterSubject, ClusterReadError>;

    /// One object.
    async fn get(&self, wanted: GetObject) -> Result<Document, ClusterReadError>;

    /// The next objects of a list.
    async fn list(&self, wanted: ListObjects) -> Result<DocumentPage, ClusterReadError>;

    /// The end of a log.
    async fn logs(&self, wanted: ReadLogs) -> Result<LogText, ClusterReadError>;
}

impl ClusterReadError {
    /// An error of this cause.
    pub fn new(code: ClusterReadErrorCode, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }
}
