//! Why a child could not come to its place.

use dbg_model::Fence;
use rustix::io::Errno;

use crate::AgentError;

/// Why [`enter`](crate::enter) ended badly.
#[derive(Debug, thiserror::Error)]
pub enum EntryError {
    /// The argument is no entry.
    #[error("the argument is no entry of this build")]
    NotAnEntry(#[source] serde_json::Error),
    /// The argument is longer than any entry.
    #[error("the argument is longer than any entry")]
    TooLong,
    /// There is more than one thread already, and fences would stand around one of them only.
    #[error("the agent has other threads already")]
    Threads,
    /// Nothing to end with.
    #[error("the operator's process is gone")]
    OperatorGone,
    /// A descriptor that the entry names is not there.
    #[error("descriptor {0} is not open")]
    NotOpen(i32),
    /// A descriptor that the entry names twice, or that is one of the three of every process.
    #[error("descriptor {0} is given for two things")]
    GivenTwice(i32),
    /// Descriptor 0 cannot carry a session.
    #[error("descriptor 0 is no unix stream socket")]
    NoSession,
    /// What was inherited besides could not be closed.
    #[error("cannot close what was inherited")]
    Descriptors(#[source] Errno),
    /// A namespace could not be joined.
    #[error("cannot join the {namespace} namespace")]
    Join {
        /// Which.
        namespace: &'static str,
        /// The kernel's answer.
        source: Errno,
    },
    /// No process is in the container that is sought.
    #[error("no process that is seen here is in the container `{id}`")]
    NoContainer {
        /// The start of its id.
        id: String,
    },
    /// The files of the container that is sought cannot be reached.
    #[error("the root of the container's first process cannot be opened")]
    ContainerRoot {
        /// The kernel's answer.
        source: Errno,
    },
    /// What the site wrote into the image is nothing to go by.
    #[error(transparent)]
    Site(#[from] crate::site::SiteFault),
    /// The directory that is to be a program's root cannot be opened.
    #[error("`{path}` cannot be opened: {source}")]
    ShellRoot {
        /// Which.
        path: String,
        /// The kernel's answer.
        source: Errno,
    },
    /// Processes that lose their parent would not become the agent's.
    #[error("the kernel gives no orphans away")]
    Orphans(#[source] Errno),
    /// The files of `/etc` cannot be put over.
    #[error("the files of `/etc/netns` cannot be put over those of `/etc`")]
    Mounts(#[source] Errno),
    /// The root cannot be looked at.
    #[error(transparent)]
    Root(#[from] dbg_probe::ProbeError),
    /// A fence that every kernel has does not stand.
    #[error("cannot raise the fence `{fence}`")]
    Fence {
        /// Which.
        fence: Fence,
        /// The kernel's answer.
        source: Errno,
    },
    /// There is no engine.
    #[error(transparent)]
    Engine(#[from] dbg_engine::EngineError),
    /// The threads that serve could not be started.
    #[error("cannot start the agent's threads")]
    Runtime(#[source] std::io::Error),
    /// The session ended badly.
    #[error(transparent)]
    Agent(#[from] AgentError),
}

impl EntryError {
    /// The next step, where there is one.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Join { source: Errno::PERM, .. } => {
                Some("joining takes `CAP_SYS_ADMIN`, also in the user namespace that owns it".to_owned())
            }
            Self::NoContainer { .. } => Some("it may have ended or restarted just now: run again".to_owned()),
            Self::ContainerRoot { source: Errno::ACCESS | Errno::PERM } => {
                Some("it takes `CAP_SYS_PTRACE`, or to be the same user".to_owned())
            }
            Self::Join { source: Errno::INVAL, .. } => Some("what was given is no such namespace".to_owned()),
            Self::Root(error) => error.hint(),
            Self::Engine(error) => error.hint(),
            _ => None,
        }
    }
}
