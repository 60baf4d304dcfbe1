//! `sock-summary` on real sockets, in a network of its own, beside what `ss` says of the same.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends by panicking, starts `ss`, and reads its own answers"
)]

mod compare;
mod report;
mod ss;
mod trouble;
