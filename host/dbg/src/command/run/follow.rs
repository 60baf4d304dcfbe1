//! What the targets say, as it comes: collected for the report, streamed as NDJSON, drawn as a progress line.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use dbg_model::{Event, Failure};
use dbg_placement::{Placed, Refusal};
use dbg_report::{CheckResult, Collector, RunId, Subject};

use super::progress::Line;
use super::select::Selected;
use crate::args::ReportFormat;
use crate::diagnostic::Fault;
use crate::printer::{self, Reader};
use crate::settings::{RunSettings, Terminal};

/// One message of a target's session.
pub(super) enum Said {
    /// A check said something.
    Event { target: usize, check: usize, event: Box<Event> },
    /// Something of the place that a reader of all its results has to know.
    Note { target: usize, note: String },
    /// The session is over; `broken` when it ended badly.
    Left { target: usize, broken: Option<Failure> },
}

struct Running {
    collector: Collector,
    target: String,
    check: String,
    ended: bool,
    broken: Option<Failure>,
}

/// Follows all checks on all targets.
pub(super) struct Follower<'a> {
    running: Vec<Running>,
    checks: usize,
    started: Instant,
    stream: Option<Stream<'a>>,
    line: Line,
}

/// NDJSON on stdout while somebody reads it.
struct Stream<'a> {
    run: &'a RunId,
    reader: Reader,
}

impl<'a> Follower<'a> {
    pub(super) fn new(
        settings: &RunSettings,
        terminal: &Terminal,
        run: &'a RunId,
        checks: &[Selected],
        placed: &[Result<Placed, Refusal>],
    ) -> Self {
        let mut running = Vec::new();
        for (target, placed) in settings.targets.iter().zip(placed) {
            let notes = placed.as_ref().map(|placed| placed.plan.notes.clone()).unwrap_or_default();
            for check in checks {
                let subject = Subject {
                    target: target.to_string(),
                    check: check.declaration.check.clone(),
                    plugin: check.facts(),
                    arguments: check.shown_arguments(),
                    granted: check.granted(),
                    withheld: check.withheld(),
                    notes: notes.clone(),
                };
                running.push(Running {
                    collector: Collector::new(subject),
                    target: target.to_string(),
                    check: check.declaration.check.to_string(),
                    ended: false,
                    broken: None,
                });
            }
        }
        let stream = (settings.output == ReportFormat::Ndjson).then_some(Stream { run, reader: Reader::Listening });
        Self { running, checks: checks.len(), started: Instant::now(), stream, line: Line::new(terminal) }
    }

    /// Takes one message.
    pub(super) fn take(&mut self, said: Said) -> Result<(), Fault> {
        match said {
            Said::Event { target, check, event } => {
                let Some(running) = self.running.get_mut(target * self.checks + check) else { return Ok(()) };
                if let Some(stream) = &mut self.stream {
                    stream.event(running, &event)?;
                }
                if let Event::Progress(progress) = &*event {
                    self.line.draw(&running.target, &running.check, progress);
                }
                running.ended |= matches!(*event, Event::Ended(_));
                running.collector.take(*event);
            }
            Said::Note { target, note } => {
                for running in self.of(target) {
                    running.collector.note(note.clone());
                }
            }
            Said::Left { target, broken } => {
                for running in self.of(target).filter(|running| !running.ended) {
                    running.broken.clone_from(&broken);
                }
            }
        }
        Ok(())
    }

    fn of(&mut self, target: usize) -> impl Iterator<Item = &mut Running> {
        self.running.iter_mut().skip(target * self.checks).take(self.checks)
    }

    /// All results, in the order of targets and checks.
    pub(super) fn finish(mut self) -> Vec<CheckResult> {
        self.line.clear();
        let took = self.started.elapsed();
        self.running.into_iter().map(|running| running.finish(took)).collect()
    }
}

impl Running {
    fn finish(self, took: Duration) -> CheckResult {
        match self.broken {
            Some(failure) => self.collector.finish_with(failure, took),
            None => self.collector.finish(),
        }
    }
}

impl Stream<'_> {
    fn event(&mut self, running: &Running, event: &Event) -> Result<(), Fault> {
        if self.reader == Reader::Gone {
            return Ok(());
        }
        let mut line = Vec::new();
        dbg_render::NdjsonWriter::new(&mut line, self.run.clone())
            .event(&running.target, &running.check, event)
            .context("an event cannot be written")
            .map_err(Fault::own)?;
        self.reader =
            printer::data(&String::from_utf8_lossy(&line)).context("an event cannot be printed").map_err(Fault::own)?;
        Ok(())
    }
}
