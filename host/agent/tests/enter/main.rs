//! The real agent, started as a child with descriptors, namespaces and an entry: where it arrives, what fences it in, and what it says
//! when it cannot.
#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test ends by panicking, and starts processes"
)]

mod agent;
mod end;
mod fences;
mod guests;
mod network;
mod refusals;
mod skip;
