//! Checks in containers of real engines, Docker and Podman: one file a subject.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends by panicking, and reads its own answers"
)]

mod ending;
mod fake;
mod far;
mod fault;
mod found;
mod gc;
mod image;
mod log;
mod recipe;
mod refusal;
mod report;
mod rootless;
mod shell;
mod shell_ending;
mod target;
