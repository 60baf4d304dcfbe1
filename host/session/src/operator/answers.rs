//! Reverse calls that are being answered.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use tokio::task::{Id, JoinError, JoinSet};

use crate::bounds::{MAX_CALL, MAX_CALLS};
use crate::wire::{CallId, Down};
use crate::{Answerer, Offence, Refusal, RunIndex, SessionError};

/// The calls of one session that are not answered yet. Dropping them ends them.
pub(super) struct Answers {
    answerer: Arc<dyn Answerer>,
    tasks: JoinSet<Result<Bytes, Refusal>>,
    of_task: HashMap<Id, CallId>,
}

impl Answers {
    pub(super) fn new(answerer: Arc<dyn Answerer>) -> Self {
        Self { answerer, tasks: JoinSet::new(), of_task: HashMap::new() }
    }

    /// A run that has not ended asks.
    pub(super) fn ask(&mut self, run: RunIndex, call: CallId, request: Bytes) -> Result<(), SessionError> {
        if request.len() > MAX_CALL || self.of_task.len() >= MAX_CALLS {
            return Err(SessionError::Misbehaved(Offence::TooManyCalls));
        }
        if self.of_task.values().any(|known| *known == call) {
            return Err(SessionError::Misbehaved(Offence::OutOfOrder { frame: "request" }));
        }
        let answerer = Arc::clone(&self.answerer);
        let task = self.tasks.spawn(async move { answerer.answer(run, request).await });
        self.of_task.insert(task.id(), call);
        Ok(())
    }

    /// The next answer. Cancel-safe; never done when there is no call.
    pub(super) async fn next(&mut self) -> Down {
        loop {
            let Some(done) = self.tasks.join_next_with_id().await else {
                return std::future::pending().await;
            };
            if let Some(answer) = self.answer(done) {
                return answer;
            }
        }
    }

    fn answer(&mut self, done: Result<(Id, Result<Bytes, Refusal>), JoinError>) -> Option<Down> {
        let (id, answer) = match done {
            Ok((id, Ok(answer))) if answer.len() > MAX_CALL => (id, Err(Refusal::TooLong)),
            Ok((id, answer)) => (id, answer),
            Err(error) => (error.id(), Err(Refusal::Failed)),
        };
        let call = self.of_task.remove(&id)?;
        Some(Down::Answer { call, answer })
    }
}
