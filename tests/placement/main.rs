//! Checks in another process and in another network, in real namespaces made with `ip netns`: one file a subject.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends by panicking, starts processes, and reads its own answers"
)]

mod agent;
mod ending;
mod explain;
mod matrix;
mod netns;
mod place;
mod process;
mod refusal;
mod shell;
mod unprivileged;
