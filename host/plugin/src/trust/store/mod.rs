//! Where trust is kept: the site's folder, which comes first, and the user's own, which can only narrow it.
//!
//! ```text
//! <folder>/<vendor>.root.json         all versions of a vendor's root
//! <folder>/<vendor>.revocations.json  its newest list of revocations
//! <folder>/floors.json                the highest numbers that were seen
//! <folder>/lock                       held by whoever writes
//! ```
//! Whatever cannot be read or proved takes its vendor out, never the check away: a list that is damaged or gone means that its vendor is not trusted.

mod change;
mod document;
mod error;
mod folder;
mod guard;
mod load;

use std::path::{Path, PathBuf};

pub use change::{Changed, RemovedTrust};
pub use document::Documents;
pub use error::{GuardFault, TrustStoreError};
pub use guard::Privilege;
pub use load::{Loaded, Origin, Problem, ProblemFault};

use crate::store::write;

/// Where trust is kept, for whoever runs dbg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// The site's: `/etc/dbg/trust.d`. When it is there, nobody is trusted whose root is not in it.
    pub system: PathBuf,
    /// The user's own. None for who runs with privileges: what a user could write counts for nothing then, and HOME with it.
    pub own: Option<PathBuf>,
}

impl Places {
    /// The places by the rights of the process: `own` is not even looked at when it has more than a user's.
    #[must_use]
    pub fn of(privilege: Privilege, system: PathBuf, own: PathBuf) -> Self {
        let own = match privilege {
            Privilege::User => Some(own),
            Privilege::Elevated => None,
        };
        Self { system, own }
    }
}

/// The trust of a site and a user, on the disk.
#[derive(Debug, Clone)]
pub struct TrustStore {
    places: Places,
    privilege: Privilege,
}

impl TrustStore {
    /// Opens the trust of these places. Where nothing is there nobody is trusted, and nothing is created.
    /// Refuses a folder that others could write, or, with privileges, one that is not root's. What a killed writer left half-written is removed.
    pub fn open(places: Places, privilege: Privilege) -> Result<Self, TrustStoreError> {
        let store = Self { places, privilege };
        for folder in store.folders() {
            guard::folder(folder, privilege)?;
        }
        let writable = store.writable();
        write::sweep_leftovers(writable, &[writable.to_owned()]);
        Ok(store)
    }

    /// Where a change is written, and the floors are.
    #[must_use]
    pub fn writable(&self) -> &Path {
        self.places.own.as_ref().unwrap_or(&self.places.system)
    }

    fn folders(&self) -> impl Iterator<Item = &Path> {
        [Some(&self.places.system), self.places.own.as_ref()].into_iter().flatten().map(PathBuf::as_path)
    }
}

#[cfg(test)]
mod tests;
