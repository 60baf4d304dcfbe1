//! `dbg shell`: arguments → policy → plan → audit → agent → terminal → exit code.

mod prompt;
mod screen;
mod signals;
mod talk;

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, anyhow};
use bytes::Bytes;
use dbg_model::{Cell, Redactor};
use dbg_placement::{Asked, Clusters, Engines, Mission, Program, launch_shell, place_shell};
use dbg_session::RunKey;
use dbg_session::shell::{Ended, NotStarted};

use super::run::{Recording, new_run_id};
use crate::agents;
use crate::diagnostic::{Fault, hinted};
use crate::exit::Exit;
use crate::printer;
use crate::settings::{Paths, ShellSettings, Site, Terminal, engine_settings, sinks};
use screen::Screen;
use signals::Signals;
use talk::Outcome;

/// To be launched, and to tell how it ended.
const AROUND: Duration = Duration::from_secs(300);
/// A container of a shell is not taken for left over before this long, and a date has room for it.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);
/// Between 126 and 128 are what shells say of a program that was not started. Source: POSIX, Shell Command Language, exit status.
const NOT_EXECUTABLE: u8 = 126;
const NOT_FOUND: u8 = 127;
/// Above it are signals.
const SIGNALLED: u8 = 128;

pub(crate) fn shell(settings: &ShellSettings, terminal: &Terminal) -> Result<Exit, Fault> {
    if settings.offers_checks_alone() {
        let site = Site::open(Paths::of_this_user())?;
        site.policy.may_shell(&settings.wish)?;
        return offer_checks(settings, terminal);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        // One thread passes on what is said, one removes what is left.
        .worker_threads(2)
        .enable_all()
        .build()
        .context("no threads can be started")
        .map_err(Fault::own)?;
    let came_to = runtime.block_on(open(settings));
    // A read of the terminal cannot be called off, and must not keep dbg from leaving.
    runtime.shutdown_background();
    match came_to? {
        Outcome::Ended(ended) => of(ended, settings),
        Outcome::Signalled(signal) => Ok(Exit::Program(SIGNALLED.saturating_add(signal))),
        Outcome::NotStarted(NotStarted::NoShell) if settings.wish.image.is_none() => offer_checks(settings, terminal),
        Outcome::NotStarted(reason) => Err(not_started(&reason, settings)),
    }
}

fn offer_checks(settings: &ShellSettings, terminal: &Terminal) -> Result<Exit, Fault> {
    let target = &settings.wish.target;
    let next =
        if target.is_of_engine() { " `--image IMAGE` brings the shell of an image that the engine has" } else { "" };
    printer::note(&format!("`{}` has no shell: its checks are offered.{next}", Cell(&target.to_string())));
    prompt::offer(settings, terminal)
}

/// Where the program is and was. Everything of it is gone when this is over.
async fn open(settings: &ShellSettings) -> Result<Outcome, Fault> {
    let engines = Engines::new(engine_settings(), agents::carried(), Asked::default());
    let clusters = Clusters::new(settings.cluster.clone(), agents::carried());
    let ended = recorded(settings, &engines, &clusters).await;
    for left in engines.settled().await.into_iter().chain(clusters.settled().await) {
        printer::note(&format!("warning: {left}"));
    }
    ended
}

async fn recorded(settings: &ShellSettings, engines: &Engines, clusters: &Clusters) -> Result<Outcome, Fault> {
    let screen = Screen::look();
    let (held, pods, shown) = (engines.clone(), clusters.clone(), screen.restorer());
    let signals = Signals::listen(move || {
        shown.restore();
        held.release_all();
        pods.release_all();
    })
    .context("signals cannot be received")
    .map_err(Fault::own)?;
    let program = Program::carried(agents::carried());
    let wish = &settings.wish;
    if wish.target.is_of_engine() {
        engines.prepare();
    } else if !wish.target.is_of_cluster() {
        program.prepare();
    }
    let site = Site::open(Paths::of_this_user())?;
    site.policy.may_shell(wish)?;
    let placed = tokio::select! {
        placed = place_shell(wish, engines, clusters) => placed,
        () = signals.first() => return Err(Fault::interrupted()),
    };
    let run = new_run_id()?;
    let sinks = sinks(&settings.recording, &site.policy.audit)?;
    let explained = placed.as_ref().map(|placed| placed.explanation()).map_err(ToString::to_string);
    let intent = intent(settings, &Redactor::new(site.policy.redact.clone()));
    let mut recording = Recording::begin_shell(&sinks, &run, &wish.target, explained, intent)?;
    let came_to = async {
        let placed = placed.map_err(|refusal| {
            let target = Cell(&wish.target.to_string()).to_string();
            Fault::unreachable(refusal).context(format!("`{target}` cannot be reached"))
        })?;
        let key = Arc::new(RunKey::generate(run.clone()).map_err(Fault::own)?);
        let deadline = SystemTime::now() + settings.lasting.saturating_add(AROUND).min(LONGEST);
        let mission = Mission { run: run.clone(), key, deadline };
        let launched = tokio::select! {
            launched = launch_shell(placed, &program, engines, clusters, &mission) => launched.map_err(Fault::unreachable)?,
            () = signals.first() => return Err(Fault::interrupted()),
        };
        talk::talk(launched, settings, &screen, signals).await
    };
    let came_to = came_to.await;
    screen.restore();
    let recorded = match &came_to {
        Ok(Outcome::Ended(Ended::Code(code))) => recording.end_shell(Exit::Program(*code)),
        Ok(Outcome::Ended(Ended::Signal(signal)) | Outcome::Signalled(signal)) => {
            recording.end_shell(Exit::Program(SIGNALLED.saturating_add(*signal)))
        }
        Ok(Outcome::Ended(Ended::TimeOver)) => recording.fail(&time_over(settings)),
        Ok(Outcome::NotStarted(reason)) => recording.fail(&not_started(reason, settings)),
        Err(fault) => recording.fail(fault),
    };
    match (came_to, recorded) {
        // What went wrong is the error to be told; that it could not be recorded comes on top.
        (Err(fault), Err(also)) => {
            also.report();
            Err(fault)
        }
        (Err(fault), Ok(())) | (Ok(_), Err(fault)) => Err(fault),
        (Ok(outcome), Ok(())) => Ok(outcome),
    }
}

fn intent(settings: &ShellSettings, redactor: &Redactor) -> dbg_audit::Shell {
    let word = |word: &OsString| redactor.text(word.to_string_lossy().into_owned()).0;
    dbg_audit::Shell {
        program: settings.program.iter().map(word).collect(),
        image: settings.wish.image.as_ref().map(ToString::to_string),
        profile: settings.wish.profile.to_string(),
        seconds: settings.lasting.as_secs(),
    }
}

fn of(ended: Ended, settings: &ShellSettings) -> Result<Exit, Fault> {
    match ended {
        Ended::Code(code) => Ok(Exit::Program(code)),
        Ended::Signal(signal) => Ok(Exit::Program(SIGNALLED.saturating_add(signal))),
        Ended::TimeOver => Err(time_over(settings)),
    }
}

fn time_over(settings: &ShellSettings) -> Fault {
    let error = anyhow!("its time is over, {} s: the program was ended", settings.lasting.as_secs());
    Fault::own(hinted(error, "`--for DURATION` gives it longer"))
}

fn not_started(reason: &NotStarted, settings: &ShellSettings) -> Fault {
    let name = settings.program.first().map(|name| Cell(&name.to_string_lossy()).to_string()).unwrap_or_default();
    let place = match &settings.wish.image {
        Some(image) => format!("the image `{image}`"),
        None => format!("`{}`", Cell(&settings.wish.target.to_string())),
    };
    match reason {
        NotStarted::NoShell => {
            let error = anyhow!("{place} has no shell");
            Fault::program(NOT_FOUND, hinted(error, "name a program of it: `-- PROGRAM`"))
        }
        NotStarted::NotFound => {
            let error = anyhow!("{place} has no program `{name}`");
            let hint = "a script is not there either when what its first line names is not";
            Fault::program(NOT_FOUND, if name.contains('/') { hinted(error, hint) } else { error })
        }
        NotStarted::NotExecutable => Fault::program(NOT_EXECUTABLE, anyhow!("`{name}` of {place} cannot be executed")),
        NotStarted::Failed(words) => {
            Fault::program(NOT_EXECUTABLE, anyhow!("`{name}` of {place} does not start: {}", Cell(words)))
        }
    }
}

/// The program as it is sent.
fn words(settings: &ShellSettings) -> Vec<Bytes> {
    settings.program.iter().map(|word| Bytes::copy_from_slice(word.as_bytes())).collect()
}
