//! Answers the capabilities on this machine: its files and processes beneath a root, its resolver configuration, its
//! names and addresses, the state of its network, and whom it can connect to.
//!
//! This room knows system calls, `/etc`, `/proc`, netlink and DNS. It must never know wasm, grants or who asks: what a check may do is judged above.

mod blocking;
mod cluster;
mod connect;
mod files;
mod local;
mod network_state;
mod open;
mod processes;
mod refusal;
mod resolver;
mod root;
mod sockets;

pub use cluster::NoCluster;
pub use connect::LocalConnect;
pub use files::LocalFiles;
pub use local::{beneath, local};
pub use network_state::LocalNetworkState;
pub use processes::LocalProcesses;
pub use resolver::LocalResolver;
pub use root::{ProbeError, Root};
pub use sockets::LocalSockets;
