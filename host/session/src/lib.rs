//! One conversation between an operator and an agent, over any byte stream.
//!
//! This room knows frames, their order and their bounds, and who may speak to whom. It must never know docker, kube or wasm: code and trust are
//! bytes, and whoever judges and runs them is behind [`Runner`]; a reverse call is bytes, and whoever answers it is behind [`Answerer`]. docs/protocol.md
//! has the protocol.

mod agent;
mod answerer;
mod bounds;
mod codec;
mod error;
mod handshake;
mod inlet;
mod key;
mod link;
mod noise;
mod operator;
mod outlet;
mod payload;
mod preamble;
mod runner;
mod security;
pub mod shell;
mod wire;

#[cfg(test)]
mod tests;

pub use agent::{CallError, Caller, serve};
pub use answerer::{Answerer, AnswersNothing};
pub use error::{Offence, SessionError};
pub use key::{AgentToken, RunKey, TokenError};
pub use operator::{Operator, Window};
pub use payload::Payload;
pub use runner::{Native, Runner};
pub use security::{Gate, Security, Wrapping};
pub use wire::{AgentFacts, CodeId, Late, Order, PROTOCOL, Protocol, Refusal, RunIndex, Trust, TrustedVendor};
