//! The agent's half: obeys one operator until its `bye`.

mod calls;
mod codes;
mod runs;
mod serving;

pub use calls::{CallError, Caller};

use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};

use crate::link::Link;
use crate::wire::{Down, Up};
use crate::{AgentFacts, Gate, Runner, Security, SessionError, handshake};
use serving::Serving;

/// Serves one operator on `stream` until it says `bye` or is gone; then nothing of its runs is left.
/// `facts` are told in the hello.
///
/// Errors: every [`SessionError`] but those of the operator's side alone.
pub async fn serve<S>(
    stream: S,
    security: Security<Gate>,
    facts: AgentFacts,
    runner: Arc<dyn Runner>,
) -> Result<(), SessionError>
where
    S: AsyncRead + AsyncWrite + Send + 'static,
{
    let (halves, _admission) = handshake::answer(stream, security, facts).await?;
    let link = Link::<Down>::new::<Up, S>(halves)?;
    Serving::new(link, runner).serve().await
}
