//! `dbg:network-state`: given whole or not at all; handles, pages and lists are bounded here.

mod columns;
mod rows;

use std::sync::Arc;

use dbg_capability::{
    NetworkState, NetworkStateError, NetworkStateErrorCode, SocketDumpId, SocketEntry, SocketProtocol,
};
use dbg_model::{Effective, truncate_at_char};
use wasmtime::component::{HasData, Resource};

use super::context::Context;
use super::handles::Handles;
use super::pull::{Pull, PullError, Rows};
use crate::bindings::dbg::network_state::{
    network_state_errors as errors, network_tables as tables, socket_table as wit,
};
use crate::resources::SocketDumpHandle;

/// Dumps open at once.
const OPEN: usize = 8;
/// Sockets that one pull gives.
const SOCKETS: u32 = 10_000;
/// Rows of each of the small tables.
const ROWS: usize = 10_000;
/// Bytes of an error's text.
const TEXT: usize = 4096;

/// One run's dumps.
pub(crate) struct NetworkStateState {
    /// None when it was not granted.
    network: Option<Arc<dyn NetworkState>>,
    context: Context,
    open: Handles<Dump>,
}

struct Dump {
    id: SocketDumpId,
    pull: Pull<SocketEntry, NetworkStateError>,
}

/// Links this interface to [`NetworkStateState`].
pub(crate) struct HasNetworkState;

impl HasData for HasNetworkState {
    type Data<'a> = &'a mut NetworkStateState;
}

impl NetworkStateState {
    /// Once a run.
    pub(crate) fn new(grants: &Effective, network: &Arc<dyn NetworkState>, context: Context) -> Self {
        let network = grants.network_state().then(|| Arc::clone(network));
        Self { network, context, open: Handles::new(OPEN) }
    }

    /// Closes at the target whatever the guest left open.
    pub(crate) async fn release(&mut self) {
        let left: Vec<Dump> = self.open.drain().collect();
        for dump in left {
            self.end(Some(dump)).await;
        }
    }

    /// The one door.
    fn granted(&self) -> Result<&Arc<dyn NetworkState>, NetworkStateError> {
        self.context.tally().judged(self.network.is_some());
        self.network.as_ref().ok_or_else(|| NetworkStateError {
            code: NetworkStateErrorCode::Denied,
            text: "`network-state` was not granted".into(),
        })
    }

    async fn start(&self, protocol: SocketProtocol) -> Result<Dump, NetworkStateError> {
        let network = self.granted()?;
        if !self.open.has_room() {
            let text = format!("{OPEN} dumps of sockets are open already");
            return Err(NetworkStateError { code: NetworkStateErrorCode::OverBudget, text });
        }
        let id = network.dump(protocol).await?;
        let network = Arc::clone(network);
        let pull = Pull::new(move || {
            let network = Arc::clone(&network);
            async move { network.next(id, SOCKETS).await.map(|page| Rows { rows: page.sockets, last: page.last }) }
        });
        Ok(Dump { id, pull })
    }

    async fn next(
        &mut self,
        of: &Resource<SocketDumpHandle>,
        max: u32,
        timeout_ms: u32,
    ) -> Result<Rows<SocketEntry>, NetworkStateError> {
        let Some(dump) = self.open.get_mut(of.rep()) else {
            let text = "the handle was closed".into();
            return Err(NetworkStateError { code: NetworkStateErrorCode::Closed, text });
        };
        dump.pull.next(&self.context, max.min(SOCKETS), timeout_ms).await.map_err(|error| match error {
            PullError::Target(error) => error,
            PullError::Ended(cause) => {
                NetworkStateError { code: NetworkStateErrorCode::Other, text: cause.to_string() }
            }
        })
    }

    async fn end(&self, dump: Option<Dump>) {
        if let (Some(Dump { id, pull }), Some(network)) = (dump, &self.network) {
            drop(pull);
            network.close(id).await;
        }
    }
}

type Answer<T> = wasmtime::Result<Result<T, errors::Error>>;

impl errors::Host for NetworkStateState {}

impl wit::Host for NetworkStateState {
    async fn start(&mut self, protocol: wit::SocketProtocol) -> Answer<Resource<SocketDumpHandle>> {
        let protocol = match protocol {
            wit::SocketProtocol::Tcp => SocketProtocol::Tcp,
            wit::SocketProtocol::Udp => SocketProtocol::Udp,
        };
        match NetworkStateState::start(self, protocol).await {
            Ok(dump) => Ok(Ok(Resource::new_own(self.open.insert(dump)))),
            Err(error) => Ok(Err(error.into())),
        }
    }
}

impl wit::HostSockets for NetworkStateState {
    async fn next(&mut self, of: Resource<SocketDumpHandle>, max: u32, timeout_ms: u32) -> Answer<wit::SocketPage> {
        let page = NetworkStateState::next(self, &of, max, timeout_ms).await;
        Ok(page.map(columns::page).map_err(Into::into))
    }

    async fn close(&mut self, of: Resource<SocketDumpHandle>) -> wasmtime::Result<()> {
        let dump = self.open.close(of.rep());
        self.end(dump).await;
        Ok(())
    }

    async fn drop(&mut self, of: Resource<SocketDumpHandle>) -> wasmtime::Result<()> {
        let dump = self.open.drop(of.rep());
        self.end(dump).await;
        Ok(())
    }
}

impl tables::Host for NetworkStateState {
    async fn interfaces(&mut self) -> Answer<tables::InterfaceList> {
        let read = async { self.granted()?.interfaces(ROWS).await };
        Ok(read.await.map(rows::interfaces).map_err(Into::into))
    }

    async fn addresses(&mut self) -> Answer<tables::AddressList> {
        let read = async { self.granted()?.addresses(ROWS).await };
        Ok(read.await.map(rows::addresses).map_err(Into::into))
    }

    async fn routes(&mut self) -> Answer<tables::RouteList> {
        let read = async { self.granted()?.routes(ROWS).await };
        Ok(read.await.map(rows::routes).map_err(Into::into))
    }

    async fn neighbours(&mut self) -> Answer<tables::NeighbourList> {
        let read = async { self.granted()?.neighbours(ROWS).await };
        Ok(read.await.map(rows::neighbours).map_err(Into::into))
    }

    async fn local_port_range(&mut self) -> Answer<tables::LocalPorts> {
        let read = async { self.granted()?.local_ports().await };
        let ports = read.await.map(|ports| tables::LocalPorts { first: ports.first, last: ports.last });
        Ok(ports.map_err(Into::into))
    }
}

impl From<NetworkStateError> for errors::Error {
    fn from(error: NetworkStateError) -> Self {
        let code = match error.code {
            NetworkStateErrorCode::Denied => errors::ErrorCode::Denied,
            NetworkStateErrorCode::Unsupported => errors::ErrorCode::Unsupported,
            NetworkStateErrorCode::OverBudget => errors::ErrorCode::OverBudget,
            NetworkStateErrorCode::Closed => errors::ErrorCode::Closed,
            NetworkStateErrorCode::Other => errors::ErrorCode::Other,
        };
        Self { code, text: truncate_at_char(&error.text, TEXT).to_owned() }
    }
}

#[cfg(test)]
pub(crate) mod tests;
