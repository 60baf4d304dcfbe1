//! What keeps an agent's process in: told by the agent in its hello, shown to whoever asks what stood.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One fence around an agent's process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Fence {
    /// It can gain no privilege. Source: man 2 PR_SET_NO_NEW_PRIVS.
    NoNewPrivileges,
    /// Nobody of the same user reads its memory or leaves a core of it. Source: man 2 PR_SET_DUMPABLE.
    NotDumpable,
    /// It ends with the operator's process. Source: man 2 PR_SET_PDEATHSIG.
    EndsWithOperator,
    /// Capabilities that no granted check needs are dropped, for good. Source: man 7 capabilities.
    Capabilities,
    /// System calls that no check needs are refused: programs, processes, mounts, modules, tracing. Source: man 2 seccomp.
    Seccomp,
    /// Files beyond the target's own are out of reach, and none can be written. Source: man 7 landlock.
    Landlock,
}

impl Fence {
    /// The word, as shown.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NoNewPrivileges => "no-new-privileges",
            Self::NotDumpable => "not-dumpable",
            Self::EndsWithOperator => "ends-with-operator",
            Self::Capabilities => "capabilities",
            Self::Seccomp => "seccomp",
            Self::Landlock => "landlock",
        }
    }
}

impl fmt::Display for Fence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
