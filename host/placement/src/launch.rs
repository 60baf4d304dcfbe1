//! An agent that was launched, and how it ended.

use std::fmt;
use std::io;
use std::sync::Arc;

use dbg_agent::AgentError;
use dbg_engine::Engine;
use dbg_model::ImageName;
use dbg_session::{RunKey, Security};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinHandle;

use crate::child::Child;
use crate::docker::{self, Container, EngineError, Engines, Mission};
use crate::kube::{self, ClusterError, Clusters, Guest, Pod, PodFault};
use crate::{Place, Placed, Program, ProgramError, Refusal, child, local};

/// A stream to an agent, of whatever kind.
pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// A stream to an agent.
pub type Stream = Box<dyn Duplex>;

/// Why no agent was launched, or why one did not serve to the end.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// The target is not what it was when the plan was made.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no program to start.
    #[error("there is no agent to start")]
    Program(#[from] ProgramError),
    /// The container engine did not do what it was asked.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The cluster did not do what it was asked.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// The agent's pod did not become one, or came to an end.
    #[error(transparent)]
    Pod(#[from] PodFault),
    /// A container that is not ours has the name of ours.
    #[error("another container has the name `{name}`")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// The image that was named is not there.
    #[error("the engine has no image `{image}`")]
    NoImage {
        /// Its name.
        image: ImageName,
    },
    /// The kernel starts no process.
    #[error("the agent cannot be started")]
    Start(#[source] io::Error),
    /// An agent in this process said why.
    #[error(transparent)]
    Agent(#[from] AgentError),
    /// An agent in this process broke.
    #[error("the agent broke off")]
    Broke,
    /// The process of an agent ended before its time.
    #[error("{0}")]
    Ended(Account),
}

impl LaunchError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Refused(refusal) => refusal.hint(),
            Self::Program(error) => error.hint(),
            Self::Engine(error) => error.hint(),
            Self::NoImage { .. } => Some(
                "images are never pulled: `dbg image save FILE --trust DIR` makes one, `docker load -i FILE` loads it"
                    .to_owned(),
            ),
            Self::Cluster(error) => error.hint(),
            Self::Pod(fault) => fault.hint(),
            Self::NameTaken { .. } => Some("run again: the next run has another name".to_owned()),
            Self::Start(_) | Self::Agent(_) | Self::Broke | Self::Ended(_) => None,
        }
    }
}

/// How the process of an agent ended, and what it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// How.
    pub ending: Ending,
    /// What it wrote on stderr, at most 4 KiB: foreign text in one line, escaped.
    pub words: String,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// By itself, with this code.
    Code(i32),
    /// By a signal.
    Signal(i32),
    /// By us: its session was over and it did not end.
    Lingered,
    /// The kernel does not say.
    Unknown,
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ending {
            // What it says is the reason; that it then ended is no news.
            Ending::Code(_) if !self.words.is_empty() => return write!(f, "the agent gave up: {}", self.words),
            Ending::Code(code) => write!(f, "the agent ended with code {code}")?,
            Ending::Signal(signal) => write!(f, "the agent was killed by signal {signal}")?,
            Ending::Lingered => f.write_str("the agent did not end with its session and was killed")?,
            Ending::Unknown => f.write_str("the agent is gone")?,
        }
        if self.words.is_empty() { Ok(()) } else { write!(f, "; it had said: {}", self.words) }
    }
}

/// A launched agent: a stream to it, and the hold on it. Dropping it ends the agent.
pub struct Launched {
    /// The session's stream; taken once.
    pub stream: Stream,
    /// How the session is protected.
    pub security: Security<Arc<RunKey>>,
    /// What must outlive the session.
    pub hold: Hold,
}

/// The hold on a launched agent. Dropping it ends the agent, and waits until it is gone.
pub struct Hold(Held);

enum Held {
    Task(Task),
    Child(Child),
    Container(Container),
    Pod(Pod),
    Guest(Guest),
}

