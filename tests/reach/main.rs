//! `tcp-reach` against real listeners, real firewalls and routes in a network of its own, and what `nmap` says of the same.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends by panicking, starts `nmap`, and reads its own answers"
)]

mod answer;
mod conntrack;
mod firewall;
mod greeting;
mod name;
mod port;
mod router;
mod scan;
