//! What is being debugged, as an operator writes it: `kind/name`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Cell, nearest, truncate_at_char};

/// What is being debugged. Kinds are added with the placement that reaches them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Target {
    /// This process's own view of this machine.
    Local,
}

/// A kind of target, for help and for errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TargetKind {
    /// The word before the slash.
    pub word: &'static str,
    /// What it is, for `dbg target list` and help.
    pub doc: &'static str,
}

/// Every kind of this build.
const KINDS: [TargetKind; 1] = [TargetKind { word: "local", doc: "this machine, from this process" }];

/// Why a text is no target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// No such kind.
    #[error("`{shown}` is no kind of target; there is {choices}")]
    UnknownKind {
        /// What was given, escaped and cut.
        shown: String,
        /// The valid kinds.
        choices: String,
        /// The nearest kind.
        nearest: Option<&'static str>,
    },
    /// `local/x`.
    #[error("the target `{kind}` takes no name, and `{shown}` gives one")]
    NameNotWanted {
        /// The kind.
        kind: &'static str,
        /// What was given, escaped and cut.
        shown: String,
    },
}

impl TargetError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownKind { nearest, .. } => nearest.map(|kind| format!("did you mean `--target {kind}`?")),
            Self::NameNotWanted { kind, .. } => Some(format!("write `--target {kind}`")),
        }
    }
}

impl Target {
    /// The kinds of this build.
    #[must_use]
    pub fn kinds() -> &'static [TargetKind] {
        &KINDS
    }
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let (kind, name) = match text.split_once('/') {
            Some((kind, name)) => (kind, Some(name)),
            None => (text, None),
        };
        let shown = |text: &str| Cell(truncate_at_char(text, 64)).to_string();
        match (kind, name) {
            ("local", None) => Ok(Self::Local),
            ("local", Some(_)) => Err(TargetError::NameNotWanted { kind: "local", shown: shown(text) }),
            _ => Err(TargetError::UnknownKind {
                shown: shown(kind),
                choices: KINDS.map(|kind| format!("`{}`", kind.word)).join(", "),
                nearest: nearest(kind, KINDS.map(|kind| kind.word)),
            }),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local => f.pad("local"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_kind_suggests_the_nearest() {
        let error = "locla".parse::<Target>().unwrap_err();
        assert_eq!(error.hint().as_deref(), Some("did you mean `--target local`?"));
    }

    #[test]
    fn a_target_that_takes_no_name_refuses_one() {
        assert!(matches!("local/n1".parse::<Target>(), Err(TargetError::NameNotWanted { kind: "local", .. })));
    }
}
