//! `dns-check` against real servers, faulty servers, and what `dig` says of the same.
#![expect(clippy::indexing_slicing, clippy::panic, reason = "a test ends by panicking, and reads its own answers")]

mod answer;
mod configuration;
mod dig;
mod fault;
mod several;
mod verdict;
