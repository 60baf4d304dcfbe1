//! One conversation between an operator and an agent, over any byte stream.
//!
//! This room knows frames, their order and their bounds. It must never know docker, kube or wasm: code is bytes, and whoever runs it is
//! behind [`Runner`].

mod agent;
mod codec;
mod error;
mod operator;
mod runner;
mod wire;

#[cfg(test)]
mod tests;

pub use agent::serve;
pub use error::{Offence, SessionError};
pub use operator::{AgentFacts, Operator};
pub use runner::Runner;
pub use wire::{CodeId, Order, PROTOCOL, Protocol, RunIndex};
