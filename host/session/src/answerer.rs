//! Who answers reverse calls, at the operator.

use async_trait::async_trait;
use bytes::Bytes;

use crate::{Refusal, RunIndex};

/// Answers what a run asks of the operator's side: what only the operator can reach, with the operator's rights.
///
/// Whatever the agent claims, it is this side that enforces the grant of the check: `run` was ordered and has not ended, nothing else
/// was proved.
#[async_trait]
pub trait Answerer: Send + Sync + 'static {
    /// Answers one request of at most 1 MiB by at most 1 MiB. At most 16 are under way in one session; a session that ends drops them.
    async fn answer(&self, run: RunIndex, request: Bytes) -> Result<Bytes, Refusal>;
}

/// Refuses every request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswersNothing;

#[async_trait]
impl Answerer for AnswersNothing {
    async fn answer(&self, _run: RunIndex, _request: Bytes) -> Result<Bytes, Refusal> {
        Err(Refusal::NotOffered)
    }
}
