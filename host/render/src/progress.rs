//! The one line that lives while a check runs, and what is worth a line of its own.

use dbg_model::{Cell, Progress};
use dbg_report::{Moment, Series};

use crate::text::{clock, fit, percent};

/// How far a check is, on one line of at most `width` columns, without its newline: `dns-check on local: 3 of 10, asks 10.0.0.10`.
#[must_use]
pub fn progress_line(target: &str, check: &str, progress: &Progress, width: usize) -> String {
    let mut line = format!("{} on {}: ", Cell(check), Cell(target));
    match (progress.done, progress.total) {
        (0, 0) => {}
        (done, 0) => line.push_str(&format!("{done} done")),
        (done, total) => line.push_str(&format!("{done} of {total}")),
    }
    if !progress.text.is_empty() {
        if !line.ends_with(' ') {
            line.push_str(", ");
        }
        line.push_str(&Cell(&progress.text).to_string());
    }
    fit(&line, width).trim_end_matches([' ', ':']).to_owned()
}

/// How the rounds of a check go, on one line of at most `width` columns, without its newline: `tcp-reach on local: round 12 pass, 1 lost
/// (8.3 %)`.
#[must_use]
pub fn round_line(target: &str, check: &str, series: &Series, width: usize) -> String {
    let (last, tally) = (&series.last, &series.tally);
    let line = format!(
        "{} on {}: round {} {}, {} lost ({})",
        Cell(check),
        Cell(target),
        last.round,
        last.verdict,
        tally.lost(),
        percent(tally)
    );
    fit(&line, width)
}

/// That the rounds of a check come out otherwise from this one on, without a newline: `2026-11-24T12:04:11Z tcp-reach on local: fail: db:5432
/// refuses`.
#[must_use]
pub fn change_line(target: &str, check: &str, moment: &Moment) -> String {
    let line = format!("{} {} on {}: {}", clock(moment), Cell(check), Cell(target), moment.verdict);
    if moment.sentence.is_empty() { line } else { format!("{line}: {}", Cell(&moment.sentence)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn rounds_are_told_with_the_newest_and_what_was_lost() {
        let report = sample::repeated();
        let series = report.results[0].series.as_ref().unwrap();
        assert_eq!(round_line("local", "tcp-reach", series, 80), "tcp-reach on local: round 6 pass, 3 lost (50.0 %)");
        assert_eq!(round_line("local", "tcp-reach", series, 12), "tcp-reach o…");
        let first = series.first_lost.as_ref().unwrap();
        let told = change_line("local", "tcp-reach", first);
        assert_eq!(told, "2026-11-24T20:35:56Z tcp-reach on local: fail: 10.0.0.11:53 does not answer");
        let hostile = Moment { sentence: sample::HOSTILE.to_owned(), ..first.clone() };
        assert!(!change_line(sample::HOSTILE, "tcp-reach", &hostile).contains(['\n', '\x1b', '\u{202e}']));
    }

    fn line(done: u32, total: u32, text: &str, width: usize) -> String {
        progress_line("local", "dns-check", &Progress { done, total, text: text.to_owned() }, width)
    }

    #[test]
    fn counts_and_text_are_shown_as_far_as_they_are_known() {
        assert_eq!(line(3, 10, "asks 10.0.0.10", 80), "dns-check on local: 3 of 10, asks 10.0.0.10");
        assert_eq!(line(3, 0, "", 80), "dns-check on local: 3 done");
        assert_eq!(line(0, 0, "starts", 80), "dns-check on local: starts");
        assert_eq!(line(0, 0, "", 80), "dns-check on local");
    }

    #[test]
    fn a_hostile_text_stays_on_the_line_and_within_the_width() {
        assert_eq!(line(0, 0, "a\r\n\x1b[2Jb", 80), "dns-check on local: a\\r\\n\\x1b[2Jb");
        assert_eq!(line(1, 2, &"界".repeat(100), 30), "dns-check on local: 1 of 2, …");
        assert_eq!(line(1, 2, "x", 0), "");
    }
}
