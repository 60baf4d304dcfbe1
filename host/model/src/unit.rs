//! Durations and sizes as people type them.

use std::time::Duration;

/// Why a text is no duration or size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnitError {
    /// No digits, or more than one point.
    #[error("it starts with no number")]
    NoNumber,
    /// The number is followed by something that is no unit.
    #[error("its unit is none of {choices}")]
    Unit {
        /// The valid units.
        choices: &'static str,
    },
    /// Above 2^53 of the smallest unit.
    #[error("it is too large")]
    TooLarge,
}

/// The largest integer that every guest language holds exactly.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

fn split(text: &str) -> Result<(f64, &str), UnitError> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    if !number.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(UnitError::NoNumber);
    }
    Ok((number.parse().map_err(|_| UnitError::NoNumber)?, unit))
}

fn scale(number: f64, factor: f64) -> Result<u64, UnitError> {
    let scaled = (number * factor).round();
    if scaled > MAX_EXACT {
        return Err(UnitError::TooLarge);
    }
    // In range by the line above, and never negative: `split` reads no sign.
    Ok(scaled as u64)
}

/// `500ms`, `2s`, `1.5m`, `1h`, `250us`, `10ns`; a bare number is seconds. At most 2^53 ns, which is 104 days.
pub fn parse_duration(text: &str) -> Result<Duration, UnitError> {
    let (number, unit) = split(text)?;
    let nanoseconds = match unit {
        "ns" => 1.0,
        "us" | "µs" => 1e3,
        "ms" => 1e6,
        "" | "s" => 1e9,
        "m" | "min" => 60e9,
        "h" => 3600e9,
        "d" => 86400e9,
        _ => return Err(UnitError::Unit { choices: "`ns`, `us`, `ms`, `s`, `m`, `h`, `d`" }),
    };
    Ok(Duration::from_nanos(scale(number, nanoseconds)?))
}

/// `512`, `64KiB`, `10MB`, `1GiB`; `k`, `M`, `G`, `T` alone count by 1000. At most 2^53 bytes.
pub fn parse_size(text: &str) -> Result<u64, UnitError> {
    let (number, unit) = split(text)?;
    let factor = match unit {
        "" | "B" => 1.0,
        "k" | "K" | "kB" | "KB" => 1e3,
        "M" | "MB" => 1e6,
        "G" | "GB" => 1e9,
        "T" | "TB" => 1e12,
        "Ki" | "KiB" => 1024.0,
        "Mi" | "MiB" => 1048576.0,
        "Gi" | "GiB" => 1073741824.0,
        "Ti" | "TiB" => 1099511627776.0,
        _ => return Err(UnitError::Unit { choices: "`B`, `kB`, `MB`, `GB`, `TB`, `KiB`, `MiB`, `GiB`, `TiB`" }),
    };
    scale(number, factor)
}

/// A duration in the largest unit that leaves at most one decimal: `1.5s`, `250ms`, `30us`.
#[must_use]
pub fn format_duration(duration: Duration) -> String {
    let nanoseconds = duration.as_nanos() as f64;
    let (value, unit) = match nanoseconds {
        n if n < 1e3 => (n, "ns"),
        n if n < 1e6 => (n / 1e3, "us"),
        n if n < 1e9 => (n / 1e6, "ms"),
        n if n < 120e9 => (n / 1e9, "s"),
        n if n < 7200e9 => (n / 60e9, "m"),
        n => (n / 3600e9, "h"),
    };
    format!("{}{unit}", one_decimal(value))
}

/// A size in the largest binary unit that leaves at most one decimal: `64KiB`, `1.5MiB`.
#[must_use]
pub fn format_size(bytes: u64) -> String {
    let bytes = bytes as f64;
    let (value, unit) = match bytes {
        n if n < 1024.0 => (n, "B"),
        n if n < 1048576.0 => (n / 1024.0, "KiB"),
        n if n < 1073741824.0 => (n / 1048576.0, "MiB"),
        n => (n / 1073741824.0, "GiB"),
    };
    format!("{}{unit}", one_decimal(value))
}

fn one_decimal(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_in_every_unit_and_bare_numbers_are_seconds() {
        for (text, nanoseconds) in [
            ("10ns", 10),
            ("250us", 250_000),
            ("500ms", 500_000_000),
            ("2", 2_000_000_000),
            ("1.5m", 90_000_000_000),
            ("1h", 3_600_000_000_000),
        ] {
            assert_eq!(parse_duration(text), Ok(Duration::from_nanos(nanoseconds)), "{text}");
        }
    }

    #[test]
    fn sizes_know_powers_of_1000_and_of_1024() {
        for (text, bytes) in [("512", 512), ("64KiB", 65_536), ("10MB", 10_000_000), ("1.5k", 1_500), ("1GiB", 1 << 30)]
        {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn nonsense_is_refused_with_its_cause() {
        assert_eq!(parse_duration(""), Err(UnitError::NoNumber));
        assert_eq!(parse_duration("-1s"), Err(UnitError::NoNumber));
        assert_eq!(parse_duration("1.2.3s"), Err(UnitError::NoNumber));
        assert!(matches!(parse_duration("5 parsecs"), Err(UnitError::Unit { .. })));
        assert_eq!(parse_size("99999999TiB"), Err(UnitError::TooLarge));
        assert_eq!(parse_duration(&"9".repeat(400)), Err(UnitError::TooLarge));
    }

    #[test]
    fn shown_durations_and_sizes_read_back() {
        for text in ["10ns", "250us", "500ms", "1.5s", "2h"] {
            assert_eq!(parse_duration(text).map(format_duration).as_deref(), Ok(text));
        }
        assert_eq!(format_size(65_536), "64KiB");
    }
}
