//! One engine a process: wasmtime's own, and the linker that serves every guest.

use std::fmt;
use std::sync::Arc;

use wasmtime::component::Linker;

use crate::capability::sockets::OpenSockets;
use crate::config::config;
use crate::link;
use crate::store::State;
use crate::ticker::Ticker;

/// Compiles, loads and runs components. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) wasmtime: wasmtime::Engine,
    pub(crate) linker: Linker<State>,
    pub(crate) ticker: Ticker,
    pub(crate) sockets: OpenSockets,
}

/// Why there is no engine: a fault of dbg or of this machine, never of a guest.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// wasmtime does not take the configuration on this machine.
    #[error("the WebAssembly engine cannot be set up here")]
    Configuration(#[source] WasmtimeError),
    /// Two definitions of the host contradict each other.
    #[error("the host's own functions cannot be linked")]
    Linker(#[source] WasmtimeError),
}

impl EngineError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Configuration(_) => {
                Some("the engine needs executable memory and 64-bit x86 or ARM; see what limits this process".into())
            }
            Self::Linker(_) => Some("this is a fault of dbg itself: please report it".into()),
        }
    }
}

/// An error of wasmtime with its causes in one line: its own type is no `std::error::Error`.
pub struct WasmtimeError(wasmtime::Error);

impl From<wasmtime::Error> for WasmtimeError {
    fn from(error: wasmtime::Error) -> Self {
        Self(error)
    }
}

impl fmt::Display for WasmtimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:#}", self.0);
        write!(f, "{}", dbg_model::Cell(dbg_model::truncate_at_char(&text, 1024)))
    }
}

impl fmt::Debug for WasmtimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for WasmtimeError {}

impl Engine {
    /// Makes the engine. Starts no thread and touches nothing of the machine.
    pub fn new() -> Result<Self, EngineError> {
        Self::of(&config()?)
    }

    pub(crate) fn of(config: &wasmtime::Config) -> Result<Self, EngineError> {
        let wasmtime = wasmtime::Engine::new(config).map_err(|cause| EngineError::Configuration(cause.into()))?;
        let linker = link::linker(&wasmtime).map_err(|cause| EngineError::Linker(cause.into()))?;
        let ticker = Ticker::new(&wasmtime);
        Ok(Self { inner: Arc::new(Inner { wasmtime, linker, ticker, sockets: OpenSockets::default() }) })
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}
