//! The far end: a session server, an engine and a probe, wired together.
//!
//! This room runs what the operator sends, where somebody vouches for it whom the operator named, and holds no policy of its own. It must never know how it came to be where it is.

mod argument;
mod cluster;
mod contained;
mod enter;
mod entry;
mod entry_error;
mod fence;
mod inherited;
mod join;
mod machine;
mod runner;
mod serve_contained;
mod shell;
mod site;
mod sought;
mod told;

use std::sync::Arc;

use dbg_engine::Engine;
use dbg_session::{AgentFacts, Gate, Security, SessionError};
use tokio::io::{AsyncRead, AsyncWrite};

pub use contained::{Contained, ContainedRoot};
pub use enter::enter;
pub use entry::{Entry, FileReach, Inherited, Join, LinuxCapability, WatchesProcesses};
pub use entry_error::EntryError;
pub use machine::machine;
pub use serve_contained::serve_contained;
pub use shell::{Environment, Gains, ShellPlace, ShellRoot, ShellUser, enter_shell, serve_shell};
pub use site::{SITE_FILE, SiteFault, SiteRules};
pub use sought::{Sought, SoughtNetwork};
pub use told::tell;

/// Why an agent could not serve.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// The place offers nothing to look at.
    #[error("the agent cannot look at this place")]
    Probe(#[from] dbg_probe::ProbeError),
    /// The session ended badly.
    #[error("the agent's session ended badly")]
    Session(#[from] SessionError),
}

/// Serves one operator on `stream`, looking at the place where this process runs, until it says `bye` or is gone. `facts`
/// are told in the hello.
///
/// What is run is verified here by what the operator told. Native code cannot be: the operator at the other end of `stream` is trusted with it, with [`Security::Process`] since it is in this process or its
/// parent, with [`Security::Noise`] once it has proved that it holds the key of the run.
pub async fn serve<S>(stream: S, security: Security<Gate>, facts: AgentFacts, engine: Engine) -> Result<(), AgentError>
where
    S: AsyncRead + AsyncWrite + Send + 'static,
{
    serve_at(stream, security, facts, runner::Checks::new(engine, dbg_probe::local()?)).await
}

/// As [`serve`], running what `checks` may.
async fn serve_at<S>(
    stream: S,
    security: Security<Gate>,
    facts: AgentFacts,
    checks: runner::Checks,
) -> Result<(), AgentError>
where
    S: AsyncRead + AsyncWrite + Send + 'static,
{
    Ok(dbg_session::serve(stream, security, facts, Arc::new(checks)).await?)
}
