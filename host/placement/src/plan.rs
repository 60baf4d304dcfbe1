//! The least privileged way that works, and why: a pure function.

use dbg_model::Target;

/// Where an agent is to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In this process, with what this process may do.
    InProcess,
}

/// How a target is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The target.
    pub target: Target,
    /// Where the agent runs.
    pub place: Place,
    /// Why there, for people: one sentence, lower case, no full stop.
    pub reason: &'static str,
}

/// The plan for a target.
#[must_use]
pub fn plan(target: &Target) -> Plan {
    Plan {
        target: target.clone(),
        place: Place::InProcess,
        reason: "the target is what this process sees, so the agent runs in it and nothing is created",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_local_target_creates_nothing() {
        assert_eq!(plan(&Target::Local).place, Place::InProcess);
    }
}
