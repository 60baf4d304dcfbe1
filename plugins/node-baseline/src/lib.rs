//! `node-baseline`: compares a machine with what is wanted of it.
//!
//! Knows where Linux and Kubernetes tell what a node is made of. Must never know the host: files, file systems, time servers and the
//! cluster come through the SDK.
//!
//! The way of one run: each file of `facts` reads some facts; `fact` is one of them, beside what is wanted; `check` says what differs.

mod check;
mod fact;
mod facts;
mod parameters;
mod read;
mod sntp;
mod version;

pub use check::node_baseline;
pub use parameters::NodeBaseline;

dbg_sdk::plugin!(check::node_baseline);
