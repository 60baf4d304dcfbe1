//! A point in time on the target's clock.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::host::check_types;

/// UTC, as in POSIX `struct timespec`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time {
    /// Whole seconds since 1970-01-01T00:00:00Z; negative before it.
    pub seconds: i64,
    /// 0 to 999,999,999, counted forwards from `seconds`.
    pub nanoseconds: u32,
}

impl Time {
    /// Now, by the target's clock.
    #[must_use]
    pub fn now() -> Self {
        SystemTime::now().into()
    }
}

impl From<SystemTime> for Time {
    fn from(at: SystemTime) -> Self {
        let seconds = |of: Duration| i64::try_from(of.as_secs()).unwrap_or(i64::MAX);
        match at.duration_since(UNIX_EPOCH) {
            Ok(since) => Self { seconds: seconds(since), nanoseconds: since.subsec_nanos() },
            Err(before) => {
                let before = before.duration();
                match before.subsec_nanos() {
                    0 => Self { seconds: -seconds(before), nanoseconds: 0 },
                    nanoseconds => Self { seconds: -seconds(before) - 1, nanoseconds: 1_000_000_000 - nanoseconds },
                }
            }
        }
    }
}

impl From<Time> for check_types::Instant {
    fn from(time: Time) -> Self {
        Self { seconds: time.seconds, nanoseconds: time.nanoseconds }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn before_1970_nanoseconds_still_count_forwards() {
        let at = UNIX_EPOCH - Duration::from_millis(1);
        assert_eq!(Time::from(at), Time { seconds: -1, nanoseconds: 999_000_000 });
        assert_eq!(Time::from(UNIX_EPOCH - Duration::from_secs(2)), Time { seconds: -2, nanoseconds: 0 });
    }
}
