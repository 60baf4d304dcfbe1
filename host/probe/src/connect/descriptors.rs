//! File descriptors for connects: as many as the process may have, less what the rest of it needs.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use rustix::process::{Resource, getrlimit, setrlimit};

/// What the rest of the process needs: sockets of other checks, files, the runtime.
const RESERVED: u64 = 1024;

/// What all batches together use at most: one batch's most, 16,384, and the reserve.
const WANTED: u64 = 16_384 + RESERVED;

/// How many descriptors the batches may have, and have.
#[derive(Debug, Default)]
pub(super) struct Descriptors {
    limit: OnceLock<usize>,
    used: AtomicUsize,
}

/// The right to one descriptor; it goes back when this is dropped.
#[derive(Debug)]
pub(super) struct Slot(Arc<Descriptors>);

impl Descriptors {
    /// One more descriptor, if one may be had.
    pub(super) fn take(self: &Arc<Self>) -> Option<Slot> {
        let limit = *self.limit.get_or_init(limit);
        let taken =
            self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| (used < limit).then_some(used + 1));
        taken.is_ok().then(|| Slot(Arc::clone(self)))
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.used.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Raises the soft limit as far as the hard one allows and batches can use; the old soft limit of 1,024 is only there for programs that
/// use `select`. Source: man 2 getrlimit (RLIMIT_NOFILE).
fn limit() -> usize {
    let mut files = getrlimit(Resource::Nofile);
    let current = files.current.unwrap_or(u64::MAX);
    if current < WANTED {
        files.current = Some(files.maximum.map_or(WANTED, |most| most.min(WANTED)));
        // Where it is refused, the batch runs with what there is.
        let _refused = setrlimit(Resource::Nofile, files);
    }
    let current = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    usize::try_from(current.saturating_sub(RESERVED).max(current / 2)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_goes_back_when_it_is_dropped() {
        let descriptors = Arc::new(Descriptors { limit: OnceLock::from(2), used: AtomicUsize::new(0) });
        let one = descriptors.take();
        let two = descriptors.take();
        assert!(one.is_some() && two.is_some() && descriptors.take().is_none());
        drop(one);
        assert!(descriptors.take().is_some());
    }

    #[test]
    fn something_is_left_for_the_rest_of_the_process() {
        let most = getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX);
        let limit = limit() as u64;
        assert!(limit > 0 && limit < most);
    }
}
