//! One file a capability: what the grant allows is judged here, then the trait of `dbg-capability` is asked.

pub(crate) mod address;
pub(crate) mod cluster;
pub(crate) mod connect;
pub(crate) mod context;
pub(crate) mod denied;
pub(crate) mod files;
mod handles;
mod masked;
pub(crate) mod names;
pub(crate) mod network_state;
pub(crate) mod processes;
mod pull;
pub(crate) mod report;
pub(crate) mod resolver;
pub(crate) mod sockets;
