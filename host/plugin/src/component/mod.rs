//! A component's bytes with what is known of them without running anything.

mod async_use;
mod error;
mod sniff;
mod types;
mod walk;
mod world;

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use dbg_model::{Capability, Declaration, Digest};
use sha2::{Digest as _, Sha256};

pub use async_use::AsyncUse;
pub use error::{ComponentError, Nested};
use walk::{Checks, Passed};
pub(crate) use walk::{SECTION, Validate};
use wasmparser::Validator;

/// The largest component that is read. The largest one known is Python's, 18 MB; all of it is in memory while it is compiled.
pub(crate) const MAX_COMPONENT_BYTES: u64 = 64 << 20;

/// A component whose structure and declaration were checked. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Component {
    bytes: Bytes,
    digest: Digest,
    declaration: Arc<Declaration>,
    declaration_text: Arc<str>,
    imports: Arc<BTreeSet<String>>,
}

impl Component {
    /// Reads and judges the bytes of a component; compiles and runs nothing. At most 64 MiB.
    ///
    /// What is judged: that it is a valid component (but for the code inside its functions, which the compiler validates), without async, with the
    /// export `dbg:check/guest` of a known track and exactly one declaration, which fits the imports.
    /// Errors: one [`ComponentError`] for each offence; the first in the order above.
    pub fn read(bytes: Bytes) -> Result<Self, ComponentError> {
        let length = bytes.len() as u64;
        if length > MAX_COMPONENT_BYTES {
            return Err(ComponentError::TooLarge { bytes: length });
        }
        let digest = digest(&bytes);
        Self::read_by::<Validator>(bytes, digest)
    }

    /// As [`Component::read`], for bytes that were hashed already.
    pub(crate) fn read_hashed(bytes: Bytes, digest: Digest, validate: Validate) -> Result<Self, ComponentError> {
        match validate {
            Validate::Yes => Self::read_by::<Validator>(bytes, digest),
            Validate::DoneBefore => Self::read_known(bytes, digest),
        }
    }

    /// As [`Component::read_hashed`], for bytes that keep WebAssembly's own rules.
    pub(crate) fn read_known(bytes: Bytes, digest: Digest) -> Result<Self, ComponentError> {
        Self::read_by::<Passed>(bytes, digest)
    }

    fn read_by<C: Checks>(bytes: Bytes, digest: Digest) -> Result<Self, ComponentError> {
        sniff::sniff(&bytes)?;
        let walked = walk::walk::<C>(&bytes)?;
        world::no_later_wasi(&walked)?;
        if let Some((used, offset)) = walked.async_use {
            return Err(ComponentError::Async { used, offset });
        }
        world::is_guest(&walked)?;
        let section = match walked.declarations.as_slice() {
            [] => return Err(ComponentError::NoDeclaration),
            [section] => *section,
            several => return Err(ComponentError::Declarations { count: several.len() }),
        };
        let declaration = Declaration::parse(section)?;
        // It parsed, so it is UTF-8 and nothing is replaced.
        let text = String::from_utf8_lossy(section).into();
        Self::consistent(bytes.clone(), digest, declaration, text, walked.imports)
    }

    /// A component that is part of this binary, with what was read from it when the binary was built. Nothing is hashed or walked: the binary's own digest covers it.
    pub fn embedded(
        bytes: Bytes,
        digest: Digest,
        declaration: &str,
        imports: impl IntoIterator<Item = String>,
    ) -> Result<Self, ComponentError> {
        let parsed = Declaration::parse(declaration.as_bytes())?;
        Self::consistent(bytes, digest, parsed, declaration.into(), imports.into_iter().collect())
    }

    fn consistent(
        bytes: Bytes,
        digest: Digest,
        declaration: Declaration,
        declaration_text: Arc<str>,
        imports: BTreeSet<String>,
    ) -> Result<Self, ComponentError> {
        world::declared_is_imported(&declaration, &imports)?;
        Ok(Self { bytes, digest, declaration: Arc::new(declaration), declaration_text, imports: Arc::new(imports) })
    }

    /// The component's bytes, as its vendor built them.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
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

    /// The same, shared: for who keeps it and not the bytes.
    pub(crate) fn shared_declaration(&self) -> Arc<Declaration> {
        Arc::clone(&self.declaration)
    }

    /// The text of its section `dbg:checks`. Foreign text.
    #[must_use]
    pub fn declaration_text(&self) -> &str {
        &self.declaration_text
    }

    /// The names that it imports, mostly interfaces: `wasi:io/poll@0.2.6`. Foreign text.
    #[must_use]
    pub fn imports(&self) -> &BTreeSet<String> {
        &self.imports
    }

    /// The capabilities behind its imports.
    #[must_use]
    pub fn capabilities(&self) -> BTreeSet<Capability> {
        world::capabilities(&self.imports)
    }
}

/// SHA-256 of some bytes.
pub(crate) fn digest(bytes: &[u8]) -> Digest {
    Digest::from_bytes(Sha256::digest(bytes).into())
}

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;
