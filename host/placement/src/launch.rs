//! An agent that was launched.

use dbg_agent::AgentError;
use tokio::io::DuplexStream;
use tokio::task::JoinHandle;

/// Why an agent did not serve to the end.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// It said why.
    #[error(transparent)]
    Agent(#[from] AgentError),
    /// It broke.
    #[error("the agent broke off")]
    Broke,
}

/// A launched agent: a stream to it, and the hold on it. Dropping it ends the agent.
pub struct Launched {
    /// The session's stream; taken once.
    pub stream: DuplexStream,
    /// What must outlive the session.
    pub hold: Hold,
}

/// The hold on a launched agent.
pub struct Hold {
    task: JoinHandle<Result<(), AgentError>>,
}

impl Launched {
    pub(crate) fn new(stream: DuplexStream, task: JoinHandle<Result<(), AgentError>>) -> Self {
        Self { stream, hold: Hold { task } }
    }
}

impl Hold {
    /// Waits until the agent has gone, after the session's end. Its own account is the better one when the session broke.
    pub async fn gone(mut self) -> Result<(), LaunchError> {
        match (&mut self.task).await {
            Ok(result) => Ok(result?),
            Err(_) => Err(LaunchError::Broke),
        }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.task.abort();
    }
}
