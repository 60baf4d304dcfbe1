//! From a component to native code.

use std::collections::BTreeSet;

use bytes::Bytes;
use dbg_model::{Architecture, Machine};
use dbg_plugin::Admitted;

use crate::compiler::{Effort, compiler};
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
    /// Compiles a component for every machine of this architecture, on all cores while somebody waits. It blocks, for 20 ms to some seconds.
    pub fn compile(&self, admitted: &Admitted) -> Result<NativeCode, CompileError> {
        compile(&self.inner.wasmtime, admitted)
    }

    /// As [`Engine::compile`], to code that is two thirds of the size and faster, in three times the time.
    pub fn compile_thoroughly(&self, admitted: &Admitted) -> Result<NativeCode, CompileError> {
        self.compile_thoroughly_for(&own(), admitted)
    }

    /// As [`Engine::compile`], for the machine of an agent. What that says of itself beyond its architecture is used where the
    /// architecture is not this one; code for this one runs on every machine of it.
    pub fn compile_for(&self, machine: &Machine, admitted: &Admitted) -> Result<NativeCode, CompileError> {
        compile(&self.compiler(machine, Effort::Quick)?, admitted)
    }

    /// As [`Engine::compile_for`], to better code, in three times the time.
    pub fn compile_thoroughly_for(&self, machine: &Machine, admitted: &Admitted) -> Result<NativeCode, CompileError> {
        compile(&self.compiler(machine, Effort::Thorough)?, admitted)
    }

    pub(crate) fn compiler(&self, machine: &Machine, effort: Effort) -> Result<wasmtime::Engine, CompileError> {
        compiler(self, machine, effort).map_err(CompileError::Engine)
    }
}

/// The least machine of this architecture.
fn own() -> Machine {
    Machine { architecture: Architecture::OWN, features: BTreeSet::new() }
}

/// Compiles a component by this compiler.
pub(crate) fn compile(compiler: &wasmtime::Engine, admitted: &Admitted) -> Result<NativeCode, CompileError> {
    let bytes = admitted.component().bytes();
    if bytes.len() > MAX_BYTES {
        return Err(CompileError::TooLarge { bytes: bytes.len() });
    }
    let code = compiler.precompile_component(bytes);
    code.map(|code| NativeCode::made(Bytes::from(code))).map_err(|cause| CompileError::Invalid(cause.into()))
}
