//! Points in time as the API writes them. Source: RFC 3339, always in UTC.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Seconds since 1970 of `2026-11-25T13:21:26Z`.
pub(crate) fn seconds(text: &str) -> Option<i64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Days of the civil calendar, counted from March so that the leap day is the last.
    let shifted = if month > 2 { month - 3 } else { month + 9 };
    let year = if month > 2 { year } else { year - 1 };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * shifted + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some(days * 86_400 + hour * 3_600 + minute * 60 + second)
}

/// How long ago that was; nothing for what is no time, or lies ahead.
pub(crate) fn ago(text: &str) -> Option<Duration> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
    let since = i64::try_from(now).ok()?.checked_sub(seconds(text)?)?;
    u64::try_from(since).ok().map(Duration::from_secs)
}

/// `3 min`, `2 h`, `5 d`: in one unit, for a sentence.
pub(crate) fn roughly(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// How long a container lived.
pub(crate) fn between(start: &str, end: &str) -> Option<Duration> {
    u64::try_from(seconds(end)?.checked_sub(seconds(start)?)?).ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_the_api_are_read() {
        assert_eq!(seconds("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(seconds("2000-02-29T12:00:01Z"), Some(951_825_601));
        assert_eq!(seconds("2026-11-25T13:21:26.123456Z"), Some(1_795_612_886));
        for text in ["", "null", "2026-13-01T00:00:00Z", "2026-11-25"] {
            assert_eq!(seconds(text), None, "{text}");
        }
        assert_eq!(between("2026-11-25T13:00:00Z", "2026-11-25T13:01:30Z"), Some(Duration::from_secs(90)));
    }

    #[test]
    fn a_duration_is_told_in_one_unit() {
        let told = |seconds| roughly(Duration::from_secs(seconds));
        assert_eq!([told(90), told(600), told(9_000), told(200_000)], ["90 s", "10 min", "2 h", "2 d"]);
    }
}