/// An agent in this process. Dropping it ends it.
struct Task(JoinHandle<Result<(), AgentError>>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Launched {
    pub(crate) fn in_process(stream: Stream, task: JoinHandle<Result<(), AgentError>>) -> Self {
        Self { stream, security: Security::Process, hold: Hold(Held::Task(Task(task))) }
    }

    pub(crate) fn child(stream: Stream, child: Child) -> Self {
        // The stream is one that this process made, and whose other end its child alone holds.
        Self { stream, security: Security::Process, hold: Hold(Held::Child(child)) }
    }

    pub(crate) fn container(stream: Stream, container: Container, key: Arc<RunKey>) -> Self {
        Self { stream, security: Security::Noise(key), hold: Hold(Held::Container(container)) }
    }

    pub(crate) fn pod(stream: Stream, pod: Pod, key: Arc<RunKey>) -> Self {
        Self { stream, security: Security::Noise(key), hold: Hold(Held::Pod(pod)) }
    }

    pub(crate) fn guest(stream: Stream, guest: Guest, key: Arc<RunKey>) -> Self {
        Self { stream, security: Security::Noise(key), hold: Hold(Held::Guest(guest)) }
    }
}

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionEnd {
    /// Both sides said bye: the agent has nothing more to tell.
    InOrder,
    /// In another way.
    Broken,
}

impl Hold {
    /// Waits until the agent has gone, after the session's end; one that stays is ended. Its own account is the better one when the
    /// session broke.
    pub async fn gone(self, end: SessionEnd) -> Result<(), LaunchError> {
        match self.0 {
            Held::Task(mut task) => match (&mut task.0).await {
                Ok(result) => Ok(result?),
                Err(_) => Err(LaunchError::Broke),
            },
            Held::Child(child) => child.gone().await.map_err(LaunchError::Ended),
            Held::Container(container) => container.gone(end).await,
            Held::Pod(pod) => pod.gone(end).await,
            Held::Guest(guest) => guest.gone(end).await,
        }
    }
}

/// What agents are launched with.
#[derive(Clone)]
pub struct Launcher {
    /// The name of this dbg.
    pub build: &'static str,
    /// For agents that run in this process.
    pub engine: Engine,
    /// For those that run in a child of it.
    pub program: Program,
    /// For those that run in a container.
    pub engines: Engines,
    /// For those that run in a pod.
    pub clusters: Clusters,
    /// The run.
    pub mission: Mission,
}

impl Launcher {
    /// Launches the agent of a plan, for the run's target of this number.
    ///
    /// # Errors
    /// Why there is none; then nothing of it is left.
    pub async fn launch(&self, placed: Placed, number: usize) -> Result<Launched, LaunchError> {
        match placed.plan.place.what.clone() {
            Place::InProcess => Ok(local::launch(self.build, &self.engine)),
            Place::Child(plan) => child::launch(&plan, placed, &self.program).await,
            Place::Container(plan) => {
                let role = docker::Role::Checks;
                docker::launch(&placed.plan, &plan, number, &self.engines, &self.mission, role).await
            }
            Place::Pod(plan) => kube::launch(plan, number, &self.clusters, &self.mission).await,
            Place::Inside(plan) => kube::launch_inside(plan, number, &self.clusters, &self.mission).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(ending: Ending, words: &str) -> String {
        Account { ending, words: words.to_owned() }.to_string()
    }

    #[test]
    fn what_an_agent_says_is_the_better_account_and_a_signal_is_told_anyway() {
        assert_eq!(told(Ending::Code(1), "cannot join"), "the agent gave up: cannot join");
        assert_eq!(told(Ending::Code(1), ""), "the agent ended with code 1");
        assert_eq!(told(Ending::Signal(9), ""), "the agent was killed by signal 9");
        assert_eq!(told(Ending::Signal(9), "oh"), "the agent was killed by signal 9; it had said: oh");
    }
}
