//! The root that a signer is held to: one that was named, or else one that is trusted here.

use std::path::Path;

use dbg_model::VendorName;
use dbg_plugin::trust::{KeyId, VendorRoot};

use crate::command::signing::{Document, Kind};
use crate::diagnostic::Fault;
use crate::printer;
use crate::settings::{Paths, store};

/// A vendor's root, complete and proved.
pub(crate) struct Known {
    /// The root.
    pub(crate) root: VendorRoot,
    by: By,
}

/// Where it comes from, and so how much its word weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    /// It was named: what it does not allow is not signed.
    File,
    /// It is trusted here, and may be older than the vendor's newest.
    Trust,
}

impl Known {
    /// The root of a file that was named.
    pub(crate) fn of_file(path: &Path) -> Result<Self, Fault> {
        let document = Document::read(path, Kind::Root)?;
        let root = VendorRoot::read(&document.bytes).map_err(|fault| {
            Fault::usage(fault).context(format!("`{}` is no complete root of a vendor", document.shown()))
        })?;
        Ok(Self { root, by: By::File })
    }

    /// The root that is trusted here for a vendor. Trust that cannot be read is none: whoever signs needs none.
    pub(crate) fn trusted(vendor: &VendorName, paths: &Paths) -> Option<Self> {
        let state = store(paths).ok()?.load().ok()?.state;
        Some(Self { root: state.vendor(vendor)?.root().clone(), by: By::Trust })
    }

    /// The only root that is trusted here and names this key for plugins.
    pub(crate) fn of_release_key(key: &KeyId, paths: &Paths) -> Option<Self> {
        let state = store(paths).ok()?.load().ok()?.state;
        let names = |root: &VendorRoot| root.current().release.keys.iter().any(|known| known.key.id() == *key);
        let mut roots = state.vendors().map(|vendor| vendor.root()).filter(|root| names(root));
        match (roots.next(), roots.next()) {
            (Some(root), None) => Some(Self { root: root.clone(), by: By::Trust }),
            _ => None,
        }
    }

    /// Refuses what a root that was named does not allow; of one that is only trusted here it is told.
    pub(crate) fn object(&self, objection: Option<String>) -> Result<(), Fault> {
        match (objection, self.by) {
            (None, _) => Ok(()),
            (Some(objection), By::File) => Err(Fault::usage(anyhow::anyhow!("{objection}"))),
            (Some(objection), By::Trust) => {
                printer::note(&format!("warning: by the root that is trusted here, {objection}"));
                Ok(())
            }
        }
    }
}
