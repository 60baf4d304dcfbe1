//! A component that may be run, and on whose word.

use bytes::Bytes;

use crate::Component;
use crate::trust::{Facts, Grounds, Verified};

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
    grounds: Option<Grounds>,
}

impl Admitted {
    /// A component that is part of this binary, with its signed file and the root that came with it.
    #[must_use]
    pub fn stock(component: Component, file: Bytes, grounds: Grounds) -> Self {
        Self { component, provenance: Provenance::Stock, file, grounds: Some(grounds) }
    }

    /// A component that a vendor vouches for; `file` is what was verified.
    #[must_use]
    pub fn vendor(verified: Verified<Component>, file: Bytes) -> Self {
        let (component, facts, grounds) = verified.into_parts();
        Self { component, provenance: Provenance::Vendor(Box::new(facts)), file, grounds: Some(grounds) }
    }

    /// An unsigned component.
    #[must_use]
    pub fn unsigned(component: Component, _allowed: AllowUnsigned) -> Self {
        let file = component.bytes().clone();
        Self { component, provenance: Provenance::Unsigned, file, grounds: None }
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

    /// What an agent verifies the file by; without any it is told that this very component may run unsigned.
    #[must_use]
    pub fn grounds(&self) -> Option<&Grounds> {
        self.grounds.as_ref()
    }
}
