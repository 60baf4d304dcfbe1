//! What one run holds: a fresh one for every run, gone with it.

use wasmtime::component::{Resource, ResourceTable};
use wasmtime_wasi::sockets::WasiSocketsCtxView;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use crate::capability::cluster::ClusterState;
use crate::capability::connect::ConnectState;
use crate::capability::context::Context;
use crate::capability::files::FilesState;
use crate::capability::names::Names;
use crate::capability::network_state::NetworkStateState;
use crate::capability::processes::ProcessesState;
use crate::capability::report::Report;
use crate::capability::resolver::ResolverState;
use crate::capability::sockets::LiveSockets;
use crate::limiter::Limiter;

/// Sockets, streams and pollables of WASI that a guest may hold at once; each costs the host some hundred bytes.
pub(crate) const WASI_HANDLES: usize = 1 << 16;

/// Handles of all kinds that a guest may hold at once, closed ones too, as `wit/check/report.wit` promises.
pub(crate) const GUEST_HANDLES: usize = 1_000_000;

/// What one call may carry from the guest to the host, as `wit/check/report.wit` promises.
pub(crate) const CALL_BYTES: usize = 128 << 20;

/// Random bytes in one call: more than any key or nonce, and no burden for the host.
pub(crate) const RANDOM_BYTES: u64 = 1 << 20;

pub(crate) struct State {
    pub(crate) wasi: WasiCtx,
    pub(crate) table: ResourceTable,
    pub(crate) limiter: Limiter,
    pub(crate) report: Report,
    pub(crate) context: Context,
    pub(crate) resolver: ResolverState,
    pub(crate) files: FilesState,
    pub(crate) connect: ConnectState,
    pub(crate) network_state: NetworkStateState,
    pub(crate) processes: ProcessesState,
    pub(crate) cluster: ClusterState,
    pub(crate) names: Names,
    pub(crate) live: LiveSockets,
}

impl State {
    pub(crate) fn report(&mut self) -> &mut Report {
        &mut self.report
    }

    pub(crate) fn context(&mut self) -> &mut Context {
        &mut self.context
    }

    pub(crate) fn resolver(&mut self) -> &mut ResolverState {
        &mut self.resolver
    }

    pub(crate) fn files(&mut self) -> &mut FilesState {
        &mut self.files
    }

    pub(crate) fn connect(&mut self) -> &mut ConnectState {
        &mut self.connect
    }

    pub(crate) fn network_state(&mut self) -> &mut NetworkStateState {
        &mut self.network_state
    }

    pub(crate) fn processes(&mut self) -> &mut ProcessesState {
        &mut self.processes
    }

    pub(crate) fn cluster(&mut self) -> &mut ClusterState {
        &mut self.cluster
    }

    pub(crate) fn names(&mut self) -> &mut Names {
        &mut self.names
    }

    pub(crate) fn table(&mut self) -> &mut ResourceTable {
        &mut self.table
    }

    pub(crate) fn live_and_sockets(&mut self) -> (&mut LiveSockets, WasiSocketsCtxView<'_>) {
        (&mut self.live, WasiSocketsCtxView { ctx: self.wasi.sockets(), table: &mut self.table })
    }

    /// The guest dropped a socket. One with live streams stays in the table, and the guest is ended for it.
    pub(crate) fn drop_socket<T: Send + 'static>(&mut self, socket: Resource<T>) -> wasmtime::Result<()> {
        self.table.delete(socket)?;
        self.live.free();
        Ok(())
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}
