//! Containers of the local engine, Docker or Podman: found, looked at, and made for an agent.
//!
//! `address` and `context` say where an engine may be, `client` asks it within bounds, `spec` turns a plan into a body, `lease` holds what
//! was created. This room must never know how a plan is made.

mod address;
mod answers;
mod client;
mod connect;
mod context;
mod demux;
mod engine;
mod error;
mod facts;
mod gc;
mod image;
mod launch;
mod lease;
mod list;
mod owner;
mod shell;
mod spec;
mod ssh;
mod tls;
mod version;

pub use address::{EngineSettings, Tls};
pub use connect::{Engines, LoadedImage};
pub use engine::{EngineFacts, EngineKind, LimitsHold};
pub use error::{EngineError, Tried, Words};
pub use facts::{
    Asked, ContainerFacts, ContainerNetwork, ContainerPids, EngineTarget, EngineTargetFacts, NetworkFacts,
    RunningContainer,
};
pub use gc::{LeftOver, LeftOvers};
pub use launch::Mission;
pub use list::Reachable;
pub use version::ApiVersion;

pub(crate) use engine::escaped;
pub(crate) use facts::{container, network};
pub(crate) use image::Image;
pub(crate) use image::{AGENT, tag};
pub(crate) use launch::{Container, launch};
pub(crate) use owner::{Claim, DEADLINE, Owner, RUN};
pub(crate) use shell::{Role, ShellContainer};
