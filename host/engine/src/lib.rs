//! Components become running checks: compiled, cached, linked, limited, and every call of theirs judged by the grant.
//!
//! This room knows wasmtime, WASI and `wit/`. It must never know the target: files, names and configurations are asked for through the
//! traits of `dbg-capability`. It decides no grant, stores no plugin and shows nothing.

mod bindings;
#[cfg(feature = "compiler")]
mod cache;
mod capability;
#[cfg(feature = "compiler")]
mod compile;
#[cfg(feature = "compiler")]
mod compiler;
mod config;
mod engine;
mod fault;
mod limiter;
mod link;
mod load;
mod native;
mod report;
mod resources;
mod run;
#[cfg(test)]
mod samples;
mod stderr;
mod store;
mod tally;
mod ticker;

#[cfg(feature = "compiler")]
pub use cache::{Cache, CacheNote, CacheOutcome, Fresh};
#[cfg(feature = "compiler")]
pub use compile::CompileError;
pub use engine::{Engine, EngineError, WasmtimeError};
pub use link::{INTERFACES, Interface};
pub use load::{LoadError, Loaded};
pub use native::NativeCode;
pub use run::RunRequest;
