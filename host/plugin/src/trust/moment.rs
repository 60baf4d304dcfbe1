//! A second of UTC, as signed documents write it.

use std::fmt;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

const DAY: u64 = 24 * 60 * 60;
/// The first second of the year 10000, which the form cannot write.
const END: u64 = 253_402_300_800;

/// A second of UTC between 1970 and 9999. As text it has one form, `2026-11-24T23:41:33Z`: RFC 3339 without fractions and offsets.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(u64);

/// A text that is no moment in that form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a time is written as `2026-11-24T23:41:33Z`, in UTC and between 1970 and 9999")]
pub struct MomentError;

impl Moment {
    /// From seconds since 1970; what is beyond 9999 is its last second.
    #[must_use]
    pub fn from_seconds(seconds: u64) -> Self {
        Self(seconds.min(END - 1))
    }

    /// Seconds since 1970.
    #[must_use]
    pub fn seconds(self) -> u64 {
        self.0
    }

    /// So many days later.
    #[must_use]
    pub fn plus_days(self, days: u64) -> Self {
        Self::from_seconds(self.0.saturating_add(days.saturating_mul(DAY)))
    }

    /// Whole days from `earlier` to this; 0 when it is not earlier.
    #[must_use]
    pub fn days_since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0) / DAY
    }
}

impl From<SystemTime> for Moment {
    /// A clock before 1970 is at its beginning.
    fn from(time: SystemTime) -> Self {
        Self::from_seconds(time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
    }
}

/// Year, month and day of a day since 1970, in the Gregorian calendar. Counted from 1 March of year 0, so that a leap day is a year's last.
fn civil(day: u64) -> (u64, u64, u64) {
    let day = day + 719_468;
    let era = day / 146_097;
    let of_era = day % 146_097;
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (era * 400 + year + u64::from(month <= 2), month, of_year - (153 * shifted + 2) / 5 + 1)
}

/// The day since 1970 of a date; 0 for one before.
fn day(year: u64, month: u64, day: u64) -> u64 {
    let year = year.saturating_sub(u64::from(month <= 2));
    let (era, of_era) = (year / 400, year % 400);
    let shifted = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * shifted + 2) / 5 + day;
    (era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year).saturating_sub(719_469)
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil(self.0 / DAY);
        let second = self.0 % DAY;
        write!(f, "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Moment {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, MomentError> {
        let number = |range: std::ops::Range<usize>| {
            let digits = text.get(range)?;
            digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<u64>().ok()).flatten()
        };
        let read = || {
            let (year, month, of_month) = (number(0..4)?, number(5..7)?, number(8..10)?);
            let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
            (1..=12).contains(&month).then_some(())?;
            Some(Self(day(year, month, of_month) * DAY + hour * 3600 + minute * 60 + second))
        };
        // Written again it must be the same text: that refuses 31 February, second 60, other separators and anything that follows.
        read().filter(|moment| moment.0 < END && moment.to_string() == text).ok_or(MomentError)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments_are_read_and_written() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T12:00:00Z", 951_825_600),
            ("2026-11-24T23:41:33Z", 1_795_563_693),
            ("9999-12-31T23:59:59Z", END - 1),
        ] {
            assert_eq!(text.parse(), Ok(Moment(seconds)));
            assert_eq!(Moment(seconds).to_string(), text);
        }
    }

    #[test]
    fn every_day_of_four_centuries_survives_text() {
        for day in 0..146_097 {
            let moment = Moment(day * DAY + day % DAY);
            assert_eq!(moment.to_string().parse(), Ok(moment));
        }
    }

    #[test]
    fn other_forms_of_a_time_are_refused() {
        for text in [
            "",
            "2026-11-24",
            "2026-11-24T23:41:33",
            "2026-11-24T23:41:33z",
            "2026-11-24t23:41:33Z",
            "2026-11-24 23:41:33Z",
            "2026-11-24T23:41:33.0Z",
            "2026-11-24T23:41:33+00:00",
            "2026-11-24T23:41:60Z",
            "2026-11-24T24:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "1969-12-31T23:59:59Z",
            "+026-11-24T23:41:33Z",
            "２026-11-24T23:41:33Z",
            "10000-01-01T00:00:00Z",
        ] {
            assert_eq!(text.parse::<Moment>(), Err(MomentError), "{text:?}");
        }
    }
}
