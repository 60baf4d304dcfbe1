//! `dbg:network-state` on this machine: the network namespace of this process, by netlink.

mod dump;
mod links;
mod neighbours;
mod netlink;
mod ports;
mod routes;
mod sockets;
mod words;

use std::sync::Arc;

use async_trait::async_trait;
use dbg_capability::{
    Capped, InterfaceAddress, LocalPorts, Neighbour, NetworkInterface, NetworkState, NetworkStateError, Route,
    SocketDumpId, SocketPage, SocketProtocol,
};

use crate::open::Open;
use netlink::Fault;
use sockets::SocketDump;

/// All checks of this place together; the engine allows 8 to each run.
const DUMPS: usize = 256;

/// The network namespace in which this process is, whatever the root.
pub struct LocalNetworkState {
    dumps: Arc<Open<SocketDump>>,
}

impl LocalNetworkState {
    /// Nothing is read yet.
    #[must_use]
    pub fn new() -> Self {
        Self { dumps: Arc::new(Open::new(DUMPS)) }
    }
}

impl Default for LocalNetworkState {
    fn default() -> Self {
        Self::new()
    }
}

/// Runs `work` off the serving threads: the kernel answers at once, but a table may be long.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, NetworkStateError> {
    let done = tokio::task::spawn_blocking(work).await.unwrap_or(Err(Fault::Interrupted));
    done.map_err(NetworkStateError::from)
}

#[async_trait]
impl NetworkState for LocalNetworkState {
    async fn dump(&self, protocol: SocketProtocol) -> Result<SocketDumpId, NetworkStateError> {
        let dump = apart(move || SocketDump::start(protocol)).await?;
        // Entered only here: were the caller gone meanwhile, nobody would know the number and close it.
        let id = self.dumps.add(dump).ok_or(Fault::TooManyDumps { limit: DUMPS })?;
        Ok(SocketDumpId(id))
    }

    async fn next(&self, dump: SocketDumpId, max: u32) -> Result<SocketPage, NetworkStateError> {
        let dumps = self.dumps.clone();
        apart(move || dumps.with(dump.0, |dump| dump.next(max)).unwrap_or(Err(Fault::Closed))).await
    }

    async fn close(&self, dump: SocketDumpId) {
        self.dumps.close(dump.0);
    }

    async fn interfaces(&self, cap: usize) -> Result<Capped<NetworkInterface>, NetworkStateError> {
        apart(move || links::interfaces(cap)).await
    }

    async fn addresses(&self, cap: usize) -> Result<Capped<InterfaceAddress>, NetworkStateError> {
        apart(move || links::addresses(cap)).await
    }

    async fn routes(&self, cap: usize) -> Result<Capped<Route>, NetworkStateError> {
        apart(move || routes::routes(cap)).await
    }

    async fn neighbours(&self, cap: usize) -> Result<Capped<Neighbour>, NetworkStateError> {
        apart(move || neighbours::neighbours(cap)).await
    }

    async fn local_ports(&self) -> Result<LocalPorts, NetworkStateError> {
        apart(ports::read).await
    }
}

#[cfg(test)]
mod tests;
