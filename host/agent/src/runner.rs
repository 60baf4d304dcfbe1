//! Orders of a session become runs of the engine.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use dbg_capability::Capabilities;
use dbg_engine::{Engine, LoadError, Loaded, NativeCode, RunRequest};
use dbg_model::{Counts, Digest, Ending, Event, Failure, FailureCode};
use dbg_session::{Caller, CodeId, Order, Runner};
use tokio::sync::{mpsc, watch};

/// The checks of one session.
pub(crate) struct Checks {
    engine: Engine,
    capabilities: Capabilities,
    codes: Mutex<HashMap<CodeId, Result<Loaded, Failure>>>,
}

impl Checks {
    pub(crate) fn new(engine: Engine, capabilities: Capabilities) -> Self {
        Self { engine, capabilities, codes: Mutex::default() }
    }

    fn codes(&self) -> MutexGuard<'_, HashMap<CodeId, Result<Loaded, Failure>>> {
        // Nothing that holds the lock can leave the map half-changed.
        self.codes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn loaded(&self, code: CodeId) -> Result<Loaded, Failure> {
        let missing = || failure("its code never arrived".to_owned());
        self.codes().get(&code).cloned().unwrap_or_else(|| Err(missing()))
    }
}

fn failure(text: String) -> Failure {
    Failure { code: FailureCode::NotLoadable, text }
}

/// A load error in one line, with what to do.
fn load_failure(error: &LoadError) -> Failure {
    match error.hint() {
        Some(hint) => failure(format!("{error}: {hint}")),
        None => failure(error.to_string()),
    }
}

#[async_trait]
impl Runner for Checks {
    async fn load(&self, code: CodeId, _component: Digest, native: Bytes) {
        // SAFETY: the operator at the other end of the session made these bytes with the compiler of this version. A session calls this
        // after its hello alone: by then the operator is known to be in this process, or to hold the key of the run.
        let native = unsafe { NativeCode::from_trusted(native) };
        let loaded = self.engine.load(&native).inspect(Loaded::prepare).map_err(|error| load_failure(&error));
        self.codes().insert(code, loaded);
    }

    async fn run(
        &self,
        order: Order,
        events: mpsc::Sender<Event>,
        cancel: watch::Receiver<bool>,
        // No capability of this version is answered by the operator's side.
        _caller: Caller,
    ) -> Ending {
        let Order { code, check, arguments, grants, limits, target, redact } = order;
        match self.loaded(code) {
            Ok(loaded) => {
                let request = RunRequest { check, arguments, grants, limits, target, redact };
                loaded.run(request, &self.capabilities, events, cancel).await
            }
            Err(failure) => {
                Ending { failure: Some(failure), counts: Counts::default(), took: Duration::ZERO, peak_memory: 0 }
            }
        }
    }
}
