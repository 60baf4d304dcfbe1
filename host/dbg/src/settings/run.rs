//! The words of `dbg run` become targets, checks and their parameters.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::anyhow;
use dbg_model::{Capability, Cell, CheckSelector, Target, truncate_at_char};

use crate::args;
use crate::args::ReportFormat;
use crate::diagnostic::{Fault, hinted};
use crate::exit::FailOn;
use crate::settings::Repetition;

/// One check as asked for, with what was typed after it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CheckRequest {
    /// Which check.
    pub(crate) selector: CheckSelector,
    /// `key=value` pairs, not yet understood.
    pub(crate) typed: Vec<(String, String)>,
}

/// What `dbg run` is to do.
#[derive(Debug)]
pub(crate) struct RunSettings {
    /// At least one, without repetition.
    pub(crate) targets: Vec<Target>,
    /// At least one.
    pub(crate) checks: Vec<CheckRequest>,
    /// Files to take checks from as well.
    pub(crate) plugin_files: Vec<PathBuf>,
    /// Whether unsigned plugins may run.
    pub(crate) unsigned: UnsignedRule,
    /// What the checks may be given.
    pub(crate) allowed: BTreeSet<Capability>,
    /// The report's form.
    pub(crate) output: ReportFormat,
    /// The exit code's rule.
    pub(crate) fail_on: FailOn,
    /// Where artifacts go.
    pub(crate) artifacts: Option<PathBuf>,
    /// Whether to tell how long things took.
    pub(crate) timings: Timings,
    /// How often the checks are run; once when there is none.
    pub(crate) repetition: Option<Repetition>,
}

/// What to do with a plugin file that nobody signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnsignedRule {
    /// Refuse it.
    Refuse,
    /// The operator said that it may run.
    Allow,
}

/// Whether to tell how long things took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Timings {
    /// Say nothing.
    Silent,
    /// On stderr.
    Shown,
}

impl TryFrom<args::Run> for RunSettings {
    type Error = Fault;

    fn try_from(args: args::Run) -> Result<Self, Fault> {
        let mut targets = Vec::new();
        for text in &args.targets {
            let target: Target = text.parse().map_err(Fault::usage)?;
            if !targets.contains(&target) {
                targets.push(target);
            }
        }
        let mut allowed = BTreeSet::from(Capability::ALL);
        for text in &args.denied {
            allowed.remove(&text.parse().map_err(Fault::usage)?);
        }
        Ok(Self {
            targets,
            checks: check_requests(&args.words)?,
            plugin_files: args.plugins,
            unsigned: if args.allow_unsigned { UnsignedRule::Allow } else { UnsignedRule::Refuse },
            allowed,
            output: args.output,
            fail_on: args.fail_on,
            artifacts: args.artifacts,
            repetition: Repetition::of(&args.repeat),
            timings: if args.timings { Timings::Shown } else { Timings::Silent },
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
