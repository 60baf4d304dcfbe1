//! The check itself.

use dbg_sdk::prelude::*;

use crate::parameters::SockSummary;
use crate::survey::Survey;
use crate::{findings, groups};

/// Sums up the target's sockets by process, peer and state, and says which of them a person should act on.
///
/// Told apart: connections that a program forgot to close, listening sockets that are not accepted from fast enough, peers to whom segments
/// are sent again and again, peers that never answer, connections that are begun and never completed, bytes that nobody acknowledges or
/// reads, and local ports that run out. Needs no rights on the machine; without root it knows the owners of this user's sockets only.
#[check(
    name = "sock-summary",
    grant(capability = "network-state", reason = "reads the target's table of sockets and its range of local ports"),
    grant(capability = "processes", optional, reason = "says which process each socket belongs to"),
    limits(time = "30s", memory = "256MiB")
)]
pub fn sock_summary(parameters: SockSummary, run: &Run) -> Result<(), Failure> {
    let survey = Survey::read()?;
    groups::write(&survey, &parameters, run);
    findings::emit(&survey, &parameters, run);
    Ok(())
}

#[cfg(test)]
mod tests;
