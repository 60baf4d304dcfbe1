//! `dbg:processes`: given whole or not at all; handles, pages and lists are bounded here.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use dbg_capability::{OwnerScanId, Process, ProcessScanId, Processes, ProcessesError, ProcessesErrorCode, SocketOwner};
use dbg_model::{Effective, truncate_at_char};
use wasmtime::component::{HasData, Resource};

use super::context::Context;
use super::handles::Handles;
use super::pull::{Pull, PullError, Rows};
use crate::bindings::dbg::processes::{process_table as wit, processes_errors as errors, socket_owners as owners};
use crate::resources::{OwnerScanHandle, ProcessScanHandle};

/// Scans of either kind open at once.
const OPEN: usize = 8;
/// Processes that one pull gives, and that one call may ask for by pid.
const PROCESSES: u32 = 1_000;
/// Owners that one pull gives.
const OWNERS: u32 = 10_000;
/// What stands in a command line in the place of a secret.
const MASK: &str = "***";
/// Bytes of an error's text.
const TEXT: usize = 4096;

/// One run's scans.
pub(crate) struct ProcessesState {
    /// None when it was not granted.
    processes: Option<Arc<dyn Processes>>,
    context: Context,
    open: Handles<Scan>,
}

enum Scan {
    Table { id: ProcessScanId, pull: Pull<Process, ProcessesError> },
    Owners { id: OwnerScanId, pull: Pull<SocketOwner, ProcessesError>, unreadable: Arc<AtomicU32> },
}

/// Links this interface to [`ProcessesState`].
pub(crate) struct HasProcesses;

impl HasData for HasProcesses {
    type Data<'a> = &'a mut ProcessesState;
}

impl ProcessesState {
    /// Once a run.
    pub(crate) fn new(grants: &Effective, processes: &Arc<dyn Processes>, context: Context) -> Self {
        let processes = grants.processes().then(|| Arc::clone(processes));
        Self { processes, context, open: Handles::new(OPEN) }
    }

    /// Closes at the target whatever the guest left open.
    pub(crate) async fn release(&mut self) {
        let left: Vec<Scan> = self.open.drain().collect();
        for scan in left {
            self.end(Some(scan)).await;
        }
    }

    /// The one door.
    fn granted(&self) -> Result<&Arc<dyn Processes>, ProcessesError> {
        self.context.tally().judged(self.processes.is_some());
        self.processes.as_ref().ok_or_else(|| error(ProcessesErrorCode::Denied, "`processes` was not granted".into()))
    }

    /// The same, for what takes a handle.
    fn granted_with_room(&self) -> Result<&Arc<dyn Processes>, ProcessesError> {
        let processes = self.granted()?;
        if self.open.has_room() {
            return Ok(processes);
        }
        Err(error(ProcessesErrorCode::OverBudget, format!("{OPEN} tables of processes are open already")))
    }

    async fn scan(&self) -> Result<Scan, ProcessesError> {
        let processes = Arc::clone(self.granted_with_room()?);
        let id = processes.scan().await?;
        let pull = Pull::new(move || {
            let processes = Arc::clone(&processes);
            async move { processes.next(id, PROCESSES).await.map(|page| Rows { rows: page.processes, last: page.last }) }
        });
        Ok(Scan::Table { id, pull })
    }

    async fn scan_owners(&self) -> Result<Scan, ProcessesError> {
        let processes = Arc::clone(self.granted_with_room()?);
        let id = processes.scan_owners().await?;
        let unreadable = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&unreadable);
        let pull = Pull::new(move || {
            let (processes, count) = (Arc::clone(&processes), Arc::clone(&count));
            async move {
                let page = processes.next_owners(id, OWNERS).await?;
                count.store(page.unreadable, Ordering::Relaxed);
                Ok(Rows { rows: page.owners, last: page.last })
            }
        });
        Ok(Scan::Owners { id, pull, unreadable })
    }

    async fn find(&self, pids: &[u32]) -> Result<Vec<Process>, ProcessesError> {
        let processes = self.granted()?;
        if u32::try_from(pids.len()).is_ok_and(|count| count <= PROCESSES) {
            return processes.find(pids).await;
        }
        Err(error(ProcessesErrorCode::OverBudget, format!("more than {PROCESSES} processes were asked for at once")))
    }

    /// Command lines are masked where they are read, with the words beside each other that tell a secret.
    fn count_masked<'a>(&self, processes: impl Iterator<Item = &'a Process>) {
        let masked: usize = processes.map(|process| process.command_line.matches(MASK).count()).sum();
        self.context.tally().redact(masked as u64);
    }

    async fn end(&self, scan: Option<Scan>) {
        let Some(processes) = &self.processes else { return };
        match scan {
            Some(Scan::Table { id, pull }) => {
                drop(pull);
                processes.close(id).await;
            }
            Some(Scan::Owners { id, pull, .. }) => {
                drop(pull);
                processes.close_owners(id).await;
            }
            None => {}
        }
    }
}

