//! Orders of a session become runs of the engine, where somebody vouches for what they run.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use dbg_capability::Capabilities;
use dbg_engine::{Engine, LoadError, Loaded, NativeCode, RunRequest};
use dbg_model::{Counts, Digest, Ending, Event, Failure, FailureCode};
use dbg_plugin::trust::{Told, VouchError, Vouched};
use dbg_session::{Caller, CodeId, Native, Order, Runner, Trust};
use tokio::sync::{mpsc, watch};

use crate::cluster::OperatorsCluster;
use crate::told;

/// The checks of one session.
pub(crate) struct Checks {
    engine: Engine,
    capabilities: Capabilities,
    /// What the site says besides the operator.
    site: Option<Told>,
    known: Mutex<Known>,
}

/// Who vouches for a component: the operator's word, and the site's where it has one.
#[derive(Clone)]
struct Words {
    operator: Vouched,
    site: Option<Vouched>,
}

#[derive(Default)]
struct Known {
    told: Told,
    codes: HashMap<CodeId, Code>,
}

/// What became of one code.
enum Code {
    /// Its component may run, and its native code is on its way.
    Vouched(Words),
    /// It can run.
    Loaded(Words, Loaded),
    /// It is not run.
    Failed(Failure),
}

impl Checks {
    pub(crate) fn new(engine: Engine, capabilities: Capabilities) -> Self {
        Self { engine, capabilities, site: None, known: Mutex::default() }
    }

    /// Within what a site allows as well.
    pub(crate) fn within(self, site: Option<Told>) -> Self {
        Self { site, ..self }
    }

    /// Who vouches for a file.
    fn vouch(&self, operator: &Told, file: &Bytes, component: Digest) -> Result<Words, Failure> {
        let operator = operator.vouch(file, component).map_err(|error| refused(&error))?;
        let site = self.site.as_ref().map(|site| site.vouch(file, component)).transpose();
        Ok(Words { operator, site: site.map_err(|error| refused_by_site(&error))? })
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // Nothing that holds the lock can leave it half-changed.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What this order runs, if all of it may.
    fn permitted(&self, order: &Order) -> Result<Loaded, Failure> {
        match self.known().codes.get(&order.code) {
            Some(Code::Loaded(Words { operator, site }, loaded)) => {
                operator.permits(&order.check, &order.grants).map_err(|error| refused(&error))?;
                let site = site.as_ref().map_or(Ok(()), |site| site.permits(&order.check, &order.grants));
                site.map_err(|error| refused_by_site(&error))?;
                Ok(loaded.clone())
            }
            Some(Code::Failed(failure)) => Err(failure.clone()),
            Some(Code::Vouched(_)) | None => Err(not_loadable("its code never arrived".to_owned())),
        }
    }
}

fn not_loadable(text: String) -> Failure {
    Failure { code: FailureCode::NotLoadable, text }
}

fn refused(error: &VouchError) -> Failure {
    Failure { code: FailureCode::Refused, text: format!("the agent does not run it: {error}") }
}

fn refused_by_site(error: &VouchError) -> Failure {
    let text = format!("the agent does not run it, by the site's rules in its image: {error}");
    Failure { code: FailureCode::Refused, text }
}

/// A load error in one line, with what to do.
fn load_failure(error: &LoadError) -> Failure {
    match error.hint() {
        Some(hint) => not_loadable(format!("{error}: {hint}")),
        None => not_loadable(error.to_string()),
    }
}

#[async_trait]
impl Runner for Checks {
    async fn trust(&self, trust: Trust) {
        let told = told::read(trust);
        self.known().told = told;
    }

    async fn judge(&self, code: CodeId, component: Digest, file: Bytes) -> Native {
        let mut known = self.known();
        let (judged, native) = match self.vouch(&known.told, &file, component) {
            Ok(words) => (Code::Vouched(words), Native::Wanted),
            Err(failure) => (Code::Failed(failure), Native::Dropped),
        };
        known.codes.insert(code, judged);
        native
    }

    async fn load(&self, code: CodeId, native: Bytes) {
        let Some(Code::Vouched(words)) = self.known().codes.remove(&code) else { return };
        // SAFETY: the operator at the other end of the session made these bytes with the compiler of this version. A session calls this
        // after its hello alone: by then the operator is known to be in this process, or to hold the key of the run.
        let native = unsafe { NativeCode::from_trusted(native) };
        let loaded = match self.engine.load(&native).inspect(Loaded::prepare) {
            Ok(loaded) => Code::Loaded(words, loaded),
            Err(error) => Code::Failed(load_failure(&error)),
        };
        self.known().codes.insert(code, loaded);
    }

    async fn run(
        &self,
        order: Order,
        events: mpsc::Sender<Event>,
        cancel: watch::Receiver<bool>,
        caller: Caller,
    ) -> Ending {
        match self.permitted(&order) {
            Ok(loaded) => {
                let Order { code: _, check, arguments, grants, limits, target, redact } = order;
                let request = RunRequest { check, arguments, grants, limits, target, redact };
                // What only the operator's side can reach is asked for on behalf of this run.
                let cluster = Arc::new(OperatorsCluster::new(caller));
                let capabilities = Capabilities { cluster, ..self.capabilities.clone() };
                loaded.run(request, &capabilities, events, cancel).await
            }
            Err(failure) => {
                Ending { failure: Some(failure), counts: Counts::default(), took: Duration::ZERO, peak_memory: 0 }
            }
        }
    }
}
