//! Numbers and their units as a user types them.

const NANOSECONDS: [(&str, u64); 6] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

const BYTES: [(&str, u64); 10] = [
    ("", 1),
    ("B", 1),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
];

/// A decimal whole number within bounds.
pub(super) fn integer(text: &str, lowest: i64, highest: i64) -> Result<i64, String> {
    let value: i64 = text.parse().map_err(|_| format!("`{text}` is no whole number"))?;
    if (lowest..=highest).contains(&value) {
        Ok(value)
    } else {
        Err(format!("`{text}` is not within {lowest} and {highest}"))
    }
}

/// `500ms`, `1.5m`; a bare number is seconds. In nanoseconds.
pub(crate) fn duration(text: &str) -> Result<u64, String> {
    let expected = || format!("`{text}` is no duration: a number with `ns`, `us`, `ms`, `s`, `m` or `h`, as in `1.5s`");
    let (number, unit) = split(text);
    let unit = if unit.is_empty() { "s" } else { unit };
    let scale = NANOSECONDS.iter().find(|(name, _)| *name == unit).ok_or_else(expected)?.1;
    scaled(number, scale).ok_or_else(expected)
}

/// `512`, `64KiB`, `10MB`. In bytes.
pub(crate) fn size(text: &str) -> Result<u64, String> {
    let expected = || {
        format!(
            "`{text}` is no size: a whole number of bytes, or one with `kB`, `MB`, `GB`, `TB`, `KiB`, `MiB`, `GiB` or `TiB`"
        )
    };
    let (number, unit) = split(text);
    let scale = BYTES.iter().find(|(name, _)| *name == unit).ok_or_else(expected)?.1;
    let number: u64 = number.parse().map_err(|_| expected())?;
    number.checked_mul(scale).ok_or_else(expected)
}

/// `80` or `1-1024`.
pub(crate) fn ports(text: &str) -> Result<(u16, u16), String> {
    let expected = || format!("`{text}` is no range of ports: `80` or `1-1024`, from 1 to 65535");
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let first: u16 = first.parse().map_err(|_| expected())?;
    let last: u16 = last.parse().map_err(|_| expected())?;
    if first == 0 || first > last {
        return Err(expected());
    }
    Ok((first, last))
}

fn split(text: &str) -> (&str, &str) {
    let end = text.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(text.len());
    text.split_at(end)
}

/// A decimal number, with a fraction or not, times a scale; a fraction below one is cut off.
fn scaled(number: &str, scale: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let whole: u64 = whole.parse().ok()?;
    if fraction.is_empty() || fraction.len() > 18 {
        return None;
    }
    let digits = u32::try_from(fraction.len()).ok()?;
    let fraction: u128 = fraction.parse().ok()?;
    let part = fraction * u128::from(scale) / 10_u128.pow(digits);
    whole.checked_mul(scale)?.checked_add(u64::try_from(part).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_with_fractions_and_without_unit() {
        assert_eq!(duration("1.5m"), Ok(90_000_000_000));
        assert_eq!(duration("250us"), Ok(250_000));
        assert_eq!(duration("2"), Ok(2_000_000_000));
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for bad in ["", "s", "2 s", "-1s", "1.s", "1d", "1..2s", "99999999999h"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn sizes_tell_thousands_from_1024() {
        assert_eq!(size("10MB"), Ok(10_000_000));
        assert_eq!(size("64KiB"), Ok(65_536));
        assert_eq!(size("512"), Ok(512));
        for bad in ["", "1.5MB", "64K", "18446744073709551615TiB"] {
            assert!(size(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_range_of_ports_does_not_run_backwards() {
        assert_eq!(ports("80"), Ok((80, 80)));
        assert_eq!(ports("1-1024"), Ok((1, 1024)));
        for bad in ["0", "9-1", "65536", "1-", "a"] {
            assert!(ports(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_integer_keeps_to_its_type() {
        assert_eq!(integer("-5", i64::MIN, i64::MAX), Ok(-5));
        assert!(integer("256", 0, 255).is_err());
        assert!(integer("1e3", 0, 2000).is_err());
    }
}
