//! "did you mean": the nearest valid choice.

/// The choice most like `typed`, when it is near enough to be what was meant: one edit in three characters.
#[must_use]
pub fn nearest<'a>(typed: &str, choices: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A hostile name of megabytes would make the comparison quadratic.
    if typed.len() > 128 {
        return None;
    }
    choices
        .into_iter()
        .map(|choice| (strsim::damerau_levenshtein(typed, choice), choice))
        .filter(|(distance, choice)| *distance <= choice.chars().count().div_ceil(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, choice)| choice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_finds_what_was_meant() {
        assert_eq!(nearest("dns-chekc", ["dns-check", "tcp-reach"]), Some("dns-check"));
        assert_eq!(nearest("lcoal", ["local", "host"]), Some("local"));
    }

    #[test]
    fn something_else_altogether_suggests_nothing() {
        assert_eq!(nearest("kubernetes", ["local", "host"]), None);
        assert_eq!(nearest(&"x".repeat(1_000_000), ["local"]), None);
    }
}
