//! `dbg:connect` on this machine: batches of TCP connects that do not wait for each other.

mod batch;
mod conntrack;
mod deadlines;
mod descriptors;
mod ended;
mod icmp;
mod listen;
mod rate;
mod socket;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use dbg_capability::{AttemptPage, BatchId, Connect, ConnectBatch, ConnectError, ConnectErrorCode};
use tokio::task::JoinHandle;

use batch::Batch;
use conntrack::Conntrack;
use descriptors::Descriptors;
use ended::Ended;

/// Batches that run at once, of all runs; what is allowed to one run is judged above.
const BATCHES: usize = 256;

/// Batches that run on this machine, in the network namespace of this process.
#[derive(Debug, Default)]
pub struct LocalConnect {
    running: Mutex<HashMap<BatchId, Running>>,
    ids: AtomicU64,
    descriptors: Arc<Descriptors>,
}

#[derive(Debug)]
struct Running {
    ended: Arc<Ended>,
    task: JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl LocalConnect {
    /// Nothing runs yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn running(&self) -> MutexGuard<'_, HashMap<BatchId, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, batch: ConnectBatch, conntrack: Conntrack) -> Result<BatchId, ConnectError> {
        let mut running = self.running();
        if running.len() >= BATCHES {
            let text = format!("{BATCHES} batches of connects run already");
            return Err(ConnectError { code: ConnectErrorCode::OverBudget, text });
        }
        let ended = Arc::new(Ended::default());
        let batch =
            Batch::new(batch, conntrack, Arc::clone(&self.descriptors), Arc::clone(&ended)).map_err(|cause| {
                let text = format!("no batch of connects can be made: {cause}");
                ConnectError { code: ConnectErrorCode::Other, text }
            })?;
        let id = BatchId(self.ids.fetch_add(1, Ordering::Relaxed));
        running.insert(id, Running { ended, task: tokio::spawn(batch.run()) });
        Ok(id)
    }
}

#[async_trait]
impl Connect for LocalConnect {
    async fn start(&self, batch: ConnectBatch) -> Result<BatchId, ConnectError> {
        self.begin(batch, Conntrack::new())
    }

    async fn next(&self, batch: BatchId, max: u32, timeout_ms: u32) -> Result<AttemptPage, ConnectError> {
        let ended = self.running().get(&batch).map(|running| Arc::clone(&running.ended));
        let Some(ended) = ended else {
            let text = "the batch was closed".to_owned();
            return Err(ConnectError { code: ConnectErrorCode::Closed, text });
        };
        let max = usize::try_from(max).unwrap_or(usize::MAX);
        Ok(ended.next(max, Duration::from_millis(timeout_ms.into())).await)
    }

    async fn close(&self, batch: BatchId) {
        self.running().remove(&batch);
    }
}

#[cfg(test)]
mod tests;
