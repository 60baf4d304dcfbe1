//! A component that may be run, and on whose word.

use bytes::Bytes;

use crate::Component;
use crate::trust::{Facts, Verified};

/// On whose word a component runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provenance {
    /// It came with dbg and is covered by the binary's digest.
    Stock,
    /// A trusted vendor vouches for it.
    Vendor(Box<Facts>),
    /// Nobody signed it; the operator said that it may run all the same.
    Unsigned,
}

/// The operator's word that an unsigned component may run. Only arguments and the store's record of a consent make one.
#[derive(Debug, Clone, Copy)]
pub struct AllowUnsigned(());

impl AllowUnsigned {
    /// Called where the operator said so, and nowhere else.
    #[must_use]
    pub fn by_operator() -> Self {
        Self(())
    }
}

/// A component that may be compiled and run: the only thing that the engine takes.
#[derive(Debug, Clone)]
pub struct Admitted {
    component: Component,
    provenance: Provenance,
    file: Bytes,
}

impl Admitted {
    /// A component that is part of this binary.
    #[must_use]
    pub fn stock(component: Component) -> Self {
        let file = component.bytes().clone();
        Self { component, provenance: Provenance::Stock, file }
    }

    /// A component that a vendor vouches for; `file` is what was verified.
    #[must_use]
    pub fn vendor(verified: Verified<Component>, file: Bytes) -> Self {
        let (component, facts) = verified.into_parts();
        Self { component, provenance: Provenance::Vendor(Box::new(facts)), file }
    }

    /// An unsigned component.
    #[must_use]
    pub fn unsigned(component: Component, _allowed: AllowUnsigned) -> Self {
        let file = component.bytes().clone();
        Self { component, provenance: Provenance::Unsigned, file }
    }

    /// The component.
    #[must_use]
    pub fn component(&self) -> &Component {
        &self.component
    }

    /// On whose word it runs.
    #[must_use]
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// The whole file: the component, and its signature when it has one. What an agent is shown.
    #[must_use]
    pub fn file(&self) -> &Bytes {
        &self.file
    }
}
