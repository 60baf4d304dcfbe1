//! The agents that this binary carries, compressed and covered by its digest.

use dbg_placement::Agents;

/// A static and no constant: the compiler copies a constant's bytes into every unit that mentions them.
static CARRIED: Agents = include!(concat!(env!("OUT_DIR"), "/agents.rs"));

/// All of them; a plain `cargo build` carries none.
pub(crate) fn carried() -> Agents {
    CARRIED
}
