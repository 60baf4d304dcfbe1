//! Points in time as text.

use dbg_model::Instant;

const DAY: i64 = 86_400;
/// Days in 400 years: after them the calendar repeats.
const ERA_DAYS: i64 = 146_097;
/// From 0000-03-01 to 1970-01-01. Years that begin in March have their leap day last.
const MARCH_0000_TO_EPOCH: i64 = 719_468;

/// RFC 3339 in UTC, with as many decimals as are needed: `2026-11-24T20:35:51.25Z`.
/// A point outside the years 0 to 9999, which that form cannot say, is `@` and its seconds since 1970: `@-99999999999.5`.
pub(crate) fn timestamp(instant: Instant) -> String {
    let fraction = match instant.nanoseconds {
        0 => String::new(),
        nanoseconds => format!(".{:09}", nanoseconds.min(999_999_999)).trim_end_matches('0').to_owned(),
    };
    let (days, second) = (instant.seconds.div_euclid(DAY), instant.seconds.rem_euclid(DAY));
    match date(days) {
        Some((year, month, day)) => {
            let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
            format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
        }
        None => format!("@{}{fraction}", instant.seconds),
    }
}

/// Year, month and day of a day counted from 1970-01-01; none outside the years 0 to 9999.
fn date(days: i64) -> Option<(i64, i64, i64)> {
    let days = days.checked_add(MARCH_0000_TO_EPOCH)?;
    let (era, day_of_era) = (days.div_euclid(ERA_DAYS), days.rem_euclid(ERA_DAYS));
    // A century lacks the leap day of its last year, except the fourth; so the last day of an era belongs to the century before.
    let century = (day_of_era / 36_524).min(3);
    let day_of_century = day_of_era - century * 36_524;
    let cycle = day_of_century / 1_461;
    let day_of_cycle = day_of_century % 1_461;
    let year_of_cycle = (day_of_cycle / 365).min(3);
    let day_of_year = day_of_cycle - year_of_cycle * 365;
    let march_year = era * 400 + century * 100 + cycle * 4 + year_of_cycle;
    let (month, day) = month_and_day(day_of_year)?;
    let year = march_year + i64::from(month <= 2);
    (0..=9999).contains(&year).then_some((year, month, day))
}

/// Month and day of a day counted from the first of March.
fn month_and_day(mut day: i64) -> Option<(i64, i64)> {
    const MONTHS: [(i64, i64); 12] =
        [(3, 31), (4, 30), (5, 31), (6, 30), (7, 31), (8, 31), (9, 30), (10, 31), (11, 30), (12, 31), (1, 31), (2, 29)];
    for (month, length) in MONTHS {
        if day < length {
            return Some((month, day + 1));
        }
        day -= length;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(seconds: i64, nanoseconds: u32) -> String {
        timestamp(Instant { seconds, nanoseconds })
    }

    #[test]
    fn well_known_points_come_out_right() {
        assert_eq!(shown(0, 0), "1970-01-01T00:00:00Z");
        assert_eq!(shown(-1, 500_000_000), "1969-12-31T23:59:59.5Z");
        assert_eq!(shown(951_782_400, 0), "2000-02-29T00:00:00Z");
        assert_eq!(shown(951_868_800, 1), "2000-03-01T00:00:00.000000001Z");
        assert_eq!(shown(4_107_542_399, 0), "2100-02-28T23:59:59Z");
        assert_eq!(shown(4_107_542_400, 0), "2100-03-01T00:00:00Z");
        assert_eq!(shown(1_800_000_000, 0), "2027-01-15T08:00:00Z");
        assert_eq!(shown(253_402_300_799, 0), "9999-12-31T23:59:59Z");
    }

    #[test]
    fn every_day_of_an_era_follows_the_one_before() {
        let mut before = date(-MARCH_0000_TO_EPOCH + 365).unwrap();
        for days in -MARCH_0000_TO_EPOCH + 366..-MARCH_0000_TO_EPOCH + 366 + ERA_DAYS {
            let (year, month, day) = date(days).unwrap();
            let follows = (year, month, day) == (before.0, before.1, before.2 + 1)
                || (day == 1 && (year, month) == (before.0, before.1 + 1))
                || (month, day, year) == (1, 1, before.0 + 1);
            assert!(follows, "{before:?} {:?}", (year, month, day));
            before = (year, month, day);
        }
    }

    #[test]
    fn a_point_beyond_the_calendar_is_told_in_seconds() {
        assert_eq!(shown(i64::MAX, 0), format!("@{}", i64::MAX));
        assert_eq!(shown(i64::MIN, 5), format!("@{}.000000005", i64::MIN));
        assert_eq!(shown(0, u32::MAX), "1970-01-01T00:00:00.999999999Z");
    }
}
