//! From nothing to a signed, running check: what `dbg plugin new`, `test` and `pack` make, in Rust and in other languages, and the document that tells the way.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test ends by panicking, starts cargo and shells, and reads its own files"
)]

mod document;
mod languages;
mod new;
mod pack;
mod trial;
mod workshop;
