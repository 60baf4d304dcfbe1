//! What a command answered, and what must be so of every answer of `dbg`.

use std::fmt;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::time::Duration;

/// One finished command.
pub struct Output {
    pub(crate) command: String,
    pub(crate) status: ExitStatus,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    /// Wall time from start to end.
    pub took: Duration,
    /// The most memory it had at once, in bytes.
    pub peak_memory: u64,
}

impl Output {
    /// Its exit code; a process ended by a signal has none.
    #[must_use]
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// The signal that ended it.
    #[must_use]
    pub fn signal(&self) -> Option<i32> {
        self.status.signal()
    }

    /// What it wrote to stdout.
    #[must_use]
    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// What it wrote to stderr.
    #[must_use]
    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// Its stdout as one JSON document.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.stdout).unwrap_or_else(|error| panic!("stdout is no JSON: {error}\n{self}"))
    }

    /// Its stdout as one JSON document a line.
    #[must_use]
    #[track_caller]
    pub fn json_lines(&self) -> Vec<serde_json::Value> {
        let line = |text: &str| {
            serde_json::from_str(text).unwrap_or_else(|error| panic!("`{text}` is no JSON: {error}\n{self}"))
        };
        self.stdout().lines().map(line).collect()
    }

    /// The command must have ended with this code.
    #[track_caller]
    pub fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.code(), Some(code), "the exit code differs\n{self}");
        self
    }

    /// This must be in stdout.
    #[track_caller]
    pub fn says(&self, text: &str) -> &Self {
        assert!(self.stdout().contains(text), "stdout lacks `{text}`\n{self}");
        self
    }

    /// This must not be in stdout nor in stderr.
    #[track_caller]
    pub fn hides(&self, text: &str) -> &Self {
        assert!(!self.stdout().contains(text), "stdout has `{text}`\n{self}");
        assert!(!self.stderr().contains(text), "stderr has `{text}`\n{self}");
        self
    }

    /// This must be in stderr.
    #[track_caller]
    pub fn warns(&self, text: &str) -> &Self {
        assert!(self.stderr().contains(text), "stderr lacks `{text}`\n{self}");
        self
    }

    /// Nothing was written to stdout.
    #[track_caller]
    pub fn is_silent(&self) -> &Self {
        assert!(self.stdout.is_empty(), "stdout is not empty\n{self}");
        self
    }

    /// What holds for every answer, whatever was asked and whoever wrote the text in it.
    #[track_caller]
    pub(crate) fn judge(&self, is_for_people: bool) {
        for (stream, bytes) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            let text = String::from_utf8_lossy(bytes);
            assert!(!text.contains("panicked at"), "`dbg` panicked\n{self}");
            if let Some(found) =
                text.chars().find(|&letter| moves_the_cursor(letter) || (is_for_people && reorders(letter)))
            {
                panic!("{stream} has the raw character U+{:04X}\n{self}", u32::from(found));
            }
        }
        assert_ne!(self.signal(), Some(6), "`dbg` aborted\n{self}");
        assert_ne!(self.signal(), Some(11), "`dbg` crashed\n{self}");
    }
}

/// Characters that move a terminal's cursor or start a command to it.
fn moves_the_cursor(letter: char) -> bool {
    letter.is_control() && letter != '\n' && letter != '\t'
}

/// Characters that reorder or hide what a person reads. For a program they are data.
fn reorders(letter: char) -> bool {
    matches!(letter, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

impl fmt::Display for Output {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cut = |text: String| -> String {
            let mut shown: String = text.chars().take(8 << 10).collect();
            if shown.len() < text.len() {
                shown.push_str("\n… (cut)");
            }
            shown.escape_debug().to_string().replace("\\n", "\n").replace("\\\"", "\"").replace("\\'", "'")
        };
        writeln!(formatter, "$ {}\n[{} after {:?}]", self.command, self.status, self.took)?;
        writeln!(formatter, "--- stdout\n{}", cut(self.stdout()))?;
        write!(formatter, "--- stderr\n{}", cut(self.stderr()))
    }
}
