//! What counts of the site's trust and the user's.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use dbg_model::VendorName;

use super::folder::{self, list_path, root_path};
use super::{GuardFault, TrustStore, TrustStoreError};
use crate::FileKind;
use crate::trust::{
    ChainFault, Grounds, ListFault, ReferenceTime, Rules, StateFault, TrustedState, VendorRoot, VendorTrust,
};

/// What is trusted, where each vendor comes from, and what was left out.
#[derive(Debug)]
pub struct Loaded {
    /// What is trusted.
    pub state: TrustedState,
    /// Where the root of each comes from.
    pub origins: BTreeMap<VendorName, Origin>,
    /// What does not count, and why.
    pub problems: Vec<Problem>,
}

impl Loaded {
    /// What is told of each vendor to whoever verifies elsewhere.
    pub fn grounds(&self, time: ReferenceTime, rules: Rules) -> impl Iterator<Item = (&VendorName, Grounds)> {
        self.state.vendors().map(move |vendor| (vendor.root().vendor(), Grounds::of(vendor, time, rules)))
    }
}

/// Where a vendor's root comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The site's folder alone.
    System(PathBuf),
    /// The user's folder alone, at a site without one.
    Own(PathBuf),
    /// Approved by the site, with later versions or a newer list from the user's folder.
    Narrowed {
        /// The site's file.
        system: PathBuf,
        /// The user's file.
        own: PathBuf,
    },
}

/// A file that does not count.
#[derive(Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub fault: ProblemFault,
}

/// Why a file of trust does not count.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProblemFault {
    /// It is gone since the folder was read.
    #[error("it is gone")]
    Gone,
    /// No plain file.
    #[error("it is {0}")]
    Kind(FileKind),
    /// Longer than any.
    #[error("it has {bytes} bytes, which is more than any has")]
    TooLarge {
        /// Its length.
        bytes: u64,
    },
    /// The machine does not let it be read.
    #[error("it cannot be read")]
    Unreadable,
    /// Others could change it.
    #[error("it {0}")]
    Guard(GuardFault),
    /// Not a root.
    #[error("it is no root: {0}")]
    Chain(ChainFault),
    /// Its list is none, so what it revokes is not known.
    #[error("its list of revocations is none: {0}")]
    List(ListFault),
    /// A file that is called after somebody else.
    #[error("it is called after another vendor than it is of")]
    Name,
    /// The name of who signs the stock checks.
    #[error("it has a name of dbg's own, which no vendor has")]
    Reserved,
    /// Older than what was seen.
    #[error("{0}")]
    Floor(StateFault),
    /// The site has no root of this vendor, so the user's does not count.
    #[error("this site has not approved its vendor")]
    NotApproved,
    /// The site has another root of this vendor.
    #[error("it is not a continuation of the root that this site approved")]
    Diverges,
}

type Roots = BTreeMap<VendorName, VendorRoot>;

/// A vendor that is trusted when nothing is wrong with it.
struct Candidate {
    path: PathBuf,
    origin: Origin,
    trust: Result<VendorTrust, ProblemFault>,
}

impl TrustStore {
    /// What is trusted now. Files that do not count are problems beside it; only a folder or the floors that cannot be read are an error.
    pub fn load(&self) -> Result<Loaded, TrustStoreError> {
        let mut problems = Vec::new();
        let floors = folder::floors(self.writable(), self.privilege)?;
        let mut roots = |place: &Path| folder::roots(place, self.privilege, &mut problems);
        let system = roots(&self.places.system)?;
        let own = self.places.own.as_deref().map(&mut roots).transpose()?.unwrap_or_default();
        let candidates = if self.site_decides() { self.approved(system, own, &mut problems) } else { self.own(own) };
        let (mut state, mut origins) = (TrustedState::new(floors), BTreeMap::new());
        for Candidate { path, origin, trust } in candidates {
            let trust = trust.and_then(|trust| {
                let vendor = trust.root().vendor().clone();
                state.trust(trust).map_err(ProblemFault::Floor).map(|()| vendor)
            });
            match trust {
                Ok(vendor) => drop(origins.insert(vendor, origin)),
                Err(fault) => problems.push(Problem { path, fault }),
            }
        }
        problems.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(Loaded { state, origins, problems })
    }

    /// At a site without a folder of its own: the user's word alone.
    fn own(&self, own: Roots) -> Vec<Candidate> {
        let Some(place) = self.places.own.as_deref() else { return Vec::new() };
        let candidate = |(vendor, root): (VendorName, VendorRoot)| {
            let path = root_path(place, &vendor);
            Candidate { origin: Origin::Own(path.clone()), trust: self.with_lists(root, &[place]), path }
        };
        own.into_iter().map(candidate).collect()
    }

    /// At a site that decides: who is in its folder, with what the user has beside it.
    fn approved(&self, system: Roots, mut own: Roots, problems: &mut Vec<Problem>) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        for (vendor, approved) in system {
            let path = root_path(&self.places.system, &vendor);
            let Some(place) = self.places.own.as_deref() else {
                let trust = self.with_lists(approved, &[&self.places.system]);
                candidates.push(Candidate { origin: Origin::System(path.clone()), trust, path });
                continue;
            };
            let own_path = root_path(place, &vendor);
            let ceiling = approved.current().ceiling.clone();
            let copy = own.remove(&vendor);
            let narrows = copy.is_some() || is_there(&self.own_list_path(&vendor));
            let trust = match copy {
                // What is wrong with the user's copy was told already; the site's alone could be more than the two together.
                None if problems.iter().any(|problem| problem.path == own_path) => continue,
                None => Ok(approved),
                Some(copy) if copy.extends(&approved) => Ok(copy),
                Some(copy) if approved.extends(&copy) => Ok(approved),
                Some(_) => Err(ProblemFault::Diverges),
            };
            let trust = trust.and_then(|root| self.with_lists(root, &[&self.places.system, place]));
            let trust = trust.map(|trust| trust.narrowed(&ceiling));
            let (path, origin) = if narrows {
                (own_path.clone(), Origin::Narrowed { system: path, own: own_path })
            } else {
                (path.clone(), Origin::System(path))
            };
            candidates.push(Candidate { path, origin, trust });
        }
        if let Some(place) = self.places.own.as_deref() {
            let unknown = own.into_keys().map(|vendor| root_path(place, &vendor));
            problems.extend(unknown.map(|path| Problem { path, fault: ProblemFault::NotApproved }));
        }
        candidates
    }

    /// A vendor with the newest of the lists in these folders. One that cannot be read takes the vendor out: it may say what was revoked.
    fn with_lists(&self, root: VendorRoot, places: &[&Path]) -> Result<VendorTrust, ProblemFault> {
        let read = |place: &&Path| folder::list(place, &root, self.privilege).transpose();
        let lists = places.iter().filter_map(read).collect::<Result<Vec<_>, _>>()?;
        let newest = lists.into_iter().max_by_key(|list| list.content().version);
        Ok(VendorTrust::new(root, newest))
    }

    /// Whether the site's folder is there: it may be empty, and then nobody is trusted.
    pub(super) fn site_decides(&self) -> bool {
        is_there(&self.places.system)
    }

    /// The list of a vendor where changes are written.
    pub(super) fn own_list_path(&self, vendor: &VendorName) -> PathBuf {
        list_path(self.writable(), vendor)
    }
}

/// A folder that cannot be looked at counts as there: it may say no.
fn is_there(folder: &Path) -> bool {
    !matches!(fs_err::symlink_metadata(folder), Err(error) if error.kind() == std::io::ErrorKind::NotFound)
}
