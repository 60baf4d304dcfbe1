//! Versions as kernels and kubelets have them: numbers in front, and whatever a vendor adds.

/// The numbers in front: `5.15.0-91-generic` is 5, 15, 0.
fn numbers(text: &str) -> Vec<u64> {
    let plain = text.trim_start_matches('v');
    let front = plain.split(|c: char| !c.is_ascii_digit() && c != '.').next().unwrap_or_default();
    front.split('.').map_while(|part| part.parse().ok()).collect()
}

/// Whether a version is at least another; what is no version is never.
pub(crate) fn is_at_least(version: &str, least: &str) -> bool {
    let (version, least) = (numbers(version), numbers(least));
    if version.is_empty() || least.is_empty() {
        return false;
    }
    let part = |of: &[u64], place: usize| of.get(place).copied().unwrap_or(0);
    let places = version.len().max(least.len());
    let first_other = (0..places).find(|place| part(&version, *place) != part(&least, *place));
    first_other.is_none_or(|place| part(&version, place) > part(&least, place))
}

/// Whether a version is the wanted one, or one of it: `6.8` takes `6.8.0-45` and not `6.80`.
pub(crate) fn is_of(version: &str, wanted: &str) -> bool {
    let (version, wanted) = (version.trim_start_matches('v'), wanted.trim_start_matches('v'));
    version.strip_prefix(wanted).is_some_and(|rest| rest.chars().next().is_none_or(|next| !next.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        for (version, least) in
            [("5.15.0-91-generic", "5.15"), ("6.1", "5.15"), ("5.15", "5.15.0"), ("v1.33.2+k3s1", "1.33")]
        {
            assert!(is_at_least(version, least), "{version} {least}");
        }
        for (version, least) in [("5.4.0", "5.15"), ("5.15.0", "5.15.1"), ("", "5"), ("x", "5"), ("5", "x")] {
            assert!(!is_at_least(version, least), "{version} {least}");
        }
    }

    #[test]
    fn a_wanted_version_takes_what_is_of_it() {
        assert!(is_of("6.8.0-45-generic", "6.8") && is_of("v1.33.2", "v1.33") && is_of("6.8", "6.8"));
        assert!(!is_of("6.80.1", "6.8") && !is_of("6.7", "6.8"));
    }
}
