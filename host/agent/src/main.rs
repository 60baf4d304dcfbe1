//! The agent alone: without a compiler, started by an operator's `dbg`. It must never know how it came to be where it is.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next(), arguments.next()) {
        (Some("enter"), Some(entry), None) => dbg_agent::enter(&entry, env!("CARGO_PKG_VERSION")),
        _ => ExitCode::from(2),
    }
}
