//! What waits in a pod for an agent, takes it in, and becomes it: so small that it fits into an object of the cluster.
//!
//! [`park`] is a container's first process, [`load`] comes by exec and is followed by the agent in the same process. This room knows files and
//! bytes; it must never know what an agent is. It does without the standard library, which alone would have more bytes than it has.
#![cfg_attr(not(test), no_std)]

mod load;
mod park;
mod sys;

pub use load::{Fault, HEADER, Header, MAGIC, MAX_PACKED, PIECE, READY, load};
pub use park::park;
pub use sys::complain;
