//! Containers by what their runtimes left on this machine's disk and in its control groups, without asking an engine.
//!
//! `disk` reads within bounds, `record` knows what each runtime writes, `records` where, `processes` who is in which container, `named` which
//! one is meant. This room must never know how a plan is made.

mod disk;
mod named;
mod processes;
mod record;
mod records;

use std::path::Path;

use dbg_model::{ContainerRuntime, EngineName, containers_in};

pub use named::{Named, Running};
pub use record::Record;

use records::{Wanted, records};

/// The container that a process is in. Texts in it are foreign, raw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behind {
    /// Its id.
    pub id: String,
    /// Its name, with pod and namespace where it has them; none where no runtime left one that we can read.
    pub name: Option<String>,
    /// Who runs it.
    pub runtime: ContainerRuntime,
}

impl Behind {
    /// In a few words; raw.
    #[must_use]
    pub fn words(&self) -> String {
        let id = self.id.get(..12).unwrap_or(&self.id);
        match &self.name {
            Some(name) if *name != self.id => format!("container `{name}`, {}, {id}", self.runtime),
            _ => format!("container {id}, {}", self.runtime),
        }
    }
}

/// The container behind the text of `/proc/PID/cgroup`: the outermost that a runtime of this machine knows, or else the innermost that the
/// text names.
pub(crate) fn behind(cgroup: &[u8]) -> Option<Behind> {
    let known = records(Path::new("/"), Wanted::In(cgroup));
    named::behind(cgroup, &known)
}

/// Every container of this machine that runs, by its processes. It takes root to see all of them.
pub(crate) fn running() -> Vec<Running> {
    named::running(&records(Path::new("/"), Wanted::All), &processes::all())
}

/// The running container of this name, id, or beginning of an id.
pub(crate) fn named(name: &EngineName) -> Named {
    named::named(name.as_str(), running())
}

/// Whether a process with this text of `/proc/PID/cgroup` is in that container.
pub(crate) fn is_in(cgroup: &[u8], running: &Running) -> bool {
    running.record.has(cgroup) || containers_in(cgroup).iter().any(|one| one.id.as_str() == running.record.id)
}
