//! What an agent in a container is told, and how it comes to its place there: the engine has put it where it belongs, so it pins its
//! root, fences itself in, and listens.

use std::collections::BTreeSet;
use std::path::Path;

use dbg_probe::Root;
use serde::{Deserialize, Serialize};

use crate::fence::{self, Around, Fences, process};
use crate::{EntryError, FileReach, LinuxCapability, Sought, WatchesProcesses, argument};

/// What an agent in a container needs to know before it listens. One argument of `serve`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contained {
    /// The directory that is the target's root.
    pub root: ContainedRoot,
    /// What is kept of what the container was created with; everything else is dropped.
    pub keep: BTreeSet<LinuxCapability>,
    /// What of the file system stays in reach.
    pub files: FileReach,
    /// Whether other processes' sockets are looked at.
    pub watches_processes: WatchesProcesses,
}

/// Which directory is the root of what is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ContainedRoot {
    /// The one at this path.
    Path(String),
    /// That of another container's first process.
    Container(Sought),
}

impl Contained {
    /// As one argument.
    #[must_use]
    pub fn to_argument(&self) -> String {
        argument::write(self)
    }

    /// Reads what [`Contained::to_argument`] wrote.
    ///
    /// # Errors
    /// [`EntryError::TooLong`], [`EntryError::NotAnEntry`].
    pub fn from_argument(argument: &str) -> Result<Self, EntryError> {
        argument::read(argument)
    }

    /// Pins the root and raises the fences. Called while there is one thread.
    pub(crate) fn arrive(&self) -> Result<(Root, Fences), EntryError> {
        process::only_thread()?;
        let root = match &self.root {
            ContainedRoot::Path(path) => Root::open(Path::new(path))?,
            ContainedRoot::Container(sought) => Root::from_directory(sought.first()?.enter(sought.network)?)?,
        };
        let mut stood = BTreeSet::from(process::harden()?);
        let around = Around { keep: &self.keep, files: self.files, watches_processes: self.watches_processes };
        let fences = fence::raise(&around, &root)?;
        stood.extend(fences.stood);
        Ok((root, Fences { stood, held: fences.held }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written_and_nothing_else_is_one() {
        let contained = Contained {
            root: ContainedRoot::Path("/proc/1/root".to_owned()),
            keep: BTreeSet::from([LinuxCapability::SysPtrace]),
            files: FileReach::Root,
            watches_processes: WatchesProcesses::No,
        };
        argument::is_read_as_it_was_written(&contained);
    }

    #[test]
    fn a_root_that_is_not_there_is_told() {
        let contained = Contained {
            root: ContainedRoot::Path("/no/such/root".to_owned()),
            keep: BTreeSet::new(),
            files: FileReach::System,
            watches_processes: WatchesProcesses::No,
        };
        // Tests run in threads; whichever comes first, nothing was raised.
        assert!(matches!(contained.arrive(), Err(EntryError::Root(_) | EntryError::Threads)));
    }
}
