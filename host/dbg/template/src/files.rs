//! Reads one file of the target.

use dbg_sdk::files::{self, ErrorCode};
use dbg_sdk::prelude::*;

/// More of it is not read.
const MOST: usize = 64 * 1024;

/// Says whether the file is there and holds something.
pub fn look(run: &Run, path: &str) -> Result<(), Failure> {
    match files::read(path, MOST) {
        Ok(contents) if contents.bytes.is_empty() => {
            run.warn("file-empty", format!("{path} is empty"))
                .about(path);
        }
        Ok(contents) => {
            let text = String::from_utf8_lossy(&contents.bytes);
            run.pass(
                "file-read",
                format!("{path} holds {} bytes", contents.bytes.len()),
            )
            .about(path)
            .evidence("first line", text.lines().next().unwrap_or_default());
            run.artifact("file.txt", "text/plain")
                .append(&contents.bytes);
        }
        Err(error) if error.code == ErrorCode::NotFound => {
            run.fail("file-missing", format!("{path} is not there"))
                .about(path)
                .next_step(format!(
                    "make {path}, or name another file with `file=PATH`"
                ));
        }
        // What was not granted, or what the target refuses, is no finding about the file.
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use dbg_sdk::fake::Host;

    use super::*;

    #[test]
    fn a_file_that_is_there_passes_with_its_first_line() {
        let report = Host::new()
            .file("/etc/app", "one\ntwo\n")
            .run(|run| look(run, "/etc/app"));
        let finding = report.finding("file-read").expect("it was read");
        assert_eq!(finding.evidence("first line"), Some("one"));
        assert_eq!(report.verdict(), Severity::Pass);
    }

    #[test]
    fn a_missing_file_fails_and_says_what_to_do() {
        let report = Host::new().run(|run| look(run, "/etc/app"));
        let finding = report.finding("file-missing").expect("it is not there");
        assert!(!finding.next_steps.is_empty());
        assert_eq!(report.verdict(), Severity::Fail);
    }
}
