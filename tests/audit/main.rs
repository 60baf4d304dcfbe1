//! What a run leaves behind for whoever has to answer for it: the audit log, and secrets that are masked.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test ends by panicking, and reads its own files and answers"
)]

mod disk;
mod log;
mod policy;
mod record;
mod redact;
mod security;
mod syslog;
mod tamper;
