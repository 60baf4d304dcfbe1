//! `dbg:cluster` at an agent: every question goes to the operator's side, which alone can ask a cluster.

use async_trait::async_trait;
use bytes::Bytes;
use dbg_capability::{
    ClusterAnswer, ClusterQuestion, ClusterReadError, ClusterReadErrorCode as Code, ClusterReads, ClusterSubject,
    Document, DocumentPage, GetObject, ListObjects, LogText, ReadLogs,
};
use dbg_session::{CallError, Caller, Refusal};

/// Asks on behalf of one run.
pub(crate) struct OperatorsCluster(Caller);

impl OperatorsCluster {
    pub(crate) fn new(caller: Caller) -> Self {
        Self(caller)
    }

    async fn ask(&self, question: &ClusterQuestion) -> Result<ClusterAnswer, ClusterReadError> {
        let request = postcard::to_stdvec(question).map_err(|error| other(error.to_string()))?;
        let answer = self.0.call(Bytes::from(request)).await.map_err(refused)?;
        match postcard::from_bytes(&answer).map_err(|error| other(error.to_string()))? {
            ClusterAnswer::Error(error) => Err(error),
            answer => Ok(answer),
        }
    }
}

fn other(text: String) -> ClusterReadError {
    ClusterReadError::new(Code::Other, text)
}

fn refused(error: CallError) -> ClusterReadError {
    let code = match error {
        CallError::Refused(Refusal::Denied) => Code::Denied,
        CallError::Refused(Refusal::NotOffered) => Code::Unavailable,
        CallError::Refused(Refusal::TooLong) | CallError::TooLong { .. } => Code::OverBudget,
        CallError::Refused(Refusal::Failed) | CallError::Ending => Code::Other,
    };
    ClusterReadError::new(code, error.to_string())
}

/// An answer to another question.
fn crossed<T>() -> Result<T, ClusterReadError> {
    Err(other("the operator's side answered something else".to_owned()))
}

#[async_trait]
impl ClusterReads for OperatorsCluster {
    async fn subject(&self) -> Result<ClusterSubject, ClusterReadError> {
        match self.ask(&ClusterQuestion::Subject).await? {
            ClusterAnswer::Subject(subject) => Ok(subject),
            _ => crossed(),
        }
    }

    async fn get(&self, wanted: GetObject) -> Result<Document, ClusterReadError> {
        match self.ask(&ClusterQuestion::Get(wanted)).await? {
            ClusterAnswer::Object(document) => Ok(document),
            _ => crossed(),
        }
    }

    async fn list(&self, wanted: ListObjects) -> Result<DocumentPage, ClusterReadError> {
        match self.ask(&ClusterQuestion::List(wanted)).await? {
            ClusterAnswer::Page(page) => Ok(page),
            _ => crossed(),
        }
    }

    async fn logs(&self, wanted: ReadLogs) -> Result<LogText, ClusterReadError> {
        match self.ask(&ClusterQuestion::Logs(wanted)).await? {
            ClusterAnswer::Log(text) => Ok(text),
            _ => crossed(),
        }
    }
}
