//! `dbg:check/report`: no grant, but budgets. What is said goes out through a bounded channel: a slow reader makes the guest wait.

use std::sync::{Arc, Mutex, PoisonError};

use dbg_model::{ColumnData, ColumnKind, ColumnValues, Event, Instant, Progress, Severity};
use tokio::sync::mpsc;
use wasmtime::component::{HasData, Resource};

use crate::bindings::dbg::check::{check_types, report};
use crate::report::{Collector, Slot};
use crate::resources::{ArtifactHandle, FindingHandle, TableHandle};

/// How a mute handle looks to the guest.
const MUTE: u32 = u32::MAX;

/// The newest progress, until the run's own clock sends it.
pub(crate) type NewestProgress = Arc<Mutex<Option<Progress>>>;

/// What one run says, and where it goes.
pub(crate) struct Report {
    collector: Collector,
    events: mpsc::Sender<Event>,
    progress: NewestProgress,
}

/// Links this interface to [`Report`].
pub(crate) struct HasReport;

impl HasData for HasReport {
    type Data<'a> = &'a mut Report;
}

impl Report {
    /// Once a run.
    pub(crate) fn new(collector: Collector, events: mpsc::Sender<Event>, progress: NewestProgress) -> Self {
        Self { collector, events, progress }
    }

    pub(crate) fn collector(&mut self) -> &mut Collector {
        &mut self.collector
    }

    /// Sends what waits. An event is taken only once there is room for it: the run may end while this waits.
    pub(crate) async fn send(&mut self) {
        while self.collector.has_events() {
            // Nobody reads any more: the run is about to be dropped.
            let Ok(room) = self.events.reserve().await else { return };
            if let Some(event) = self.collector.next_event() {
                room.send(event);
            }
        }
    }

    /// Ends whatever is open and sends it.
    pub(crate) async fn finish(&mut self) {
        self.collector.finish();
        self.send().await;
    }
}

fn open<T: 'static>(slot: Slot) -> Resource<T> {
    Resource::new_own(slot.unwrap_or(MUTE))
}

fn slot<T: 'static>(handle: &Resource<T>) -> Slot {
    Some(handle.rep()).filter(|rep| *rep != MUTE)
}

impl check_types::Host for Report {}

impl report::Host for Report {
    fn add_finding(
        &mut self,
        id: String,
        severity: report::Severity,
        sentence: String,
    ) -> wasmtime::Result<Resource<FindingHandle>> {
        let slot = self.collector.add_finding(id, severity.into(), sentence);
        Ok(open(slot))
    }

    fn add_table(&mut self, name: String, title: String) -> wasmtime::Result<Resource<TableHandle>> {
        let slot = self.collector.add_table(name, title);
        Ok(open(slot))
    }

    fn metric(
        &mut self,
        name: String,
        unit: String,
        value: f64,
        labels: Vec<(String, String)>,
    ) -> wasmtime::Result<()> {
        self.collector.metric(name, unit, value, labels);
        Ok(())
    }

    fn add_artifact(&mut self, name: String, media: String) -> wasmtime::Result<Resource<ArtifactHandle>> {
        let slot = self.collector.add_artifact(name, media);
        Ok(open(slot))
    }

    fn progress(&mut self, done: u32, total: u32, text: String) -> wasmtime::Result<()> {
        const TEXT: usize = 256;
        let text = self.collector.mask().text(text, TEXT);
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = Some(Progress { done, total, text });
        Ok(())
    }

    fn dropped(&mut self) -> wasmtime::Result<u32> {
        Ok(self.collector.lost())
    }
}

impl report::HostFinding for Report {
    fn evidence(&mut self, of: Resource<FindingHandle>, label: String, text: String) -> wasmtime::Result<()> {
        self.collector.evidence(slot(&of), label, text);
        Ok(())
    }

    fn evidence_bytes(&mut self, of: Resource<FindingHandle>, label: String, bytes: Vec<u8>) -> wasmtime::Result<()> {
        self.collector.evidence_bytes(slot(&of), label, bytes);
        Ok(())
    }

