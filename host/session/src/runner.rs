//! What an agent does with code and orders.

use async_trait::async_trait;
use bytes::Bytes;
use dbg_model::{Digest, Ending, Event};
use tokio::sync::{mpsc, watch};

use crate::{Caller, CodeId, Order, Trust};

/// What is to become of native code that is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Native {
    /// It is kept, and given to [`Runner::load`] once it is whole.
    Wanted,
    /// It is dropped as it comes.
    Dropped,
}

/// Runs checks for the agent's half of a session.
#[async_trait]
pub trait Runner: Send + Sync + 'static {
    /// Whom the operator's run stands on: told once, before anything is to be judged.
    async fn trust(&self, trust: Trust);

    /// The file of a component arrived whole, said to have this digest. Whether it may run is the runner's to judge; when it may not, that
    /// is the ending of every run that wants it, and its native code is not even kept.
    async fn judge(&self, code: CodeId, component: Digest, file: Bytes) -> Native;

    /// Native code that is wanted arrived whole. A fault of it is kept, and is the ending of every run that wants it.
    async fn load(&self, code: CodeId, native: Bytes);

    /// Runs one check to its end. Every way of ending is an [`Ending`]; it is sent by the session, after all events.
    /// From the moment that `cancel` turns true the run has a second to end. `caller` asks the operator's side on behalf of this run.
    async fn run(
        &self,
        order: Order,
        events: mpsc::Sender<Event>,
        cancel: watch::Receiver<bool>,
        caller: Caller,
    ) -> Ending;
}
