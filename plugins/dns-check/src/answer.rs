//! What came back: from bytes to a reply, and from a reply to what it means.
//!
//! All of it is what a stranger sent: every reading is bounded, and nothing here asks the network.

mod envelope;
mod meaning;
mod records;
mod reply;

pub(crate) use envelope::Envelope;
pub(crate) use meaning::{Lame, Meaning, judge, may_dislike_edns};
pub(crate) use records::Records;
pub(crate) use reply::{MOST_ALIASES, Reply};

/// The bytes are no DNS message, or break off inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what came is no DNS message")]
pub(crate) struct Garbled;

#[cfg(test)]
pub(crate) mod sample;
