//! `dbg:connect`: names become addresses by the target's resolver, every address is judged by the grant, and only what passed reaches
//! the trait.

mod plan;
mod pull;

use std::sync::Arc;

use dbg_capability::{Capabilities, Connect, ConnectBatch, ConnectError, ConnectErrorCode, Sockets};
use dbg_model::{Cell, Effective, Host, truncate_at_char};
use wasmtime::component::{HasData, Resource};

use self::plan::{Endpoints, Plan};
use self::pull::Running;
use super::context::Context;
use super::handles::Handles;
use super::sockets::Judge;
use crate::bindings::dbg::connect::{connect_errors as errors, tcp_connects as wit};
use crate::resources::{AttemptsHandle, BatchHandle};

/// Batches open at once, and as many that run.
const OPEN: usize = 8;
/// Endpoints that one `add` takes.
const A_CALL: usize = 10_000;
/// Endpoints of a batch, and its attempts.
const A_BATCH: usize = 100_000;
/// Attempts of all batches of a run: half an hour at the default rate, three times as long as any run has.
const A_RUN: usize = 1_000_000;
/// Look-ups of one run in all, as for sockets.
const LOOKUPS: usize = 1_000;
/// A DNS name has at most 253 bytes, an address fewer.
const HOST: usize = 253;
/// SYNs a second unless the guest says otherwise.
const RATE: u32 = 500;

/// One run's batches.
pub(crate) struct ConnectState {
    /// None when it was not granted.
    connect: Option<Arc<dyn Connect>>,
    sockets: Arc<dyn Sockets>,
    judge: Judge,
    context: Context,
    batches: Handles<Batch>,
    running: Handles<Running>,
    attempts_left: usize,
    lookups_left: usize,
}

/// What the guest fills.
struct Batch {
    endpoints: Endpoints,
    per_second: u32,
    timeout_ms: u32,
    parallel: u32,
    listen_ms: u32,
}

/// Links this interface to [`ConnectState`].
pub(crate) struct HasConnect;

impl HasData for HasConnect {
    type Data<'a> = &'a mut ConnectState;
}

impl ConnectState {
    /// Once a run.
    pub(crate) async fn new(grants: &Effective, capabilities: &Capabilities, context: Context) -> Self {
        let grant = grants.connect();
        Self {
            connect: grant.map(|_| Arc::clone(&capabilities.connect)),
            sockets: Arc::clone(&capabilities.sockets),
            judge: Judge::new(grant, &*capabilities.sockets, context.tally()).await,
            context,
            batches: Handles::new(OPEN),
            running: Handles::new(OPEN),
            attempts_left: A_RUN,
            lookups_left: LOOKUPS,
        }
    }

    /// Stops whatever the guest left running.
    pub(crate) async fn release(&mut self) {
        let left: Vec<Running> = self.running.drain().collect();
        for running in left {
            running.close().await;
        }
    }

    fn granted(&self) -> Result<Arc<dyn Connect>, errors::Error> {
        if self.connect.is_none() {
            self.context.tally().refuse();
        }
        self.connect.clone().ok_or_else(|| error(errors::ErrorCode::Denied, "`connect` was not granted"))
    }

    fn add(&mut self, handle: &Resource<BatchHandle>, endpoints: &[wit::Endpoint]) -> Result<(), errors::Error> {
        let batch = self.batches.get_mut(handle.rep()).ok_or_else(closed)?;
        if endpoints.len() > A_CALL || batch.endpoints.len() + endpoints.len() > A_BATCH {
            let text = format!("an `add` takes at most {A_CALL} endpoints, and a batch {A_BATCH}");
            return Err(error(errors::ErrorCode::OverBudget, &text));
        }
        // All are read before any is added.
        let read = endpoints.iter().map(|endpoint| Ok((host(endpoint)?, endpoint.port)));
        let read: Vec<(Host, u16)> = read.collect::<Result<_, errors::Error>>()?;
        for (host, port) in read {
            batch.endpoints.add(host, port);
        }
        Ok(())
    }

    async fn start(&mut self, handle: &Resource<BatchHandle>) -> Result<Running, errors::Error> {
        let connect = self.granted()?;
        if !self.running.has_room() {
            return Err(error(errors::ErrorCode::OverBudget, &format!("{OPEN} batches run already")));
        }
        let batch = self.batches.close(handle.rep()).ok_or_else(closed)?;
        if batch.endpoints.len() == 0 {
            return Err(error(errors::ErrorCode::BadRequest, "the batch has no endpoint"));
        }
        let cancelled = || error(errors::ErrorCode::Other, "the run was cancelled");
        let lookups = batch.endpoints.lookups(&self.judge);
        let asked = lookups.len().min(self.lookups_left);
        self.lookups_left -= asked;
        let found = plan::look_up(lookups, asked, &self.sockets);
        let found = self.context.pull(u32::MAX, found).await.ok_or_else(cancelled)?;
        let most = A_BATCH.min(self.attempts_left);
        let Some(Plan { to, early }) = batch.endpoints.plan(&found, &self.judge, most) else {
            let text = if most < A_BATCH {
                format!("a run has at most {A_RUN} connects, and {most} of them are left")
            } else {
                format!("with all addresses of its names the batch has more than {A_BATCH} connects")
            };
            return Err(error(errors::ErrorCode::OverBudget, &text));
        };
        self.attempts_left -= to.len();
        if to.is_empty() {
            return Ok(Running::none(early));
        }
        let Batch { endpoints: _, per_second, timeout_ms, parallel, listen_ms } = batch;
        let id = connect.start(ConnectBatch { to, per_second, timeout_ms, parallel, listen_ms }).await?;
        Ok(Running::new(connect, id, early))
    }
}

