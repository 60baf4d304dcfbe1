//! A shell's session: one program on an agent's side, and the operator's terminal or pipes on ours. The same hellos, the same frames around,
//! the same heartbeat as a session of checks; what is said in between are the frames of `wire`.

mod agent;
mod operator;
mod pump;
mod wire;

#[cfg(test)]
mod tests;

pub use agent::{Control, Program, serve_shell};
pub use operator::{Local, ShellOperator, Wish};
pub use wire::{Ended, NotStarted, Size, Source, Start, Streams};

use std::time::Duration;

/// Bytes that may be under way in one direction before the other side has taken any: so neither side holds more, and a program that does
/// not read, or a pager that waits for a key, holds up nothing but its own stream.
const WINDOW: usize = 256 << 10;
/// Bytes of one frame.
const PIECE: usize = 16 << 10;
/// What was told to end has this long before it is killed.
const GRACE: Duration = Duration::from_secs(1);
/// After a program's end, what it started may still hold its streams; they are read until nothing came for this long.
const QUIET: Duration = Duration::from_millis(100);
/// How long the agent waits, after its last frame, for the operator to have read it.
const LINGER: Duration = Duration::from_secs(2);
