//! Answers the capabilities on this machine: its files beneath a root, its resolver configuration, its names and addresses.
//!
//! This room knows system calls, `/etc` and DNS. It must never know wasm, grants or who asks: what a check may do is judged above.

mod blocking;
mod files;
mod local;
mod refusal;
mod resolver;
mod root;
mod sockets;

pub use files::LocalFiles;
pub use local::{beneath, local};
pub use resolver::LocalResolver;
pub use root::{ProbeError, Root};
pub use sockets::LocalSockets;
