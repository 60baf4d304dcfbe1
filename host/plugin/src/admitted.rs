//! A component that may be run, and on whose word.

use crate::Component;

/// On whose word a component runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provenance {
    /// It came with dbg and is covered by the binary's digest.
    Stock,
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
}

impl Admitted {
    /// A component that is part of this binary.
    #[must_use]
    pub fn stock(component: Component) -> Self {
        Self { component, provenance: Provenance::Stock }
    }

    /// An unsigned component.
    #[must_use]
    pub fn unsigned(component: Component, _allowed: AllowUnsigned) -> Self {
        Self { component, provenance: Provenance::Unsigned }
    }

    /// The component.
    #[must_use]
    pub fn component(&self) -> &Component {
        &self.component
    }

    /// On whose word it runs.
    #[must_use]
    pub fn provenance(&self) -> Provenance {
        self.provenance
    }
}
