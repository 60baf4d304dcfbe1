//! The agents that xtask built, and how one of another architecture is run here.

use std::process::Command;

use crate::{binary, skip, tool};

/// A command that starts the agent of this architecture, as Rust calls it; one that is not this machine's by qemu. Without the agent, or
/// without qemu, the test is skipped.
#[must_use]
pub fn agent(architecture: &str) -> Option<Command> {
    let program = binary::agents().join(architecture);
    if architecture == std::env::consts::ARCH {
        assert!(program.is_file(), "`{}` is missing; `cargo xtask test` builds it", program.display());
        return Some(Command::new(program));
    }
    if !program.is_file() {
        skip(&format!("the agent for `{architecture}` is missing; `cargo xtask doctor` says what builds it"));
        return None;
    }
    let mut command = Command::new(tool(&format!("qemu-{architecture}-static"), "qemu-user-static")?);
    command.arg(program);
    Some(command)
}
