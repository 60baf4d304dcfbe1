//! `dbg:cluster` where nobody answers for the operator's side: a machine by itself has no cluster.

use async_trait::async_trait;
use dbg_capability::{
    ClusterReadError, ClusterReadErrorCode, ClusterReads, ClusterSubject, Document, DocumentPage, GetObject,
    ListObjects, LogText, ReadLogs,
};

/// Says to every question that nobody is there to ask. Whoever serves a session puts the operator's side in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoCluster;

fn nobody<T>() -> Result<T, ClusterReadError> {
    Err(ClusterReadError::new(ClusterReadErrorCode::Unavailable, "nobody here can ask a cluster"))
}

#[async_trait]
impl ClusterReads for NoCluster {
    async fn subject(&self) -> Result<ClusterSubject, ClusterReadError> {
        nobody()
    }

    async fn get(&self, _wanted: GetObject) -> Result<Document, ClusterReadError> {
        nobody()
    }

    async fn list(&self, _wanted: ListObjects) -> Result<DocumentPage, ClusterReadError> {
        nobody()
    }

    async fn logs(&self, _wanted: ReadLogs) -> Result<LogText, ClusterReadError> {
        nobody()
    }
}
