//! Many ports or addresses as few words.

use std::net::{IpAddr, Ipv4Addr};

/// Ranges in one text; the rest is counted.
const SHOWN: usize = 24;

/// `22, 80, 8000-8010`, of sorted ports.
pub(crate) fn ports(sorted: &[u16]) -> String {
    let runs = runs(sorted.iter().map(|port| (u128::from(*port), port.to_string())));
    shown(&runs)
}

/// `10.0.0.1-10.0.0.9, 10.0.0.12`; what is no address stands by itself.
pub(crate) fn addresses<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let mut known: Vec<(u128, String)> = Vec::new();
    let mut others = Vec::new();
    for text in texts {
        match text.parse::<IpAddr>() {
            Ok(IpAddr::V4(ip)) => known.push((mapped(ip), text.to_owned())),
            Ok(IpAddr::V6(ip)) => known.push((ip.to_bits(), text.to_owned())),
            Err(_) => others.push(text.to_owned()),
        }
    }
    known.sort_unstable();
    let mut all = runs(known.into_iter());
    all.extend(others);
    shown(&all)
}

/// IPv4 far from any IPv6 address that somebody would scan, and in its own order.
fn mapped(ip: Ipv4Addr) -> u128 {
    ip.to_ipv6_mapped().to_bits()
}

/// Neighbours become `first-last`.
fn runs(sorted: impl Iterator<Item = (u128, String)>) -> Vec<String> {
    let mut runs: Vec<(String, String, u128)> = Vec::new();
    for (value, text) in sorted {
        match runs.last_mut() {
            Some((_, last, end)) if *end == value || end.checked_add(1) == Some(value) => {
                *last = text;
                *end = value;
            }
            _ => runs.push((text.clone(), text, value)),
        }
    }
    runs.into_iter().map(|(first, last, _)| if first == last { first } else { format!("{first}-{last}") }).collect()
}

fn shown(all: &[String]) -> String {
    let text = all.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    match all.len().saturating_sub(SHOWN) {
        0 => text,
        more => format!("{text} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_become_a_range() {
        assert_eq!(ports(&[22, 80, 81, 82, 443]), "22, 80-82, 443");
        assert_eq!(ports(&[80, 80, 81]), "80-81", "the same port of several endpoints");
        assert_eq!(ports(&[]), "");
        assert_eq!(ports(&[65_534, 65_535]), "65534-65535");
    }

    #[test]
    fn addresses_are_sorted_by_value_and_families_stay_apart() {
        let texts = ["10.0.0.10", "10.0.0.9", "10.0.0.2", "::1", "fe80::1%eth0", "10.0.0.11"];
        assert_eq!(addresses(texts.into_iter()), "::1, 10.0.0.2, 10.0.0.9-10.0.0.11, fe80::1%eth0");
    }

    #[test]
    fn what_is_too_much_to_read_is_counted() {
        let odd: Vec<u16> = (1..200).step_by(2).collect();
        let text = ports(&odd);
        assert!(text.ends_with(", 47 and 76 more"), "{text}");
    }
}
