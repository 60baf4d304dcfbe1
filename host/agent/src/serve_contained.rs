//! An agent in a container: fenced in first, then one session on stdin and stdout, by the run's key.

use std::io::Write as _;
use std::process::ExitCode;

use dbg_engine::Engine;
use dbg_model::Cell;
use dbg_session::{AgentFacts, AgentToken, Gate, Security};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::unix::pipe::{Receiver, Sender};
use tokio::runtime;

use crate::fence::Fences;
use crate::runner::Checks;
use crate::{Contained, EntryError, SiteRules, enter, machine};

/// One thread speaks, one runs guests; more would only be started.
const THREADS: usize = 2;

/// Serves whoever holds the key of the run, from the place that `place` describes. The first thing that a process does: it has one thread
/// when this is called. `build` names this dbg.
///
/// What went wrong is one line on standard error, and the code is 1.
#[must_use]
pub fn serve_contained(token: AgentToken, place: &str, build: &str) -> ExitCode {
    match serve(token, place, build) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // With nobody to tell there is nothing left to do.
            let _untold = writeln!(std::io::stderr(), "{}", Cell(&enter::line(&error)));
            ExitCode::FAILURE
        }
    }
}

/// Standard input. Engines give a pipe, which is waited for together with all else; for anything else a thread waits.
fn input() -> Box<dyn AsyncRead + Send + Unpin> {
    match rustix::io::dup(rustix::stdio::stdin()).map(Receiver::from_owned_fd) {
        Ok(Ok(pipe)) => Box::new(pipe),
        _ => Box::new(tokio::io::stdin()),
    }
}

/// Standard output, as [`input`].
fn output() -> Box<dyn AsyncWrite + Send + Unpin> {
    match rustix::io::dup(rustix::stdio::stdout()).map(Sender::from_owned_fd) {
        Ok(Ok(pipe)) => Box::new(pipe),
        _ => Box::new(tokio::io::stdout()),
    }
}

fn serve(token: AgentToken, place: &str, build: &str) -> Result<(), EntryError> {
    // Before anything of a target's could be taken for the image's own.
    let site = SiteRules::of_image()?;
    let (root, Fences { stood, held }) = Contained::from_argument(place)?.arrive()?;
    let engine = Engine::new()?;
    let facts = AgentFacts { build: build.to_owned(), machine: machine(), fences: stood };
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .enable_all()
        .build()
        .map_err(EntryError::Runtime)?;
    let security = Security::Noise(Gate::new(token));
    let checks = Checks::new(engine, dbg_probe::beneath(root)).within(site.as_ref().map(SiteRules::told));
    let served = runtime.block_on(async {
        let stream = tokio::io::join(input(), output());
        crate::serve_at(stream, security, facts, checks).await
    });
    // A read of stdin cannot be called off, and must not keep the process.
    runtime.shutdown_background();
    drop(held);
    Ok(served?)
}
