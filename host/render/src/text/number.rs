//! Numbers of one column, brought to one unit and as many decimals as they need.

use std::borrow::Cow;

use dbg_model::Cell;

use super::measure::fit;

/// Each unit as a multiple of its family's smallest, ascending.
const TIMES: [(&str, f64); 4] = [("ns", 1.0), ("us", 1e3), ("ms", 1e6), ("s", 1e9)];
const SIZES: [(&str, f64); 5] =
    [("B", 1.0), ("KiB", 1024.0), ("MiB", 1048576.0), ("GiB", 1073741824.0), ("TiB", 1099511627776.0)];
/// From here on a number is shown with an exponent: its digits would not be kept anyway.
const PLAIN: f64 = 1e16;

/// How all numbers of a column are shown.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scale {
    /// The unit as shown; empty for none.
    pub(crate) unit: Cow<'static, str>,
    factor: f64,
    decimals: usize,
}

impl Scale {
    /// The largest unit in which the largest of `values` is at least 1.
    pub(crate) fn new(unit: &str, values: &[f64]) -> Self {
        let largest = values.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
        let (unit, factor) = match unit {
            "bytes" => choose(&SIZES, 1.0, largest, "B"),
            "percent" => ("%".into(), 1.0),
            "per-second" => ("/s".into(), 1.0),
            "count" | "" => ("".into(), 1.0),
            time => match TIMES.iter().find(|(name, _)| *name == time) {
                Some((name, multiple)) => choose(&TIMES, *multiple, largest, name),
                None => (fit(&Cell(unit).to_string(), 16).into(), 1.0),
            },
        };
        let mut scale = Self { unit, factor, decimals: decimals(largest * factor) };
        scale.decimals = values.iter().map(|value| scale.needed(*value)).max().unwrap_or(0);
        scale
    }

    /// One number, without its unit.
    pub(crate) fn show(&self, value: f64) -> String {
        let (scaled, decimals) = (value * self.factor, self.decimals);
        if scaled.abs() >= PLAIN {
            return format!("{scaled:e}");
        }
        let text = format!("{scaled:.decimals$}");
        let is_zero = !text.contains(|c: char| ('1'..='9').contains(&c));
        match is_zero {
            true if scaled > 0.0 => format!("<{}", smallest(decimals)),
            true if scaled < 0.0 => format!(">-{}", smallest(decimals)),
            true => format!("{:.decimals$}", 0.0),
            false => text,
        }
    }

    /// How many of the decimals of one number are not just zeros at its end.
    fn needed(&self, value: f64) -> usize {
        let (scaled, decimals) = (value * self.factor, self.decimals);
        let text = format!("{scaled:.decimals$}");
        let fraction = text.split_once('.').map_or("", |(_, fraction)| fraction).trim_end_matches('0');
        // What would be shown as zero and is none needs them all.
        if fraction.is_empty() && scaled != 0.0 && scaled.abs() < 0.5 { decimals } else { fraction.len() }
    }
}

fn choose(family: &[(&'static str, f64)], multiple: f64, largest: f64, own: &'static str) -> (Cow<'static, str>, f64) {
    let fits = |(_, size): &&(&str, f64)| largest * multiple >= *size;
    let chosen = family.iter().rev().find(fits).or(if largest > 0.0 { family.first() } else { None });
    chosen.map_or((own.into(), 1.0), |(name, size)| ((*name).into(), multiple / size))
}

/// Four significant digits of the largest, three decimals at most.
fn decimals(largest: f64) -> usize {
    match largest {
        n if n >= 1000.0 => 0,
        n if n >= 100.0 => 1,
        n if n >= 10.0 => 2,
        _ => 3,
    }
}

/// The smallest number that shows with so many decimals.
fn smallest(decimals: usize) -> String {
    match decimals {
        0 => "1".to_owned(),
        _ => format!("0.{:0>decimals$}", 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(unit: &str, values: &[f64]) -> (String, Vec<String>) {
        let scale = Scale::new(unit, values);
        (scale.unit.to_string(), values.iter().map(|value| scale.show(*value)).collect())
    }

    fn expect(unit: &str, values: &[f64], in_unit: &str, texts: &[&str]) {
        let (unit, shown) = shown(unit, values);
        assert_eq!((unit.as_str(), shown), (in_unit, texts.iter().map(|text| (*text).to_owned()).collect()));
    }

    #[test]
    fn a_column_has_the_unit_of_its_largest_number() {
        expect("ns", &[1_500_000.0, 250_000.0], "ms", &["1.50", "0.25"]);
        expect("ms", &[0.25], "us", &["250"]);
        expect("s", &[7200.0, 0.5], "s", &["7200", "<1"]);
        expect("bytes", &[512.0], "B", &["512"]);
        expect("bytes", &[1024.0, 1536.0], "KiB", &["1.0", "1.5"]);
    }

    #[test]
    fn what_is_not_zero_is_never_shown_as_zero() {
        expect("ms", &[5000.0, 0.001, 0.0, -0.001], "s", &["5.000", "<0.001", "0.000", ">-0.001"]);
    }

    #[test]
    fn numbers_without_a_family_stay_as_they_are() {
        expect("percent", &[99.5], "%", &["99.5"]);
        expect("count", &[1_000_000.0], "", &["1000000"]);
        expect("furlong\x1b[m", &[2.0], "furlong\\x1b[m", &["2"]);
        expect("ms", &[], "ms", &[]);
        expect("ms", &[0.0], "ms", &["0"]);
    }

    #[test]
    fn a_number_of_three_hundred_digits_does_not_fill_the_line() {
        expect("", &[1e300, -1.5e200], "", &["1e300", "-1.5e200"]);
    }
}
