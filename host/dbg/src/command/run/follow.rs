//! What the targets say, as it comes: collected for the report, streamed as NDJSON, drawn as a progress line.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use dbg_model::{Event, Failure, Redactor};
use dbg_placement::{ContainerNames, Placed, Refusal};
use dbg_render::NdjsonWriter;
use dbg_report::{CheckResult, Collector, RunId, Subject};
use dbg_session::RunIndex;

use super::containers;
use super::progress::Line;
use super::repeating::{Change, Repeated, Repeating};
use super::rounds::{Place, Rounds};
use super::select::Selected;
use crate::args::ReportFormat;
use crate::diagnostic::Fault;
use crate::printer::{self, Reader};
use crate::settings::{RunSettings, Terminal};
use crate::signal::Cancelled;

/// One message of a target's session.
pub(super) enum Said {
    /// A run said something.
    Event { target: usize, run: RunIndex, event: Box<Event> },
    /// Something of the place that a reader of all its results has to know.
    Note { target: usize, note: String },
    /// So many rounds were not begun in time.
    Missed { target: usize, rounds: u64 },
    /// The session is over; `broken` when it ended badly.
    Left { target: usize, broken: Option<Failure> },
}

struct Running {
    collector: Collector,
    target: String,
    check: String,
    /// Whether its run has ended, or with rounds that of the round that goes on.
    ended: bool,
    broken: Option<Failure>,
    repeated: Option<Repeated>,
    /// A round that was cut short by the operator is no round; where there is no other, it is what there is to tell.
    cut: Option<CheckResult>,
}

