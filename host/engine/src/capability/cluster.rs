//! `dbg:cluster`: the grant is judged here, before the operator's side is asked, which judges it again by what it gave itself.

mod logs;
mod objects;

use std::sync::Arc;

use dbg_capability::{ClusterReadError, ClusterReadErrorCode as Code, ClusterReads, ClusterSubject};
use dbg_model::{Cell, ClusterGrant, ClusterKind, ClusterRead, ClusterVerb, Effective, truncate_at_char};
use wasmtime::component::HasData;

use super::context::Context;
use super::handles::Handles;
use crate::bindings::dbg::cluster::cluster_errors as errors;
use logs::LogQuery;
use objects::{Documents, Query};

/// Queries and lists open at once, and as many queries of logs.
const OPEN: usize = 8;
/// Bytes of an error's text.
const TEXT: usize = 4096;
/// Bytes of a name that is looked at: none is longer.
const NAME: usize = 253;

/// One run's reads of the cluster.
pub(crate) struct ClusterState {
    cluster: Arc<dyn ClusterReads>,
    /// None when it was not granted.
    grant: Option<ClusterGrant>,
    context: Context,
    subject: Option<ClusterSubject>,
    open: Handles<Open>,
    logs: Handles<LogQuery>,
}

enum Open {
    Query(Query),
    Documents(Documents),
}

/// Links this interface to [`ClusterState`].
pub(crate) struct HasCluster;

impl HasData for HasCluster {
    type Data<'a> = &'a mut ClusterState;
}

impl ClusterState {
    /// Once a run.
    pub(crate) fn new(grants: &Effective, cluster: &Arc<dyn ClusterReads>, context: Context) -> Self {
        Self {
            cluster: Arc::clone(cluster),
            grant: grants.cluster().cloned(),
            context,
            subject: None,
            open: Handles::new(OPEN),
            logs: Handles::new(OPEN),
        }
    }

    fn granted(&self) -> Result<&ClusterGrant, ClusterReadError> {
        self.grant.as_ref().ok_or_else(|| {
            self.context.tally().refuse();
            denied("`cluster` was not granted".to_owned())
        })
    }

    /// What the run is about; asked for once.
    async fn subject(&mut self) -> Result<ClusterSubject, ClusterReadError> {
        self.granted()?;
        if let Some(subject) = &self.subject {
            return Ok(subject.clone());
        }
        let subject = self.cluster.subject().await?;
        self.subject = Some(subject.clone());
        Ok(subject)
    }

    /// The one door to what has a name.
    async fn judge(
        &mut self,
        verb: ClusterVerb,
        kind: &ClusterKind,
        namespace: &str,
        name: &str,
    ) -> Result<(), ClusterReadError> {
        let target = self.subject().await?.namespace;
        let read = ClusterRead { verb, kind, namespace, name: Some(name) };
        let covered = self.granted()?.covers(&read, &target);
        self.context.tally().judged(covered);
        if covered {
            return Ok(());
        }
        let whose = if namespace.is_empty() { String::new() } else { format!(" in `{}`", shown(namespace)) };
        Err(denied(format!("`cluster` was not granted to {verb} {kind} `{}`{whose}", shown(name))))
    }
}

/// A kind in the WIT's form.
fn kind(text: &str) -> Result<ClusterKind, ClusterReadError> {
    text.parse().map_err(|_| {
        let text = format!("`{}` is no kind: `Pod`, `Deployment.apps`", shown(text));
        ClusterReadError::new(Code::BadRequest, text)
    })
}

fn shown(text: &str) -> String {
    Cell(truncate_at_char(text, NAME)).to_string()
}

fn denied(text: String) -> ClusterReadError {
    ClusterReadError::new(Code::Denied, text)
}

fn closed() -> ClusterReadError {
    ClusterReadError::new(Code::Closed, "the handle was closed")
}

fn too_many(what: &str) -> ClusterReadError {
    ClusterReadError::new(Code::OverBudget, format!("{OPEN} {what} are open already"))
}

type Answer<T> = wasmtime::Result<Result<T, errors::Error>>;

impl errors::Host for ClusterState {}

impl From<ClusterReadError> for errors::Error {
    fn from(error: ClusterReadError) -> Self {
        let code = match error.code {
            Code::Denied => errors::ErrorCode::Denied,
            Code::NotFound => errors::ErrorCode::NotFound,
            Code::BadRequest => errors::ErrorCode::BadRequest,
            Code::OverBudget => errors::ErrorCode::OverBudget,
            Code::Unavailable => errors::ErrorCode::Unavailable,
            Code::Closed => errors::ErrorCode::Closed,
            Code::Other => errors::ErrorCode::Other,
        };
        Self { code, text: truncate_at_char(&error.text, TEXT).to_owned() }
    }
}

#[cfg(test)]
pub(crate) mod tests;
