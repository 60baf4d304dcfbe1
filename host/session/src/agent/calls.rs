//! Reverse calls: what a run asks of the operator's side.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use crate::bounds::{MAX_CALL, MAX_CALLS};
use crate::wire::{CallId, Up};
use crate::{Offence, Refusal, RunIndex, SessionError};

/// Asks the operator's side on behalf of one run. A run has it for as long as it runs.
#[derive(Debug, Clone)]
pub struct Caller {
    run: RunIndex,
    slots: Arc<Semaphore>,
    calls: mpsc::Sender<Call>,
}

/// Why a reverse call got no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The request is above the bound.
    #[error("the request has {length} bytes, and 1 MiB is allowed")]
    TooLong {
        /// Its length.
        length: usize,
    },
    /// The operator's side refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The session is ending.
    #[error("the session is ending")]
    Ending,
}

/// A request on its way.
#[derive(Debug)]
pub(super) struct Call {
    run: RunIndex,
    request: Bytes,
    asked: Asked,
}

#[derive(Debug)]
struct Asked {
    answer: oneshot::Sender<Result<Bytes, Refusal>>,
    _slot: OwnedSemaphorePermit,
}

impl Caller {
    /// Asks, and waits for the answer. A call beyond the sixteenth in flight waits for its turn; one that is no longer waited for keeps its
    /// place until its answer has come.
    pub async fn call(&self, request: Bytes) -> Result<Bytes, CallError> {
        if request.len() > MAX_CALL {
            return Err(CallError::TooLong { length: request.len() });
        }
        let slot = Arc::clone(&self.slots).acquire_owned().await.map_err(|_| CallError::Ending)?;
        let (answer, answered) = oneshot::channel();
        let call = Call { run: self.run, request, asked: Asked { answer, _slot: slot } };
        self.calls.send(call).await.map_err(|_| CallError::Ending)?;
        Ok(answered.await.map_err(|_| CallError::Ending)??)
    }
}

/// The calls of one session that wait for an answer.
pub(super) struct Calls {
    slots: Arc<Semaphore>,
    sender: mpsc::Sender<Call>,
    queue: mpsc::Receiver<Call>,
    asked: HashMap<CallId, Asked>,
    next: u32,
}

impl Calls {
    pub(super) fn new() -> Self {
        let (sender, queue) = mpsc::channel(1);
        Self { slots: Arc::new(Semaphore::new(MAX_CALLS)), sender, queue, asked: HashMap::new(), next: 0 }
    }

    pub(super) fn caller(&self, run: RunIndex) -> Caller {
        Caller { run, slots: Arc::clone(&self.slots), calls: self.sender.clone() }
    }

    /// The next call that is to be sent. Cancel-safe.
    pub(super) async fn next(&mut self) -> Call {
        match self.queue.recv().await {
            Some(call) => call,
            // We hold a sender ourselves.
            None => std::future::pending().await,
        }
    }

    /// Its frame; from now on its answer is waited for.
    pub(super) fn frame(&mut self, call: Call) -> Up {
        let Call { run, request, asked } = call;
        let call = CallId(self.next);
        // A call keeps its place until it is answered, so a number that comes round again is free.
        self.next = self.next.wrapping_add(1);
        self.asked.insert(call, asked);
        Up::Request { run, call, request }
    }

    pub(super) fn answered(&mut self, call: CallId, answer: Result<Bytes, Refusal>) -> Result<(), SessionError> {
        let asked = self.asked.remove(&call).ok_or(SessionError::Misbehaved(Offence::UnknownCall))?;
        // Whoever no longer waits needs no answer.
        let _ = asked.answer.send(answer);
        Ok(())
    }
}