fn error(code: ProcessesErrorCode, text: String) -> ProcessesError {
    ProcessesError { code, text }
}

fn closed() -> errors::Error {
    error(ProcessesErrorCode::Closed, "the handle was closed".into()).into()
}

fn failed(cause: PullError<ProcessesError>) -> errors::Error {
    match cause {
        PullError::Target(cause) => cause.into(),
        PullError::Ended(cause) => error(ProcessesErrorCode::Other, cause.to_string()).into(),
    }
}

type Answer<T> = wasmtime::Result<Result<T, errors::Error>>;

impl errors::Host for ProcessesState {}

impl wit::Host for ProcessesState {
    async fn start(&mut self) -> Answer<Resource<ProcessScanHandle>> {
        match self.scan().await {
            Ok(scan) => Ok(Ok(Resource::new_own(self.open.insert(scan)))),
            Err(error) => Ok(Err(error.into())),
        }
    }

    async fn find(&mut self, pids: Vec<u32>) -> Answer<Vec<wit::Process>> {
        let found = ProcessesState::find(self, &pids).await;
        self.count_masked(found.iter().flatten());
        Ok(found.map(|found| found.into_iter().map(Into::into).collect()).map_err(Into::into))
    }
}

impl wit::HostProcesses for ProcessesState {
    async fn next(&mut self, of: Resource<ProcessScanHandle>, max: u32, timeout_ms: u32) -> Answer<wit::ProcessPage> {
        let Some(Scan::Table { pull, .. }) = self.open.get_mut(of.rep()) else { return Ok(Err(closed())) };
        let page = pull.next(&self.context, max.min(PROCESSES), timeout_ms).await;
        self.count_masked(page.iter().flat_map(|page| &page.rows));
        let page = page.map(|page| wit::ProcessPage {
            processes: page.rows.into_iter().map(Into::into).collect(),
            last: page.last,
        });
        Ok(page.map_err(failed))
    }

    async fn close(&mut self, of: Resource<ProcessScanHandle>) -> wasmtime::Result<()> {
        let scan = self.open.close(of.rep());
        self.end(scan).await;
        Ok(())
    }

    async fn drop(&mut self, of: Resource<ProcessScanHandle>) -> wasmtime::Result<()> {
        let scan = self.open.drop(of.rep());
        self.end(scan).await;
        Ok(())
    }
}

impl owners::Host for ProcessesState {
    async fn start(&mut self) -> Answer<Resource<OwnerScanHandle>> {
        match self.scan_owners().await {
            Ok(scan) => Ok(Ok(Resource::new_own(self.open.insert(scan)))),
            Err(error) => Ok(Err(error.into())),
        }
    }
}

impl owners::HostOwners for ProcessesState {
    async fn next(&mut self, of: Resource<OwnerScanHandle>, max: u32, timeout_ms: u32) -> Answer<owners::OwnerPage> {
        let Some(Scan::Owners { pull, .. }) = self.open.get_mut(of.rep()) else { return Ok(Err(closed())) };
        let page = pull.next(&self.context, max.min(OWNERS), timeout_ms).await;
        let page = page.map(|page| owners::OwnerPage {
            inode: page.rows.iter().map(|owner| owner.inode.to_string()).collect(),
            pid: page.rows.iter().map(|owner| owner.pid).collect(),
            last: page.last,
        });
        Ok(page.map_err(failed))
    }

    fn unreadable(&mut self, of: Resource<OwnerScanHandle>) -> wasmtime::Result<u32> {
        Ok(match self.open.get(of.rep()) {
            Some(Scan::Owners { unreadable, .. }) => unreadable.load(Ordering::Relaxed),
            Some(Scan::Table { .. }) | None => 0,
        })
    }

    async fn close(&mut self, of: Resource<OwnerScanHandle>) -> wasmtime::Result<()> {
        let scan = self.open.close(of.rep());
        self.end(scan).await;
        Ok(())
    }

    async fn drop(&mut self, of: Resource<OwnerScanHandle>) -> wasmtime::Result<()> {
        let scan = self.open.drop(of.rep());
        self.end(scan).await;
        Ok(())
    }
}

impl From<ProcessesError> for errors::Error {
    fn from(error: ProcessesError) -> Self {
        let code = match error.code {
            ProcessesErrorCode::Denied => errors::ErrorCode::Denied,
            ProcessesErrorCode::Unsupported => errors::ErrorCode::Unsupported,
            ProcessesErrorCode::OverBudget => errors::ErrorCode::OverBudget,
            ProcessesErrorCode::Closed => errors::ErrorCode::Closed,
            ProcessesErrorCode::Other => errors::ErrorCode::Other,
        };
        Self { code, text: truncate_at_char(&error.text, TEXT).to_owned() }
    }
}

impl From<Process> for wit::Process {
    fn from(of: Process) -> Self {
        Self {
            pid: of.pid,
            parent: of.parent,
            uid: of.uid,
            name: of.name,
            command_line: of.command_line,
            cgroup: of.cgroup,
            container: of.container,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
