//! The command line, as a person and as a script uses it: one file a subject.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test ends by panicking, and reads its own files and answers"
)]

mod check;
mod disk;
mod grant;
mod help;
mod interrupt;
mod json;
mod parameter;
mod pipe;
mod plugin;
mod policy;
mod repeat;
mod run;
mod secret;
mod shell;
mod terminal;
mod version;
