//! From a component to native code.

use bytes::Bytes;
use dbg_plugin::Admitted;

use crate::engine::WasmtimeError;
use crate::{Engine, NativeCode};

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
    /// It uses what the engine does not offer, or is no valid WebAssembly.
    #[error("the component cannot be compiled")]
    Invalid(#[source] WasmtimeError),
}

impl CompileError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::TooLarge { .. } => "build it for size, and strip its debug information".into(),
            Self::Invalid(_) => {
                "build it for `wasm32-wasip2`, without threads, 64-bit memories and WebAssembly proposals that are not yet standard".into()
            }
        })
    }
}

impl Engine {
    /// Compiles a component on all cores. It blocks, for 20 ms to some seconds.
    pub fn compile(&self, admitted: &Admitted) -> Result<NativeCode, CompileError> {
        let bytes = admitted.component().bytes();
        if bytes.len() > MAX_BYTES {
            return Err(CompileError::TooLarge { bytes: bytes.len() });
        }
        let code = self.inner.wasmtime.precompile_component(bytes);
        code.map(|code| NativeCode::made(Bytes::from(code))).map_err(|cause| CompileError::Invalid(cause.into()))
    }
}
