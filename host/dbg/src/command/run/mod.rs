//! `dbg run`: arguments → targets → plan → session → events → report, exit code.

mod artifacts;
mod code;
mod execute;
mod follow;
mod progress;
mod recording;
mod repeating;
mod rounds;
mod secret;
mod select;
mod timing;

pub(super) use select::{Selected, needs, select};

use std::time::{Instant as Clock, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use dbg_engine::Engine;
use dbg_model::{Instant, Redactor};
use dbg_placement::{Program, place};
use dbg_report::{Report, RunId};

use crate::agents;
use crate::args::ReportFormat;
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::printer::{self, Reader};
use crate::settings::{Paths, Policy, RunSettings, Terminal, sinks};
use crate::signal;
use recording::{About, Recording};
use timing::Timing;

pub(crate) fn run(settings: &RunSettings, terminal: &Terminal) -> Result<Exit, Fault> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        // One thread reads and draws, one runs guests; more would only be started.
        .worker_threads(2)
        .enable_all()
        .build()
        .context("no threads can be started")
        .map_err(Fault::own)?;
    let result = runtime.block_on(run_checks(settings, terminal));
    // A guest is ended by its task; a blocked system call of a probe must not keep dbg from leaving.
    runtime.shutdown_background();
    result
}

async fn run_checks(settings: &RunSettings, terminal: &Terminal) -> Result<Exit, Fault> {
    let mut keeping = code::Keeping::default();
    let exit = load_and_run(settings, terminal, &mut keeping).await;
    keeping.finish().await;
    exit
}

async fn load_and_run(settings: &RunSettings, terminal: &Terminal, keeping: &mut code::Keeping) -> Result<Exit, Fault> {
    let cancelled = signal::listen().context("signals cannot be received").map_err(Fault::own)?;
    let timing = Timing::new(settings.timings);
    let (clock, started) = (Clock::now(), now());

    let program = Program::carried(agents::carried());
    if execute::need_program(&settings.targets) {
        // It takes some ten milliseconds, which is as long as what comes next.
        program.prepare();
    }
    let paths = Paths::of_this_user();
    let policy = Policy::read(&paths)?;
    let redactor = Redactor::new(policy.redact.clone());
    let checks = timing.of("select", || select(&settings.checks, &paths))?;
    let needs = needs(&checks);
    let placed: Vec<_> = timing.of("plan", || settings.targets.iter().map(|target| place(target, &needs)).collect());
    let engine = timing.of("engine", Engine::new).map_err(Fault::own)?;
    let run = new_run_id()?;
    let mut recording = {
        let sinks = sinks(&settings.recording, &policy.audit)?;
        let about =
            About { run: &run, targets: &settings.targets, checks: &checks, placed: &placed, redactor: &redactor };
        timing.of("record", || Recording::begin(&sinks, &about))?
    };
    let ran = async {
        artifacts::prepare(settings.artifacts.as_deref())?;
        let codes = tokio::select! {
            codes = code::Codes::make(&engine, &paths, &checks, timing, keeping) => codes?,
            () = signal::first(cancelled.clone()) => return Err(Fault::interrupted()),
        };
        let follower = follow::Follower::new(settings, terminal, &run, &checks, &placed, &cancelled, &redactor);
        let ground = execute::Ground { engine: engine.clone(), program, codes, redact: policy.redact };
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
    // A reader that is gone has the exit code still.
    print(settings, terminal, &report, exit)?;
    recorded.map(|()| exit)
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

fn new_run_id() -> Result<RunId, Fault> {
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
