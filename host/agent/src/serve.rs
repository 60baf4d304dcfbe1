//! `dbg-agent serve`: one session, over the two pipes that whoever started the agent holds.

use std::collections::BTreeSet;
use std::error::Error;

use dbg_agent::AgentError;
use dbg_engine::{Engine, EngineError};
use dbg_session::{AgentFacts, AgentToken, Gate, Security, SessionError};

/// Why no session was served to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeError {
    /// The machine starts no threads.
    #[error("no threads can be started")]
    Threads(#[source] std::io::Error),
    /// Nothing can run here.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The session ended badly.
    #[error(transparent)]
    Agent(#[from] AgentError),
}

impl ServeError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Engine(error) => error.hint(),
            Self::Agent(AgentError::Session(error)) => SessionError::hint(error),
            Self::Threads(_) | Self::Agent(AgentError::Probe(_)) => None,
        }
    }

    /// The error with its causes and what to do, as one line.
    fn line(&self) -> String {
        let mut line = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            line += &format!(": {error}");
            cause = error.source();
        }
        if let Some(hint) = self.hint() {
            line += &format!("; {hint}");
        }
        line
    }
}

/// Serves one session on stdin and stdout; the error is one line. A session in which nothing is said ends by its heartbeat, one whose
/// stdin is closed at once.
pub(crate) fn serve(token: AgentToken, build: &str) -> Result<(), String> {
    converse(token, build).map_err(|error| error.line())
}

fn converse(token: AgentToken, build: &str) -> Result<(), ServeError> {
    let engine = Engine::new()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        // One thread speaks, one runs guests; more would only be started.
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(ServeError::Threads)?;
    let facts = AgentFacts { build: build.to_owned(), machine: dbg_agent::machine(), fences: BTreeSet::new() };
    let stream = tokio::io::join(tokio::io::stdin(), tokio::io::stdout());
    let served = runtime.block_on(dbg_agent::serve(stream, Security::Noise(Gate::new(token)), facts, engine));
    // A read of stdin cannot be called off, and must not keep the process.
    runtime.shutdown_background();
    Ok(served?)
}