/// An address or a name as the guest writes it.
fn host(endpoint: &wit::Endpoint) -> Result<Host, errors::Error> {
    let wit::Endpoint { host, port } = endpoint;
    let bad = |what: &str| {
        let shown = Cell(truncate_at_char(host, HOST)).to_string();
        error(errors::ErrorCode::BadRequest, &format!("`{shown}` with port {port}: {what}"))
    };
    if *port == 0 {
        return Err(bad("no port is 0"));
    }
    let host = Some(host).filter(|host| host.len() <= HOST).and_then(|host| host.parse().ok());
    host.ok_or_else(|| bad("it is no address and no name"))
}

fn error(code: errors::ErrorCode, text: &str) -> errors::Error {
    errors::Error { code, text: truncate_at_char(text, 4096).to_owned() }
}

fn closed() -> errors::Error {
    error(errors::ErrorCode::Closed, "the handle was closed")
}

type Answer<T> = wasmtime::Result<Result<T, errors::Error>>;

impl errors::Host for ConnectState {}

impl wit::Host for ConnectState {
    fn open(&mut self) -> Answer<Resource<BatchHandle>> {
        if let Err(error) = self.granted() {
            return Ok(Err(error));
        }
        if !self.batches.has_room() {
            return Ok(Err(error(errors::ErrorCode::OverBudget, &format!("{OPEN} batches are open already"))));
        }
        let endpoints = Endpoints::default();
        let batch = Batch { endpoints, per_second: RATE, timeout_ms: 3_000, parallel: 512, listen_ms: 0 };
        Ok(Ok(Resource::new_own(self.batches.insert(batch))))
    }
}

impl wit::HostBatch for ConnectState {
    fn add(&mut self, of: Resource<BatchHandle>, endpoints: Vec<wit::Endpoint>) -> Answer<()> {
        Ok(ConnectState::add(self, &of, &endpoints))
    }

    fn set_rate(&mut self, of: Resource<BatchHandle>, per_second: u32) -> wasmtime::Result<()> {
        if let Some(batch) = self.batches.get_mut(of.rep()) {
            batch.per_second = per_second;
        }
        Ok(())
    }

    fn set_timeout_ms(&mut self, of: Resource<BatchHandle>, timeout_ms: u32) -> wasmtime::Result<()> {
        if let Some(batch) = self.batches.get_mut(of.rep()) {
            batch.timeout_ms = timeout_ms.clamp(1, 60_000);
        }
        Ok(())
    }

    fn set_parallel(&mut self, of: Resource<BatchHandle>, count: u32) -> wasmtime::Result<()> {
        if let Some(batch) = self.batches.get_mut(of.rep()) {
            batch.parallel = count.clamp(1, 16_384);
        }
        Ok(())
    }

    fn set_listen_ms(&mut self, of: Resource<BatchHandle>, listen_ms: u32) -> wasmtime::Result<()> {
        if let Some(batch) = self.batches.get_mut(of.rep()) {
            batch.listen_ms = listen_ms.min(60_000);
        }
        Ok(())
    }

    async fn start(&mut self, of: Resource<BatchHandle>) -> Answer<Resource<AttemptsHandle>> {
        match ConnectState::start(self, &of).await {
            Ok(running) => Ok(Ok(Resource::new_own(self.running.insert(running)))),
            Err(error) => Ok(Err(error)),
        }
    }

    fn close(&mut self, of: Resource<BatchHandle>) -> wasmtime::Result<()> {
        self.batches.close(of.rep());
        Ok(())
    }

    fn drop(&mut self, of: Resource<BatchHandle>) -> wasmtime::Result<()> {
        self.batches.drop(of.rep());
        Ok(())
    }
}

impl wit::HostAttempts for ConnectState {
    async fn next(&mut self, of: Resource<AttemptsHandle>, max: u32, timeout_ms: u32) -> Answer<wit::Page> {
        match self.running.get_mut(of.rep()) {
            Some(running) => Ok(running.next(max, timeout_ms, &self.context).await),
            None => Ok(Err(closed())),
        }
    }

    async fn close(&mut self, of: Resource<AttemptsHandle>) -> wasmtime::Result<()> {
        if let Some(running) = self.running.close(of.rep()) {
            running.close().await;
        }
        Ok(())
    }

    async fn drop(&mut self, of: Resource<AttemptsHandle>) -> wasmtime::Result<()> {
        if let Some(running) = self.running.drop(of.rep()) {
            running.close().await;
        }
        Ok(())
    }
}

impl From<ConnectError> for errors::Error {
    fn from(cause: ConnectError) -> Self {
        let code = match cause.code {
            ConnectErrorCode::OverBudget => errors::ErrorCode::OverBudget,
            ConnectErrorCode::Closed => errors::ErrorCode::Closed,
            ConnectErrorCode::Other => errors::ErrorCode::Other,
        };
        error(code, &cause.text)
    }
}
