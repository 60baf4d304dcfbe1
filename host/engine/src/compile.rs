//! From a component to native code.

use std::num::NonZero;
use std::sync::Once;
use std::thread::available_parallelism;

use bytes::Bytes;
use dbg_plugin::Admitted;

use crate::config::thorough;
use crate::engine::WasmtimeError;
use crate::{Engine, EngineError, NativeCode};

/// The largest component that is compiled: a Python plugin has 18 MB and takes five seconds on two cores.
const MAX_BYTES: usize = 64 << 20;

/// Why a component cannot be compiled.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// Larger than any plugin.
    #[error("the component has {bytes} bytes, and at most {MAX_BYTES} are compiled")]
    TooLarge {
        /// Its length.
        bytes: usize,
    },
    /// There is no compiler here.
    #[error("there is no compiler")]
    Engine(#[source] EngineError),
    /// It uses what the engine does not offer, or is no valid WebAssembly.
    #[error("the component cannot be compiled")]
    Invalid(#[source] WasmtimeError),
}

impl CompileError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Engine(cause) => return cause.hint(),
            Self::TooLarge { .. } => "build it for size, and strip its debug information".into(),
            Self::Invalid(_) => {
                "build it for `wasm32-wasip2`, without threads, 64-bit memories and WebAssembly proposals that are not yet standard".into()
            }
        })
    }
}

impl Engine {
    /// Compiles a component on all cores while somebody waits. It blocks, for 20 ms to some seconds.
    pub fn compile(&self, admitted: &Admitted) -> Result<NativeCode, CompileError> {
        compile(&self.inner.wasmtime, admitted)
    }

    /// Compiles a component to code that is two thirds of the size and faster, in three times the time.
    pub fn compile_thoroughly(&self, admitted: &Admitted) -> Result<NativeCode, CompileError> {
        let engine = thorough()
            .and_then(|config| wasmtime::Engine::new(&config).map_err(|cause| EngineError::Configuration(cause.into())))
            .map_err(CompileError::Engine)?;
        compile(&engine, admitted)
    }
}

fn compile(engine: &wasmtime::Engine, admitted: &Admitted) -> Result<NativeCode, CompileError> {
    let bytes = admitted.component().bytes();
    if bytes.len() > MAX_BYTES {
        return Err(CompileError::TooLarge { bytes: bytes.len() });
    }
    start_threads();
    let code = engine.precompile_component(bytes);
    code.map(|code| NativeCode::made(Bytes::from(code))).map_err(|cause| CompileError::Invalid(cause.into()))
}

/// Twice as many threads as cores. wasmtime hands functions out in runs of neighbours, and with a thread a core the one that has the
/// largest functions compiles them alone while the others have nothing left.
fn start_threads() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        let threads = available_parallelism().map_or(1, NonZero::get).saturating_mul(2);
        // It fails where there are threads already, and those will do.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    });
}
