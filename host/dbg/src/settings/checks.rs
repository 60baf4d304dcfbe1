//! The words after `dbg run` become checks, their parameters, and what they may be given.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::anyhow;
use dbg_model::{Capability, Cell, CheckSelector, truncate_at_char};

use crate::args::Selection;
use crate::diagnostic::{Fault, hinted};

/// One check as asked for, with what was typed after it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CheckRequest {
    /// Which check.
    pub(crate) selector: CheckSelector,
    /// `key=value` pairs, not yet understood.
    pub(crate) typed: Vec<(String, String)>,
}

/// Which checks, and what they may be given.
#[derive(Debug)]
pub(crate) struct CheckSettings {
    /// In the order in which they were asked for.
    pub(crate) requests: Vec<CheckRequest>,
    /// Files to take checks from as well.
    pub(crate) plugin_files: Vec<PathBuf>,
    /// Whether unsigned plugins may run.
    pub(crate) unsigned: UnsignedRule,
    /// What the checks may be given.
    pub(crate) allowed: BTreeSet<Capability>,
}

/// What to do with a plugin file that nobody signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnsignedRule {
    /// Refuse it.
    Refuse,
    /// The operator said that it may run.
    Allow,
}

impl CheckSettings {
    /// Of the words, and of what was typed beside them.
    pub(crate) fn new(words: &[String], selection: Selection) -> Result<Self, Fault> {
        let mut allowed = BTreeSet::from(Capability::ALL);
        for text in &selection.denied {
            allowed.remove(&text.parse().map_err(Fault::usage)?);
        }
        Ok(Self {
            requests: check_requests(words)?,
            plugin_files: selection.plugins,
            unsigned: if selection.allow_unsigned { UnsignedRule::Allow } else { UnsignedRule::Refuse },
            allowed,
        })
    }
}

/// `a x=1 y=2 b x=3`: a word with `=` belongs to the check before it.
fn check_requests(words: &[String]) -> Result<Vec<CheckRequest>, Fault> {
    let mut requests: Vec<CheckRequest> = Vec::new();
    for word in words {
        match (word.split_once('='), requests.last_mut()) {
            (Some((key, value)), Some(request)) => request.typed.push((key.to_owned(), value.to_owned())),
            (Some((key, _)), None) => {
                let shown = Cell(truncate_at_char(key, 64)).to_string();
                return Err(Fault::usage(hinted(
                    anyhow!("the parameter `{shown}` follows no check"),
                    format!("name the check first: `dbg run CHECK {shown}=…`"),
                )));
            }
            (None, _) => {
                requests.push(CheckRequest { selector: word.parse().map_err(Fault::usage)?, typed: Vec::new() });
            }
        }
    }
    Ok(requests)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn parameters_belong_to_the_check_before_them() {
        let requests = check_requests(&words("a x=1 y=p=q b x=3")).unwrap();
        assert_eq!(requests.len(), 2);
        assert_eq!(requests[0].typed, [("x".into(), "1".into()), ("y".into(), "p=q".into())]);
        assert_eq!(requests[1].typed, [("x".into(), "3".into())]);
    }

    #[test]
    fn a_parameter_before_any_check_is_refused() {
        assert!(check_requests(&words("x=1 a")).is_err());
    }
}
