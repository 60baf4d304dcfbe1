//! What a run has read, and when that is enough.

use dbg_capability::{ClusterReadError, ClusterReadErrorCode as Code};
use dbg_model::{ClusterGrant, format_size};
use dbg_session::RunIndex;

/// What the present run of a check has read: each round begins anew.
#[derive(Debug, Default)]
pub(super) struct Spent {
    run: Option<RunIndex>,
    objects: u32,
    bytes: u64,
}

impl Spent {
    fn begin(&mut self, run: RunIndex) {
        if self.run != Some(run) {
            *self = Self { run: Some(run), ..Self::default() };
        }
    }

    /// Counts so many objects, or as many as are left, and says how many.
    pub(super) fn objects(
        &mut self,
        run: RunIndex,
        wanted: u32,
        grant: &ClusterGrant,
    ) -> Result<u32, ClusterReadError> {
        self.begin(run);
        let left = grant.objects.saturating_sub(self.objects);
        if left == 0 || self.bytes >= grant.bytes {
            return Err(over(grant));
        }
        let given = wanted.min(left);
        self.objects = self.objects.saturating_add(given);
        Ok(given)
    }

    /// So many were not read after all.
    pub(super) fn give_back(&mut self, run: RunIndex, objects: u32) {
        self.begin(run);
        self.objects = self.objects.saturating_sub(objects);
    }

    pub(super) fn bytes(&mut self, run: RunIndex, bytes: u64, grant: &ClusterGrant) -> Result<(), ClusterReadError> {
        self.begin(run);
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > grant.bytes { Err(over(grant)) } else { Ok(()) }
    }
}

fn over(grant: &ClusterGrant) -> ClusterReadError {
    let (objects, bytes) = (grant.objects, format_size(grant.bytes));
    let text = format!("the {objects} objects and {bytes} that the check's grant of `cluster` allows are read");
    ClusterReadError::new(Code::OverBudget, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant() -> ClusterGrant {
        ClusterGrant { rules: Vec::new(), objects: 10, bytes: 100 }
    }

    #[test]
    fn a_run_reads_so_many_objects_and_bytes_and_the_next_begins_anew() {
        let (mut spent, run) = (Spent::default(), RunIndex(0));
        assert_eq!(spent.objects(run, 8, &grant()), Ok(8));
        spent.give_back(run, 4);
        assert_eq!(spent.objects(run, 8, &grant()), Ok(6));
        assert_eq!(spent.objects(run, 1, &grant()).unwrap_err().code, Code::OverBudget);
        assert_eq!(spent.objects(RunIndex(1), 1, &grant()), Ok(1));
        assert_eq!(spent.bytes(RunIndex(1), 100, &grant()), Ok(()));
        assert_eq!(spent.bytes(RunIndex(1), 1, &grant()).unwrap_err().code, Code::OverBudget);
        assert_eq!(spent.objects(RunIndex(1), 1, &grant()).unwrap_err().code, Code::OverBudget);
    }
}