/// Follows all checks on all targets.
pub(super) struct Follower<'a> {
    running: Vec<Running>,
    checks: usize,
    started: Instant,
    stream: Option<Stream<'a>>,
    line: Line,
    /// Whether changes from round to round are told on stderr.
    tells_changes: bool,
    repeating: Option<Repeating>,
    cancelled: &'a Cancelled,
    /// Whose the ids of containers are.
    names: ContainerNames,
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
        cancelled: &'a Cancelled,
        redactor: &Redactor,
    ) -> Self {
        let mut running = Vec::new();
        for (target, placed) in settings.targets.iter().zip(placed) {
            let notes = placed.as_ref().map(|placed| placed.plan.notes.clone()).unwrap_or_default();
            for check in checks {
                let subject = Subject {
                    target: target.to_string(),
                    check: check.declaration.check.clone(),
                    plugin: check.facts(),
                    arguments: check.shown_arguments(redactor),
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
                    repeated: settings.repetition.as_ref().map(Repeated::new),
                    cut: None,
                });
            }
        }
        let (targets, checks) = (settings.targets.len(), checks.len());
        let stream = (settings.output == ReportFormat::Ndjson).then_some(Stream { run, reader: Reader::Listening });
        Self {
            running,
            checks,
            started: Instant::now(),
            tells_changes: terminal.told && stream.is_none(),
            stream,
            line: Line::new(terminal),
            repeating: settings.repetition.map(|repetition| Repeating::new(repetition, targets, checks)),
            cancelled,
            names: ContainerNames::default(),
        }
    }

    /// For whoever orders the rounds of a target; none when there is one round.
    pub(super) fn rounds_of(&self, target: usize) -> Option<Rounds> {
        self.repeating.as_ref()?.rounds_of(target)
    }

    /// Takes one message.
    pub(super) fn take(&mut self, said: Said) -> Result<(), Fault> {
        match said {
            Said::Event { target, run, event } => self.event(target, run, *event),
            Said::Missed { target, rounds } => {
                let repeated = self.of(target).filter_map(|running| running.repeated.as_mut());
                repeated.for_each(|repeated| repeated.miss(rounds));
                Ok(())
            }
            Said::Note { target, note } => {
                self.of(target).for_each(|running| running.collector.note(note.clone()));
                Ok(())
            }
            Said::Left { target, broken } => self.left(target, broken),
        }
    }

    fn event(&mut self, target: usize, run: RunIndex, mut event: Event) -> Result<(), Fault> {
        let Some(Place { round, check }) = Place::of(run, self.checks) else { return Ok(()) };
        let Some(running) = self.running.get_mut(target * self.checks + check) else { return Ok(()) };
        let round = self.repeating.is_some().then_some(round + 1);
        if let Event::Finding(finding) = &mut event {
            containers::name(finding, &mut self.names);
        }
        if let Some(stream) = &mut self.stream {
            stream.write(|lines| lines.event(&running.target, &running.check, round, &event))?;
        }
        if let (Event::Progress(progress), None) = (&event, round) {
            self.line.draw(&running.target, &running.check, progress);
        }
        let has_ended = matches!(event, Event::Ended(_));
        running.ended |= has_ended;
        running.collector.take(event);
        if has_ended && round.is_some() {
            let result = running.restart().finish();
            self.round(target, check, result)?;
        }
        Ok(())
    }

    /// A run of a round has come out.
    fn round(&mut self, target: usize, check: usize, result: CheckResult) -> Result<(), Fault> {
        let first = target * self.checks;
        let Some(running) = self.running.get_mut(first + check) else { return Ok(()) };
        let (Some(repeated), Some(repeating)) = (&mut running.repeated, &mut self.repeating) else { return Ok(()) };
        if *self.cancelled.borrow() && (result.was_cancelled() || running.broken.is_some()) {
            running.cut = Some(result);
            return Ok(());
        }
        let verdict = result.verdict();
        let change = repeated.take(result);
        if let Some(series) = repeated.so_far() {
            let (target, check) = (&running.target, &running.check);
            if let Some(stream) = &mut self.stream {
                stream.write(|lines| lines.round(target, check, &series.last))?;
            }
            if change == Change::Changed && self.tells_changes {
                self.line.clear();
                printer::note(&dbg_render::change_line(target, check, &series.last));
            }
            self.line.draw_rounds(target, check, series);
        }
        if repeating.ended(target, verdict) {
            self.of(target).for_each(|running| running.ended = false);
        }
        Ok(())
    }

    /// The session of a target is over. What had not ended ends with it; between two rounds nothing has.
    fn left(&mut self, target: usize, broken: Option<Failure>) -> Result<(), Fault> {
        let (first, took) = (target * self.checks, self.started.elapsed());
        for running in self.of(target).filter(|running| !running.ended) {
            running.broken.clone_from(&broken);
        }
        let (Some(failure), Some(repeating)) = (broken, &self.repeating) else { return Ok(()) };
        repeating.broke();
        for check in 0..self.checks {
            let Some(running) = self.running.get_mut(first + check) else { continue };
            if !running.ended {
                running.ended = true;
                // What a round took that broke off is not known.
                let took = if running.repeated.as_ref().is_some_and(|it| it.so_far().is_none()) {
                    took
                } else {
                    Duration::ZERO
                };
                let result = running.restart().finish_with(failure.clone(), took);
                self.round(target, check, result)?;
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
    /// The collector of the round that ends, with a new one in its place.
    fn restart(&mut self) -> Collector {
        let next = Collector::new(self.collector.subject().clone());
        std::mem::replace(&mut self.collector, next)
    }

    fn finish(self, took: Duration) -> CheckResult {
        if let Some(result) = self.repeated.and_then(Repeated::finish).or(self.cut) {
            return result;
        }
        match self.broken {
            Some(failure) => self.collector.finish_with(failure, took),
            None => self.collector.finish(),
        }
    }
}

impl Stream<'_> {
    /// Writes one line.
    fn write(
        &mut self,
        line: impl FnOnce(&mut NdjsonWriter<&mut Vec<u8>>) -> std::io::Result<()>,
    ) -> Result<(), Fault> {
        if self.reader == Reader::Gone {
            return Ok(());
        }
        let mut written = Vec::new();
        line(&mut NdjsonWriter::new(&mut written, self.run.clone()))
            .context("an event cannot be written")
            .map_err(Fault::own)?;
        self.reader = printer::data(&String::from_utf8_lossy(&written))
            .context("an event cannot be printed")
            .map_err(Fault::own)?;
        Ok(())
    }
}
