//! Amounts as Kubernetes writes them: `500m`, `64Mi`, `1.5`, `1e3`.

/// In billionths of its unit. None for what is no amount, or more than anything has.
pub(super) fn parse(text: &str) -> Option<i128> {
    let end = text.find(|letter: char| !(letter.is_ascii_digit() || letter == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(end)?;
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    // No amount that makes sense has more digits; so nothing below can be too large.
    if whole.len() > 15 || whole.len() + part.len() == 0 {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let digits: String = part.chars().chain("000000000".chars()).take(9).collect();
    let billionths = whole.checked_mul(ONE)?.checked_add(digits.parse().ok()?)?;
    let scaled = |by: i128| billionths.checked_mul(by);
    match unit {
        "n" => Some(billionths / ONE),
        "u" => Some(billionths / 1_000_000),
        "m" => Some(billionths / 1000),
        "" => Some(billionths),
        "k" => scaled(1000),
        "M" => scaled(1_000_000),
        "G" => scaled(1_000_000_000),
        "T" => scaled(1_000_000_000_000),
        "P" => scaled(1_000_000_000_000_000),
        "Ki" => scaled(1 << 10),
        "Mi" => scaled(1 << 20),
        "Gi" => scaled(1 << 30),
        "Ti" => scaled(1 << 40),
        "Pi" => scaled(1 << 50),
        exponent => {
            let power: u32 = exponent.strip_prefix(['e', 'E'])?.trim_start_matches('+').parse().ok()?;
            scaled(10_i128.checked_pow(power)?)
        }
    }
}

/// One unit in billionths.
pub(super) const ONE: i128 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_in_every_way_that_it_is_written() {
        for (text, billionths) in [
            ("1", ONE),
            ("500m", ONE / 2),
            (".5", ONE / 2),
            ("1.5Gi", (3 << 29) * ONE),
            ("64Mi", (64 << 20) * ONE),
            ("64M", 64_000_000 * ONE),
            ("1e3", 1000 * ONE),
            ("2E+2", 200 * ONE),
            ("7n", 7),
        ] {
            assert_eq!(parse(text), Some(billionths), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_none() {
        for text in ["", ".", "m", "-1", "1x", "1Mib", "1e", "1e99", "9999999999999999", "1 Mi"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