    fn evidence_table(
        &mut self,
        of: Resource<FindingHandle>,
        label: String,
        table: Resource<TableHandle>,
    ) -> wasmtime::Result<()> {
        self.collector.evidence_table(slot(&of), label, slot(&table));
        Ok(())
    }

    fn next_step(&mut self, of: Resource<FindingHandle>, text: String) -> wasmtime::Result<()> {
        self.collector.next_step(slot(&of), text);
        Ok(())
    }

    fn many(&mut self, of: Resource<FindingHandle>, fragment: String) -> wasmtime::Result<()> {
        self.collector.many(slot(&of), fragment);
        Ok(())
    }

    fn about(&mut self, of: Resource<FindingHandle>, subject: String) -> wasmtime::Result<()> {
        self.collector.about(slot(&of), subject);
        Ok(())
    }

    async fn close(&mut self, of: Resource<FindingHandle>) -> wasmtime::Result<()> {
        self.collector.close_finding(slot(&of));
        self.send().await;
        Ok(())
    }

    async fn drop(&mut self, of: Resource<FindingHandle>) -> wasmtime::Result<()> {
        self.close(of).await
    }
}

impl report::HostTable for Report {
    fn add_column(
        &mut self,
        of: Resource<TableHandle>,
        name: String,
        kind: report::ColumnKind,
        unit: String,
    ) -> wasmtime::Result<()> {
        self.collector.add_column(slot(&of), name, kind.into(), unit);
        Ok(())
    }

    async fn add_rows(&mut self, of: Resource<TableHandle>, columns: Vec<report::ColumnBatch>) -> wasmtime::Result<()> {
        self.collector.add_rows(slot(&of), columns.into_iter().map(Into::into).collect());
        self.send().await;
        Ok(())
    }

    async fn close(&mut self, of: Resource<TableHandle>) -> wasmtime::Result<()> {
        self.collector.close_table(slot(&of));
        self.send().await;
        Ok(())
    }

    async fn drop(&mut self, of: Resource<TableHandle>) -> wasmtime::Result<()> {
        self.close(of).await
    }
}

impl report::HostArtifact for Report {
    async fn write(&mut self, of: Resource<ArtifactHandle>, bytes: Vec<u8>) -> wasmtime::Result<()> {
        self.collector.write(slot(&of), bytes);
        self.send().await;
        Ok(())
    }

    async fn close(&mut self, of: Resource<ArtifactHandle>) -> wasmtime::Result<()> {
        self.collector.close_artifact(slot(&of));
        self.send().await;
        Ok(())
    }

    async fn drop(&mut self, of: Resource<ArtifactHandle>) -> wasmtime::Result<()> {
        self.close(of).await
    }
}

impl From<report::Severity> for Severity {
    fn from(severity: report::Severity) -> Self {
        match severity {
            report::Severity::Pass => Self::Pass,
            report::Severity::Info => Self::Info,
            report::Severity::Warn => Self::Warn,
            report::Severity::Fail => Self::Fail,
            report::Severity::Unknown => Self::Unknown,
        }
    }
}

impl From<report::ColumnKind> for ColumnKind {
    fn from(kind: report::ColumnKind) -> Self {
        match kind {
            report::ColumnKind::Text => Self::Text,
            report::ColumnKind::Integer => Self::Integer,
            report::ColumnKind::Real => Self::Real,
            report::ColumnKind::Boolean => Self::Boolean,
            report::ColumnKind::Time => Self::Time,
            report::ColumnKind::Bytes => Self::Bytes,
        }
    }
}

impl From<report::ColumnBatch> for ColumnData {
    fn from(batch: report::ColumnBatch) -> Self {
        let values = match batch.data {
            report::Values::Text(values) => ColumnValues::Text(values),
            report::Values::Integer(values) => ColumnValues::Integer(values),
            report::Values::Real(values) => ColumnValues::Real(values),
            report::Values::Boolean(values) => ColumnValues::Boolean(values),
            report::Values::Time(values) => ColumnValues::Time(
                values
                    .into_iter()
                    .map(|time| Instant { seconds: time.seconds, nanoseconds: time.nanoseconds })
                    .collect(),
            ),
            report::Values::Bytes(values) => ColumnValues::Bytes(values),
        };
        Self { values, missing: batch.missing }
    }
}
