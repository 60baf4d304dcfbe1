//! Containers by what their runtimes left on this machine's disk and in its control groups, without asking an engine.
//!
//! `disk` reads within bounds, `record` and `group` know what each runtime writes, `records` where, `processes` who is in which container,
//! `named` which one is meant, `listed` what nobody else lists, `names` whose an id is. This room must never know how a plan is made.

mod disk;
mod group;
mod listed;
mod named;
mod names;
mod processes;
mod record;
mod records;

use std::os::fd::OwnedFd;
use std::path::Path;

use dbg_model::{ContainerRuntime, EngineName};
use serde::Serialize;

pub use listed::{Unlisted, unlisted};
pub(crate) use named::{Named, Running};
pub use names::ContainerNames;

use named::Known;
use processes::Owner;
use records::{Wanted, records};

/// Our own text has no more.
const CGROUP: usize = 64 << 10;

/// The container that a process is in. Texts in it are foreign, raw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Behind {
    /// Its id.
    pub id: String,
    /// Its name, with pod and namespace where it has them; none where no runtime left one that we can read.
    pub name: Option<String>,
    /// Who runs it.
    #[serde(serialize_with = "words")]
    pub runtime: ContainerRuntime,
}

fn words<S: serde::Serializer>(runtime: &ContainerRuntime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(runtime)
}

impl Behind {
    /// Its id as engines show it.
    #[must_use]
    pub fn short(&self) -> &str {
        self.id.get(..12).filter(|_| self.id.len() == 64).unwrap_or(&self.id)
    }

    /// In a few words; raw.
    #[must_use]
    pub fn words(&self) -> String {
        match &self.name {
            Some(name) if *name != self.id => format!("container `{name}`, {}, {}", self.runtime, self.short()),
            _ => format!("container {}, {}", self.short(), self.runtime),
        }
    }
}

/// What is known of the containers that are wanted.
fn known(wanted: Wanted<'_>) -> Known {
    let own = disk::Folder::open(Path::new("/proc/self")).and_then(|own| own.read("cgroup", CGROUP));
    Known { records: records(Path::new("/"), wanted), own: own.unwrap_or_default() }
}

/// The container of a process, by the text of its `cgroup` and its directory in `/proc`.
pub(crate) fn behind(cgroup: &[u8], directory: OwnedFd) -> Option<Behind> {
    // Most processes are in none.
    dbg_model::cgroup_paths(cgroup).any(|path| path != b"/").then_some(())?;
    known(Wanted::In(cgroup)).behind(cgroup, &Owner::Of(directory)).as_ref().map(Behind::of)
}

/// Every container of this machine that runs, by its processes. It takes root to see all of them.
fn running() -> Vec<Running> {
    known(Wanted::All).running(processes::all())
}

/// The running container of this name, id, or beginning of an id.
pub(crate) fn named(name: &EngineName) -> Named {
    named::named(name.as_str(), &running())
}
