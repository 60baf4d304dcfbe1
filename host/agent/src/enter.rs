//! The way of a child to its place: it joins, pins its root, fences itself in, and only then starts threads and listens.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::ExitCode;

use dbg_engine::Engine;
use dbg_model::Cell;
use dbg_probe::Root;
use dbg_session::{AgentFacts, Security};
use rustix::net::sockopt::{socket_domain, socket_type};
use rustix::net::{AddressFamily, SocketType};
use tokio::runtime;

use crate::fence::{self, Around, Fences, process};
use crate::inherited::{self, Given};
use crate::join::join;
use crate::runner::Checks;
use crate::{AgentError, Entry, EntryError, machine};

/// Checks are bounded by their own limits, and the operator's process is on the same machine.
const THREADS: usize = 2;

/// Serves one operator over descriptor 0, from the place that `entry` describes. The first thing that a process does: it has one thread
/// when this is called. `build` names this dbg.
///
/// What went wrong is one line on standard error, and the code is 1.
#[must_use]
pub fn enter(entry: &str, build: &str) -> ExitCode {
    match arrive(entry).and_then(|place| place.serve(build)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // With nobody to tell there is nothing left to do.
            let _untold = writeln!(std::io::stderr(), "{}", Cell(&line(&error)));
            ExitCode::FAILURE
        }
    }
}

/// An error with its causes and the next step.
pub(crate) fn line(error: &EntryError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    match error.hint() {
        Some(hint) => format!("{text}: {hint}"),
        None => text,
    }
}

/// A process that is where it belongs, and fenced in.
struct Place {
    session: UnixStream,
    root: Root,
    fences: Fences,
}

fn arrive(entry: &str) -> Result<Place, EntryError> {
    process::only_thread()?;
    let entry = Entry::from_argument(entry)?;
    let Given { session, joins, root } = inherited::take(&entry.joins, entry.root)?;
    let session = stream(session)?;
    process::raise(entry.operator)?;
    join(joins)?;
    let mut root = match root {
        Some(directory) => Root::from_directory(directory)?,
        None => Root::open(Path::new("/"))?,
    };
    if let Some(etc) = &entry.etc {
        root = root.with_etc_of(etc);
    }
    // Once more: joining a user namespace undoes it.
    let mut stood = BTreeSet::from(process::raise(entry.operator)?);
    let around = Around { keep: &entry.keep, files: entry.files, watches_processes: entry.watches_processes };
    let fences = fence::raise(&around, &root)?;
    stood.extend(fences.stood);
    Ok(Place { session, root, fences: Fences { stood, held: fences.held } })
}

pub(crate) fn stream(session: OwnedFd) -> Result<UnixStream, EntryError> {
    if socket_domain(&session) == Ok(AddressFamily::UNIX) && socket_type(&session) == Ok(SocketType::STREAM) {
        Ok(session.into())
    } else {
        Err(EntryError::NoSession)
    }
}

impl Place {
    fn serve(self, build: &str) -> Result<(), EntryError> {
        let Self { session, root, fences: Fences { stood, held } } = self;
        let engine = Engine::new()?;
        let facts = AgentFacts { build: build.to_owned(), machine: machine(), fences: stood };
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .enable_all()
            .build()
            .map_err(EntryError::Runtime)?;
        let served = runtime.block_on(async {
            session.set_nonblocking(true)?;
            let stream = tokio::net::UnixStream::from_std(session)?;
            // The other end is held by our parent alone, which can read all of our memory anyway.
            Ok(crate::serve_at(stream, Security::Process, facts, Checks::new(engine, dbg_probe::beneath(root))).await)
        });
        // A look-up that hangs must not keep us: whatever still runs ends with the process.
        runtime.shutdown_background();
        drop(held);
        let served: Result<(), AgentError> = served.map_err(EntryError::Runtime)?;
        Ok(served?)
    }
}
