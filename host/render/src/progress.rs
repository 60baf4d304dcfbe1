//! The one line that lives while a check runs.

use dbg_model::{Cell, Progress};

use crate::text::fit;

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

#[cfg(test)]
mod tests {
    use super::*;

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
