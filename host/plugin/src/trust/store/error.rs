//! Why trust cannot be read or changed.

use std::path::PathBuf;

use dbg_model::{Digest, VendorName};

use crate::file::shown;
use crate::store::StoreError;
use crate::trust::{ChainFault, FloorFault, FloorsFault, ListFault};

/// Why trust cannot be read or changed. On any of them it is as it was.
#[derive(Debug, thiserror::Error)]
pub enum TrustStoreError {
    /// Others could change what is trusted.
    #[error("`{}` {fault}", shown(path))]
    Guard {
        /// The file or folder.
        path: PathBuf,
        /// How.
        fault: GuardFault,
    },
    /// The machine refuses.
    #[error("{0}")]
    Disk(#[from] StoreError),
    /// Without floors an older plugin would pass.
    #[error("`{}` does not tell what was seen: {fault}", shown(path))]
    Floors {
        /// The file.
        path: PathBuf,
        /// Why.
        fault: FloorsFault,
    },
    /// Not a vendor's root.
    #[error("it is no root of a vendor: {0}")]
    Chain(#[from] ChainFault),
    /// Not a list of the vendor.
    #[error("it is no list of revocations: {0}")]
    List(#[from] ListFault),
    /// Another root than was meant.
    #[error("its fingerprint is {found}, and {given} was given")]
    Fingerprint {
        /// What the operator typed.
        given: Digest,
        /// The root's.
        found: Digest,
    },
    /// A name is one root's.
    #[error("`{vendor}` is trusted already, by another root ({}, not {})", there.short(), offered.short())]
    Taken {
        /// The vendor.
        vendor: VendorName,
        /// The fingerprint that is trusted.
        there: Digest,
        /// The fingerprint that was offered.
        offered: Digest,
    },
    /// The same beginning and another history: two roots that both claim to be the next.
    #[error("it is not a continuation of the root that is trusted for `{0}`")]
    Diverges(VendorName),
    /// The name of a trusted vendor, but for what the eye passes over.
    #[error("`{offered}` looks like `{there}`, who is trusted already")]
    LookAlike {
        /// The name that was offered.
        offered: VendorName,
        /// The one that is trusted.
        there: VendorName,
    },
    /// The name of who signs the stock checks.
    #[error("`{0}` is dbg's own name: what it signs comes with dbg, and from nowhere else")]
    Reserved(VendorName),
    /// Nobody to change.
    #[error("`{0}` is not trusted here")]
    Unknown(VendorName),
    /// The site decides who is trusted.
    #[error("`{vendor}` is not approved by this site: `{}` has no root of it", shown(system))]
    NotApproved {
        /// The vendor.
        vendor: VendorName,
        /// The site's folder.
        system: PathBuf,
    },
    /// An older one than was seen.
    #[error("it is older than what was seen, or another with its number: {0}")]
    Floor(FloorFault),
}

/// How a place is not only the right people's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GuardFault {
    /// Whoever made the link could put something else in its place.
    #[error("is a symbolic link")]
    Symlink,
    /// Somebody else's.
    #[error("belongs to user {owner}, and trust must be root's{}", or_own())]
    Owner {
        /// Whose it is.
        owner: u32,
    },
    /// Others could change it.
    #[error("can be written by others (mode {mode:04o})")]
    Writable {
        /// Its permission bits.
        mode: u32,
    },
}

fn or_own() -> &'static str {
    if rustix::process::geteuid().is_root() {
        ""
    } else {
        " or your own, and root's alone for a process with capabilities"
    }
}

impl TrustStoreError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Guard { path, fault: GuardFault::Writable { .. } } => {
                format!("look whether what is in it is still what was put there, then `chmod go-w {}`", shown(path))
            }
            Self::Guard { path, .. } => format!("look who made `{}`, and put a plain one in its place", shown(path)),
            Self::Disk(StoreError::ReadOnly { .. }) => "changing what is trusted needs the right to write there".into(),
            Self::Disk(error) => return error.hint(),
            Self::Floors { path, .. } => {
                format!("bring `{}` back from a copy; without it, older plugins would pass", shown(path))
            }
            Self::Chain(_) | Self::List(_) => "copy it again from where its vendor gave it to you".into(),
            Self::Fingerprint { .. } => "ask its vendor for the fingerprint by another way than the file came".into(),
            Self::Taken { vendor, .. } => {
                format!("if `{vendor}` really starts anew, first `dbg trust remove {vendor}`")
            }
            Self::Diverges(vendor) => format!("ask `{vendor}` which of the two roots is theirs before anything is run"),
            Self::LookAlike { there, .. } => format!("ask `{there}` whether the other name is theirs too"),
            Self::Reserved(_) => "a vendor of plugins has another name".into(),
            Self::Unknown(_) => "`dbg trust list` tells who is".into(),
            Self::NotApproved { system, .. } => {
                format!("whoever decides for this site adds its root to `{}`", shown(system))
            }
            Self::Floor(_) => "ask its vendor for the newest one".into(),
        })
    }
}
