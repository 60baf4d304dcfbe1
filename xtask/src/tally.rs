//! Counting tests: what cargo's test runners say, and what the tests themselves say they skipped.

use std::collections::BTreeMap;
use std::fmt;

/// How many tests passed, failed and were skipped.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Tally {
    /// Adds what one line of a test run says; any line but a runner's closing one adds nothing.
    pub(crate) fn read(&mut self, line: &str) {
        let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")) else {
            return;
        };
        for part in counts.split("; ") {
            let Some((number, word)) = part.split_once(' ') else { continue };
            let number: u64 = number.parse().unwrap_or(0);
            match word {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.skipped += number,
                _ => {}
            }
        }
    }

    /// Adds another tally.
    pub(crate) fn add(&mut self, other: Self) {
        let Self { passed, failed, skipped } = other;
        self.passed += passed;
        self.failed += failed;
        self.skipped += skipped;
    }

    /// A test that skipped itself returned like one that passed: takes it out of those.
    pub(crate) fn move_to_skipped(&mut self, count: u64) {
        self.passed = self.passed.saturating_sub(count);
        self.skipped += count;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { passed, failed, skipped } = self;
        write!(formatter, "{passed} passed, {failed} failed, {skipped} skipped")
    }
}

/// The tests that skipped themselves, with their reasons, from the file named by `DBG_SKIP_LOG`.
/// A line is `SKIPPED <test>: <reason>`, the word in front may be missing; a test that skips several things counts once.
pub(crate) fn skips(log: &str) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in log.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let line = line.strip_prefix("SKIPPED ").unwrap_or(line);
        let (test, reason) = line.split_once(": ").unwrap_or((line, "no reason given"));
        let reasons = found.entry(test.to_owned()).or_default();
        if !reasons.iter().any(|known| known == reason) {
            reasons.push(reason.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_of_several_runners_are_added_up() {
        let mut tally = Tally::default();
        for line in [
            "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.00s",
            "test passed_names_are_not_counted ... ok",
            "test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.20s",
        ] {
            tally.read(line);
        }
        assert_eq!(tally, Tally { passed: 7, failed: 3, skipped: 1 });
    }

    #[test]
    fn a_test_that_skipped_itself_is_not_counted_as_passed() {
        let mut tally = Tally { passed: 7, failed: 0, skipped: 1 };
        tally.move_to_skipped(2);
        assert_eq!(tally.to_string(), "5 passed, 0 failed, 3 skipped");
    }

    #[test]
    fn a_test_that_skips_twice_counts_once_and_keeps_both_reasons() {
        let log = "SKIPPED dns::real_server: `named` is missing\n\ndns::real_server: `dig` is missing\nother\n";
        let found = skips(log);
        assert_eq!(found.len(), 2);
        assert_eq!(found["dns::real_server"], ["`named` is missing", "`dig` is missing"]);
        assert_eq!(found["other"], ["no reason given"]);
    }
}
