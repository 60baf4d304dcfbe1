//! The agent as a program: the real one, over the pipes that an operator holds, on this architecture and on the other.
//!
//! Here a test is an operator, so unlike its siblings it speaks by the rooms of the house; what is tested is the program alone.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends by panicking, starts processes, and reads its own answers"
)]

mod code;
mod operator;
mod program;
mod serve;
mod trouble;
mod trust;

/// The architectures that there are agents for.
const ARCHITECTURES: [&str; 2] = ["x86_64", "aarch64"];
