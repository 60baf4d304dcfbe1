//! The agent of a shell: it comes to its place, starts the operator's program there, and passes on its streams until it has ended. No check
//! runs in it, and no plugin's code: what it may do is what the operator said.

mod children;
mod environment;
mod etc;
mod place;
mod program;
mod terminal;

pub use place::{Environment, Gains, ShellPlace, ShellRoot, ShellUser};

use std::collections::BTreeSet;
use std::io::Write as _;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::sync::Arc;

use dbg_model::{Cell, Fence};
use dbg_session::shell::serve_shell as serve;
use dbg_session::{AgentFacts, AgentToken, Gate, Security};
use rustix::fs::{Mode, OFlags};
use rustix::process::set_child_subreaper;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime;
use tokio::signal::unix::{SignalKind, signal};

use crate::enter::{line, stream};
use crate::fence::process;
use crate::inherited::{self, Given};
use crate::join::join;
use crate::{AgentError, EntryError, machine};
use children::Children;
use program::Ground;

/// Serves a shell to whoever holds the key of the run, on stdin and stdout, at the place that `place` describes. The first thing that a process
/// does: it has one thread when this is called. `build` names this dbg.
///
/// What went wrong is one line on standard error, and the code is 1.
#[must_use]
pub fn serve_shell(token: AgentToken, place: &str, build: &str) -> ExitCode {
    told(contained(token, place, build))
}

/// Serves a shell to whoever started this process, over descriptor 0, at the place that `place` describes. As [`serve_shell`].
#[must_use]
pub fn enter_shell(place: &str, build: &str) -> ExitCode {
    told(child(place, build))
}

fn told(served: Result<(), EntryError>) -> ExitCode {
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // With nobody to tell there is nothing left to do.
            let _untold = writeln!(std::io::stderr(), "{}", Cell(&line(&error)));
            ExitCode::FAILURE
        }
    }
}

fn contained(token: AgentToken, place: &str, build: &str) -> Result<(), EntryError> {
    process::only_thread()?;
    let mut place = ShellPlace::from_argument(place)?;
    let root = match &place.root {
        ShellRoot::Own | ShellRoot::Inherited(_) => None,
        ShellRoot::Path(path) => Some(open(path)?),
        ShellRoot::Container(sought) => {
            let first = sought.first()?;
            let root = first.enter(sought.network)?;
            place.environment = Environment::Process(first.pid);
            Some(root)
        }
    };
    let ground = arrive(&place, root)?;
    let runtime = runtime()?;
    let stream = tokio::io::join(tokio::io::stdin(), tokio::io::stdout());
    let served = runtime.block_on(converse(stream, Security::Noise(Gate::new(token)), ground, build));
    // A read of stdin cannot be called off, and must not keep the process.
    runtime.shutdown_background();
    served
}

fn child(place: &str, build: &str) -> Result<(), EntryError> {
    process::only_thread()?;
    let place = ShellPlace::from_argument(place)?;
    let inherited = match place.root {
        ShellRoot::Inherited(root) => Some(root),
        ShellRoot::Own | ShellRoot::Path(_) | ShellRoot::Container(_) => None,
    };
    let Given { session, joins, root } = inherited::take(&place.joins, inherited)?;
    let session = stream(session)?;
    join(joins)?;
    if let Some(folder) = &place.etc {
        etc::put_over(folder)?;
    }
    let ground = arrive(&place, root)?;
    let runtime = runtime()?;
    let served = runtime.block_on(async {
        let stream = session_of(session).map_err(EntryError::Runtime)?;
        // The other end is held by our parent alone, which can read all of our memory anyway.
        converse(stream, Security::Process, ground, build).await
    });
    runtime.shutdown_background();
    served
}

fn session_of(session: UnixStream) -> std::io::Result<tokio::net::UnixStream> {
    session.set_nonblocking(true)?;
    tokio::net::UnixStream::from_std(session)
}

/// Everything that takes the rights with which this process was started, and everything that takes one thread.
fn arrive(place: &ShellPlace, root: Option<OwnedFd>) -> Result<Ground, EntryError> {
    let variables = environment::of(&place.environment);
    process::not_dumpable().map_err(|source| EntryError::Fence { fence: Fence::NotDumpable, source })?;
    // Whoever loses its parent becomes ours, and ends with us.
    set_child_subreaper(Some(rustix::process::getpid())).map_err(EntryError::Orphans)?;
    Ok(Ground {
        root,
        user: place.user,
        keep: place.kept(),
        gains: place.gains,
        variables,
        children: Arc::new(Children::default()),
    })
}

fn open(path: &str) -> Result<OwnedFd, EntryError> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    rustix::fs::open(path, flags, Mode::empty())
        .map_err(|source| EntryError::ShellRoot { path: path.to_owned(), source })
}

fn runtime() -> Result<runtime::Runtime, EntryError> {
    // The kernel ends children with the thread that started them where they ask for it, and ours is the only one.
    runtime::Builder::new_current_thread().enable_all().build().map_err(EntryError::Runtime)
}

async fn converse<S>(stream: S, security: Security<Gate>, ground: Ground, build: &str) -> Result<(), EntryError>
where
    S: AsyncRead + AsyncWrite + Send + 'static,
{
    let children = Arc::clone(&ground.children);
    let mut ends = signal(SignalKind::child()).map_err(EntryError::Runtime)?;
    tokio::spawn(async move {
        while ends.recv().await.is_some() {
            children.reap();
        }
    });
    let facts = AgentFacts { build: build.to_owned(), machine: machine(), fences: BTreeSet::new() };
    let served = serve(stream, security, facts, |start| ground.start(start)).await;
    Ok(served.map_err(AgentError::from)?)
}
