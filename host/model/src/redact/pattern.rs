//! A site's own patterns.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use regex::bytes::{Regex, RegexBuilder};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Cell, truncate_at_char};

/// How many patterns a run has at most.
pub const MAX_REDACT_PATTERNS: usize = 32;

/// A longer pattern is a mistake.
const LONGEST: usize = 512;

/// Bytes that one compiled pattern may take.
const SIZE: usize = 256 << 10;

/// What is masked wherever it is found: a regular expression over bytes, without Unicode classes. It takes time in proportion to the text,
/// whatever it is.
#[derive(Clone)]
pub struct RedactPattern {
    regex: Regex,
}

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RedactPatternError {
    /// It is too long.
    #[error("a pattern has at most {LONGEST} bytes, and this one has {bytes}")]
    Long {
        /// So long.
        bytes: usize,
    },
    /// It is no regular expression, or a huge one.
    #[error("`{shown}` is no pattern: {fault}")]
    Form {
        /// What was given, escaped and cut.
        shown: String,
        /// What is wrong, in one line.
        fault: String,
    },
    /// It would mask everywhere.
    #[error("the pattern `{shown}` matches where there is nothing")]
    Empty {
        /// What was given, escaped and cut.
        shown: String,
    },
}

impl RedactPatternError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Long { .. } => Some("make several patterns of it".to_owned()),
            Self::Form { .. } => Some("a pattern is a regular expression of ASCII, such as `ACME-[0-9]{8}`".to_owned()),
            Self::Empty { .. } => Some("use `+` in the place of `*`".to_owned()),
        }
    }
}

impl RedactPattern {
    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.regex.as_str()
    }

    /// Where it matches, in order, none overlapping.
    pub(super) fn find<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = Range<usize>> + 'a {
        self.regex.find_iter(text).map(|found| found.range()).filter(|range| !range.is_empty())
    }
}

impl FromStr for RedactPattern {
    type Err = RedactPatternError;

    fn from_str(text: &str) -> Result<Self, RedactPatternError> {
        let shown = || Cell(truncate_at_char(text, 64)).to_string();
        if text.len() > LONGEST {
            return Err(RedactPatternError::Long { bytes: text.len() });
        }
        let built = RegexBuilder::new(text).unicode(false).size_limit(SIZE).nest_limit(32).build();
        let regex = built.map_err(|error| {
            let fault = error.to_string();
            // The last line is the reason; those before draw where.
            let last = fault.lines().last().unwrap_or_default().trim_start_matches("error: ");
            RedactPatternError::Form { shown: shown(), fault: Cell(last).to_string() }
        })?;
        if regex.is_match(b"") {
            return Err(RedactPatternError::Empty { shown: shown() });
        }
        Ok(Self { regex })
    }
}

impl PartialEq for RedactPattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for RedactPattern {}

impl fmt::Debug for RedactPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

impl Serialize for RedactPattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for RedactPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
