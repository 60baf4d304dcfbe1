//! The agents that this binary carries, compressed and covered by its digest.

use dbg_placement::Agents;

/// All of them; a plain `cargo build` carries none.
pub(crate) fn carried() -> Agents {
    const { include!(concat!(env!("OUT_DIR"), "/agents.rs")) }
}
