//! Questions go out and answers come in, at all servers at once: one dead server delays no other.
//!
//! Knows sockets, attempts and time. Must never know what an answer is good for: that is the walk's.

mod engine;
mod heard;
mod ids;
mod pending;
mod questions;
mod receive;
mod server;
mod stream;
mod wait;

pub(crate) use engine::{Exchange, Manner, TcpUse, Ticket, Tries};
pub(crate) use heard::{Cut, Ending, Heard, ServerFacts, Strays, Transport, Trouble};

#[cfg(test)]
pub(crate) mod faulty;
#[cfg(test)]
mod tests;
