//! What an agent does with code and orders.

use async_trait::async_trait;
use bytes::Bytes;
use dbg_model::{Digest, Ending, Event};
use tokio::sync::{mpsc, watch};

use crate::{Caller, CodeId, Order};

/// Runs checks for the agent's half of a session.
#[async_trait]
pub trait Runner: Send + Sync + 'static {
    /// Code arrived whole. A fault of it is kept, and is the ending of every run that wants it.
    async fn load(&self, code: CodeId, component: Digest, native: Bytes);

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
