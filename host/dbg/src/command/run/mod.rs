//! `dbg run`: arguments → targets → plan → session → events → report, exit code.

mod artifacts;
mod code;
mod containers;
mod execute;
mod follow;
mod progress;
mod recording;
mod repeating;
mod rounds;
mod secret;
mod select;
mod timing;

pub(super) use recording::Recording;
pub(super) use select::{Selected, may_hold, needs, select};

use std::sync::Arc;
use std::time::{Duration, Instant as Clock, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use dbg_engine::Engine;
use dbg_model::{Instant, Redactor, Target};
use dbg_placement::{Clusters, Engines, Launcher, Mission, Place, Placed, Program, Refusal, place};
use dbg_report::{Report, RunId};
use dbg_session::RunKey;
use futures::future::join_all;

use crate::agents;
use crate::args::ReportFormat;
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::printer::{self, Reader};
use crate::settings::{Paths, RunSettings, Site, Terminal, by_policy, engine_settings, sinks};
use crate::signal;
use recording::About;
use timing::Timing;

pub(crate) fn run(settings: RunSettings, terminal: &Terminal) -> Result<Exit, Fault> {
    let settings = &expanded(settings)?;
    run_until(settings, terminal, |report, exit| {
        // A reader that is gone has the exit code still.
        print(settings, terminal, &report, exit)?;
        Ok(exit)
    })
}

/// Runs the checks and gives the report, for whoever has another use for it than to print it.
pub(super) fn report(settings: RunSettings, terminal: &Terminal) -> Result<Report, Fault> {
    let settings = &expanded(settings)?;
    run_until(settings, terminal, |report, exit| match exit {
        Exit::Interrupted => Err(Fault::interrupted()),
        _ => Ok(report),
    })
}

/// The same settings with every target by its own name.
fn expanded(mut settings: RunSettings) -> Result<RunSettings, Fault> {
    if settings.targets.contains(&Target::Nodes) {
        let clusters = Clusters::new(settings.cluster.clone(), agents::carried());
        let expanding = clusters.expand(std::mem::take(&mut settings.targets), settings.selector.as_deref());
        settings.targets = super::block_on(expanding)?.map_err(Fault::unreachable)?;
    }
    Ok(settings)
}

/// Runs the checks; `end` is told the report while compiled code may still be on its way into the cache.
fn run_until<T>(
    settings: &RunSettings,
    terminal: &Terminal,
    end: impl FnOnce(Report, Exit) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        // One thread reads and draws, one runs guests; more would only be started.
        .worker_threads(2)
        .enable_all()
        .build()
        .context("no threads can be started")
        .map_err(Fault::own)?;
    let result = runtime.block_on(run_checks(settings, terminal, end));
    // A guest is ended by its task; a blocked system call of a probe must not keep dbg from leaving.
    runtime.shutdown_background();
    result
}

async fn run_checks<T>(
    settings: &RunSettings,
    terminal: &Terminal,
    end: impl FnOnce(Report, Exit) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let mut keeping = code::Keeping::default();
    let engines = Engines::new(engine_settings(), agents::carried(), settings.asked.clone());
    let site = Site::open(Paths::of_this_user())?;
    let clusters = Clusters::new(by_policy(&settings.cluster, &site.policy), agents::carried());
    let ran = load_and_run(settings, terminal, (&engines, &clusters), &site, &mut keeping).await;
    let ended = ran.and_then(|Ran { report, exit, recorded }| {
        let ended = end(report, exit)?;
        recorded.map(|()| ended)
    });
    keeping.finish().await;
    let (of_engines, of_clusters) = tokio::join!(engines.settled(), clusters.settled());
    for left in of_engines.into_iter().chain(of_clusters) {
        printer::note(&format!("warning: {left}"));
    }
    ended
}

/// What a run came to.
struct Ran {
    report: Report,
    exit: Exit,
    /// That it could not be recorded is told after its report.
    recorded: Result<(), Fault>,
}

async fn load_and_run(
    settings: &RunSettings,
    terminal: &Terminal,
    (engines, clusters): (&Engines, &Clusters),
    site: &Site,
    keeping: &mut code::Keeping,
) -> Result<Ran, Fault> {
    let held = (engines.clone(), clusters.clone());
    let release = move || {
        held.0.release_all();
        held.1.release_all();
    };
    let cancelled = signal::listen(release).context("signals cannot be received").map_err(Fault::own)?;
    let timing = Timing::new(settings.timings);
    let (clock, started) = (Clock::now(), now());

    let program = Program::carried(agents::carried());
    if execute::need_program(&settings.targets) {
        // It takes some ten milliseconds, which is as long as what comes next.
        program.prepare();
    }
    if settings.targets.iter().any(Target::is_of_engine) {
        engines.prepare();
    }
    settings.targets.iter().try_for_each(|target| site.policy.may_target(target))?;
    let redactor = Redactor::new(site.policy.redact.clone());
    let checks = timing.of("select", || select(&settings.checks, site))?;
    let needs = needs(&checks);
    let start = Clock::now();
    let placed: Vec<Result<Placed, Refusal>> = tokio::select! {
        placed = join_all(settings.targets.iter().map(|target| place(target, &needs, engines, clusters))) => placed,
        () = signal::first(cancelled.clone()) => return Err(Fault::interrupted()),
    };
    timing.say("plan", start.elapsed());
    if placed.iter().flatten().any(|placed| matches!(placed.plan.place.what, Place::Child(_))) {
        // A container that no engine has is known as such by now.
        program.prepare();
    }
    may_hold(&checks, placed.iter().flatten(), site)?;
    let engine = timing.of("engine", Engine::new).map_err(Fault::own)?;
    let run = new_run_id()?;
    let mut recording = {
        let sinks = sinks(&settings.recording, &site.policy.audit)?;
        let about =
            About { run: &run, targets: &settings.targets, checks: &checks, placed: &placed, redactor: &redactor };
        timing.of("record", || Recording::begin(&sinks, &about))?
    };
    let ran = async {
        artifacts::prepare(settings.artifacts.as_deref())?;
        let codes = tokio::select! {
            codes = code::Codes::make(&engine, &site.paths, &checks, timing, keeping) => codes?,
            () = signal::first(cancelled.clone()) => return Err(Fault::interrupted()),
        };
        let follower = follow::Follower::new(settings, terminal, &run, &checks, &placed, &cancelled, &redactor);
        let key = Arc::new(RunKey::generate(run.clone()).map_err(Fault::own)?);
        let mission = Mission { run: run.clone(), key, deadline: SystemTime::now() + longest(settings, &checks) };
        let launcher = Launcher {
            build: env!("DBG_BUILD"),
            engine,
            program,
            engines: engines.clone(),
            clusters: clusters.clone(),
            mission,
        };
        let ground =
            execute::Ground { launcher, codes, clusters: clusters.clone(), redact: site.policy.redact.clone() };
        let results = execute::execute(placed, &ground, &checks, follower, &cancelled).await?;
        timing.say("run", clock.elapsed());
        let report = Report { run: run.clone(), started, took: clock.elapsed(), results, audit: None };
        artifacts::write(settings.artifacts.as_deref(), &report)?;
        Ok(report)
    };
    let mut report = match ran.await {
        Ok(report) => report,
        Err(fault) => {
            // What went wrong is the error to be told; that it could not be recorded comes on top.
            if let Err(also) = recording.fail(&fault) {
                also.report();
            }
            return Err(fault);
        }
    };
    let exit = match *cancelled.borrow() {
        true => Exit::Interrupted,
        false => Exit::of(report.verdict(), settings.fail_on),
    };
    let recorded = recording.end(&mut report, exit);
    Ok(Ran { report, exit, recorded })
}

fn print(settings: &RunSettings, terminal: &Terminal, report: &Report, exit: Exit) -> Result<Reader, Fault> {
    let mut text = Vec::new();
    match settings.output {
        ReportFormat::Text => dbg_render::write_text(&mut text, report, &terminal.text_options()),
        ReportFormat::Json => dbg_render::write_json(&mut text, report, exit.code()),
        ReportFormat::Junit => dbg_render::write_junit(&mut text, report),
        ReportFormat::Ndjson => {
            dbg_render::NdjsonWriter::new(&mut text, report.run.clone()).summary(report, exit.code())
        }
    }
    .context("the report cannot be written")
    .map_err(Fault::own)?;
    printer::data(&String::from_utf8_lossy(&text)).context("the report cannot be printed").map_err(Fault::own)
}

/// Rounds that nobody bounded: a container of theirs is not taken for left over before.
const ROUNDS: Duration = Duration::from_secs(30 * 24 * 3600);
/// To be launched, to be sent code, and to tell how it ended.
const AROUND: Duration = Duration::from_secs(300);

/// How long the run may take at most.
fn longest(settings: &RunSettings, checks: &[Selected]) -> Duration {
    let check = checks.iter().map(|check| check.limits.time).max().unwrap_or_default();
    let rounds = settings.repetition.map_or(Duration::ZERO, |repetition| repetition.lasting.unwrap_or(ROUNDS));
    // Beyond that nobody waits, and a date has room for it.
    check.saturating_add(rounds).saturating_add(AROUND).min(2 * ROUNDS)
}

/// The name of a run.
pub(super) fn new_run_id() -> Result<RunId, Fault> {
    let mut bytes = [0; 8];
    rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty())
        .context("the kernel gives no random bytes")
        .map_err(Fault::own)?;
    Ok(RunId::from_random(bytes))
}

fn now() -> Instant {
    // A clock before 1970 is told as 1970.
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant { seconds: i64::try_from(since.as_secs()).unwrap_or(i64::MAX), nanoseconds: since.subsec_nanos() }
}
