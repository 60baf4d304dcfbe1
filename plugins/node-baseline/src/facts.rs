//! One file a kind of facts.

pub(crate) mod clock;
pub(crate) mod disks;
pub(crate) mod kernel;
pub(crate) mod limits;
pub(crate) mod runtime;
