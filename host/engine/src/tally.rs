//! What a run did at the target, in numbers: for the operator's audit log.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts of one run; its capabilities share it.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    touched: AtomicU64,
    refused: AtomicU64,
    redacted: AtomicU64,
}

impl Tally {
    /// A capability answered.
    pub(crate) fn touch(&self) {
        self.touched.fetch_add(1, Ordering::Relaxed);
    }

    /// No grant covered what was asked for.
    pub(crate) fn refuse(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// What was asked for was covered, or not.
    pub(crate) fn judged(&self, covered: bool) {
        if covered { self.touch() } else { self.refuse() }
    }

    /// So many secrets were masked on their way to the guest.
    pub(crate) fn redact(&self, secrets: u64) {
        self.redacted.fetch_add(secrets, Ordering::Relaxed);
    }

    pub(crate) fn touched(&self) -> u64 {
        self.touched.load(Ordering::Relaxed)
    }

    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    pub(crate) fn redacted(&self) -> u64 {
        self.redacted.load(Ordering::Relaxed)
    }
}
