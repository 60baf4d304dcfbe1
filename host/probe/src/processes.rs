//! `dbg:processes` on this machine: what `/proc` beneath the root shows.

mod cgroup;
mod owners;
mod proc;
mod redact;
mod status;
mod table;

use std::sync::Arc;

use async_trait::async_trait;
use dbg_capability::{
    OwnerPage, OwnerScanId, Process, ProcessPage, ProcessScanId, Processes, ProcessesError, ProcessesErrorCode,
};
use rustix::io::Errno;

use crate::Root;
use crate::blocking::blocking;
use crate::open::Open;
use crate::refusal::Refusal;
use owners::OwnerScan;
use proc::Proc;
use table::ProcessScan;

/// All checks of this place together, of either kind; the engine allows 8 to each run.
const SCANS: usize = 256;

/// The processes in `/proc` beneath a root.
pub struct LocalProcesses {
    root: Arc<Root>,
    scans: Arc<Open<ProcessScan>>,
    owners: Arc<Open<OwnerScan>>,
}

impl LocalProcesses {
    /// Nothing is read yet.
    #[must_use]
    pub fn new(root: Arc<Root>) -> Self {
        Self { root, scans: Arc::new(Open::new(SCANS)), owners: Arc::new(Open::new(SCANS)) }
    }

    async fn proc<T: Send + 'static>(
        &self,
        work: impl FnOnce(Proc) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, ProcessesError> {
        let root = self.root.clone();
        blocking(move || work(Proc::open(&root)?)).await.map_err(of)
    }
}

fn of(refusal: Refusal) -> ProcessesError {
    let code = match refusal {
        Refusal::Kernel(Errno::ACCESS | Errno::PERM) => ProcessesErrorCode::Denied,
        Refusal::Kernel(Errno::NOENT | Errno::NOTDIR | Errno::OPNOTSUPP) | Refusal::NotDirectory(_) => {
            ProcessesErrorCode::Unsupported
        }
        Refusal::TooManyHandles { .. } => ProcessesErrorCode::OverBudget,
        Refusal::Closed => ProcessesErrorCode::Closed,
        _ => ProcessesErrorCode::Other,
    };
    ProcessesError { code, text: format!("`/proc`: {refusal}") }
}

#[async_trait]
impl Processes for LocalProcesses {
    async fn scan(&self) -> Result<ProcessScanId, ProcessesError> {
        let scan = self.proc(ProcessScan::start).await?;
        // Entered only here: were the caller gone meanwhile, nobody would know the number and close it.
        let id = self.scans.add(scan).ok_or_else(|| of(Refusal::TooManyHandles { limit: SCANS }))?;
        Ok(ProcessScanId(id))
    }

    async fn next(&self, scan: ProcessScanId, max: u32) -> Result<ProcessPage, ProcessesError> {
        let scans = self.scans.clone();
        blocking(move || scans.with(scan.0, |scan| scan.next(max)).ok_or(Refusal::Closed)).await.map_err(of)
    }

    async fn close(&self, scan: ProcessScanId) {
        self.scans.close(scan.0);
    }

    async fn find(&self, pids: &[u32]) -> Result<Vec<Process>, ProcessesError> {
        let pids = pids.to_vec();
        self.proc(move |proc| Ok(pids.into_iter().filter_map(|pid| table::process(&proc, pid)).collect())).await
    }

    async fn scan_owners(&self) -> Result<OwnerScanId, ProcessesError> {
        let scan = self.proc(OwnerScan::start).await?;
        let id = self.owners.add(scan).ok_or_else(|| of(Refusal::TooManyHandles { limit: SCANS }))?;
        Ok(OwnerScanId(id))
    }

    async fn next_owners(&self, scan: OwnerScanId, max: u32) -> Result<OwnerPage, ProcessesError> {
        let owners = self.owners.clone();
        blocking(move || owners.with(scan.0, |scan| scan.next(max)).ok_or(Refusal::Closed)).await.map_err(of)
    }

    async fn close_owners(&self, scan: OwnerScanId) {
        self.owners.close(scan.0);
    }
}

#[cfg(test)]
mod tests;
