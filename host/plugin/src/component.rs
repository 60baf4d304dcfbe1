//! A component's bytes with what is known of them without running anything.

use std::collections::BTreeSet;
use std::sync::Arc;

use dbg_model::{Capability, Declaration, Digest};

/// A component whose structure and declaration were checked. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Component {
    pub(crate) bytes: Arc<[u8]>,
    pub(crate) digest: Digest,
    pub(crate) declaration: Arc<Declaration>,
    pub(crate) imports: Arc<BTreeSet<String>>,
}

impl Component {
    /// The component's bytes, as its vendor built them.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// SHA-256 of the bytes: its identity everywhere.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// What it says of itself.
    #[must_use]
    pub fn declaration(&self) -> &Declaration {
        &self.declaration
    }

    /// The interfaces that it imports, `wasi:io/poll@0.2.6`.
    #[must_use]
    pub fn imports(&self) -> &BTreeSet<String> {
        &self.imports
    }

    /// The capabilities behind its imports.
    #[must_use]
    pub fn capabilities(&self) -> BTreeSet<Capability> {
        let imports = |capability: &Capability| {
            self.imports.iter().any(|import| {
                import.strip_prefix(capability.package()).is_some_and(|rest| rest.starts_with('/'))
            })
        };
        Capability::ALL.into_iter().filter(imports).collect()
    }
}
