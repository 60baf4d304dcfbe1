//! End to end: the real binary as a process, against real servers, small faulty servers, and hostile guests.
//!
//! Here is what the tests of `cli/`, `dns/` and `hostile/` stand on: a [`Context`] with its own home in which `dbg` runs as
//! a user without rights, [`dns`] servers, and [`skip`]. It knows `dbg` by its command line, its output and its files only.
//! It must never import a room of the house: what a test here sees is what a person with the binary sees.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test ends by panicking, starts processes, and reads what xtask put in its environment"
)]

mod agent;
mod binary;
mod context;
pub mod dns;
mod engine;
pub mod exit;
mod guest;
mod home;
mod language;
mod namespace;
mod output;
mod person;
mod process;
mod schema;
mod session;
pub mod signing;
mod skip;
mod wait;

pub use agent::agent;
pub use binary::dbg as program;
pub use context::{Context, Invocation};
pub use engine::{Engine, Site};
pub use guest::{Guest, guests};
pub use home::Home;
pub use language::language;
pub use namespace::Namespace;
pub use output::Output;
pub use person::Person;
pub use process::Running;
pub use schema::Schema;
pub use session::Session;
pub use skip::{is_root, skip, tool};
pub use wait::{LIMIT, until};
