//! Signed plugins: added, run, granted, carried, and refused for each reason there is.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends by panicking, and reads its own files and answers"
)]

mod consent;
mod good;
mod kill;
mod policy;
mod refused;
mod set;
mod site;
mod vendor;
