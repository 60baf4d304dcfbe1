//! The name of one run.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use crate::{Cell, truncate_at_char};

/// The name of one run: 1 to 63 of `a-z`, `0-9` and `-`, so that it fits a label and a file name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunId(String);

/// Why a text names no run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RunIdError {
    /// Not of the form of a run's name.
    #[error("`{shown}` is no run id: 1 to 63 of `a-z`, `0-9` and `-`")]
    Form {
        /// What was given, escaped and cut.
        shown: String,
    },
}

impl RunIdError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Form { .. } => Some("copy the id from the last line of the run's report".to_owned()),
        }
    }
}

impl RunId {
    /// A new name from the caller's random bytes: 16 hexadecimal digits.
    #[must_use]
    pub fn from_random(bytes: [u8; 8]) -> Self {
        Self(bytes.iter().fold(String::with_capacity(16), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        }))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RunId {
    type Err = RunIdError;

    fn from_str(text: &str) -> Result<Self, RunIdError> {
        let inside = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if (1..=63).contains(&text.len()) && text.chars().all(inside) {
            Ok(Self(text.to_owned()))
        } else {
            Err(RunIdError::Form { shown: Cell(truncate_at_char(text, 64)).to_string() })
        }
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_id_is_a_valid_one() {
        let id = RunId::from_random([0, 1, 0xfe, 0xff, 4, 5, 6, 7]);
        assert_eq!(id.as_str(), "0001feff04050607");
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn what_could_leave_a_folder_or_move_a_cursor_is_no_id() {
        for text in ["", "../x", "a\x1b[2J", &"a".repeat(64)] {
            assert!(matches!(text.parse::<RunId>(), Err(RunIdError::Form { .. })), "{text:?}");
        }
    }
}
