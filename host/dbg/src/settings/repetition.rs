//! How often the checks of a run are run.

use std::time::Duration;

use dbg_report::{Shown, Verdict};

use crate::args::{Repeat, Until};

/// Rounds of all checks, on every target at its own pace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Repetition {
    /// From the start of a round to the start of the next.
    pub(crate) every: Duration,
    /// No round begins later than this after the first.
    pub(crate) lasting: Option<Duration>,
    /// No target has more rounds.
    pub(crate) count: Option<u64>,
    /// What ends it on all targets.
    pub(crate) until: Option<Until>,
}

impl Repetition {
    /// None when the checks are to be run once.
    pub(crate) fn of(args: &Repeat) -> Option<Self> {
        let Repeat { every, lasting, count, until } = *args;
        every.map(|every| Self { every, lasting, count, until })
    }

    /// Whose verdict and findings are those of the whole.
    pub(crate) fn shown(&self) -> Shown {
        if self.until == Some(Until::Pass) { Shown::Last } else { Shown::Worst }
    }
}

impl Until {
    /// Whether it has come: `newest` is how the newest round on each target came out; none where there was none yet.
    pub(crate) fn has_come(self, newest: impl IntoIterator<Item = Option<Verdict>>) -> bool {
        let mut newest = newest.into_iter();
        match self {
            Self::Pass => newest.all(|verdict| verdict == Some(Verdict::Pass)),
            Self::Warn => newest.any(|verdict| verdict >= Some(Verdict::Warn)),
            Self::Unknown => newest.any(|verdict| verdict >= Some(Verdict::Unknown)),
            Self::Fail => newest.any(|verdict| verdict == Some(Verdict::Fail)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_on_one_target_is_enough_and_a_pass_has_to_be_on_all() {
        use Verdict::{Fail, Pass, Unknown, Warn};
        let come = |until: Until, newest: &[Option<Verdict>]| until.has_come(newest.iter().copied());
        assert!(come(Until::Fail, &[Some(Pass), Some(Fail), None]));
        assert!(!come(Until::Fail, &[Some(Unknown), Some(Warn), None]));
        assert!(come(Until::Unknown, &[Some(Unknown), None]));
        assert!(!come(Until::Unknown, &[Some(Warn), None]));
        assert!(come(Until::Warn, &[Some(Pass), Some(Warn)]) && come(Until::Warn, &[Some(Fail)]));
        assert!(!come(Until::Warn, &[Some(Pass), None]));
        assert!(come(Until::Pass, &[Some(Pass), Some(Pass)]));
        assert!(!come(Until::Pass, &[Some(Pass), None]));
    }
}
