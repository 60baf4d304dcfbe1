//! What was typed after `dbg run` becomes targets, checks, and what is to come of them.

use std::path::PathBuf;

use dbg_model::Target;

use super::CheckSettings;
use crate::args;
use crate::args::ReportFormat;
use crate::diagnostic::Fault;
use crate::exit::FailOn;
use crate::settings::Repetition;

/// What `dbg run` is to do.
#[derive(Debug)]
pub(crate) struct RunSettings {
    /// At least one, without repetition.
    pub(crate) targets: Vec<Target>,
    /// At least one check.
    pub(crate) checks: CheckSettings,
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

/// Whether to tell how long things took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Timings {
    /// Say nothing.
    Silent,
    /// On stderr.
    Shown,
}

/// The target as it was typed, with `--pid` where that was.
pub(super) fn reach(target: Target, pid: bool) -> Target {
    if pid { target.with_processes() } else { target }
}

impl TryFrom<args::Run> for RunSettings {
    type Error = Fault;

    fn try_from(args: args::Run) -> Result<Self, Fault> {
        let mut targets = Vec::new();
        for text in &args.targets {
            let target = reach(text.parse().map_err(Fault::usage)?, args.pid);
            if !targets.contains(&target) {
                targets.push(target);
            }
        }
        Ok(Self {
            targets,
            checks: CheckSettings::new(&args.words, args.selection)?,
            output: args.output,
            fail_on: args.fail_on,
            artifacts: args.artifacts,
            repetition: Repetition::of(&args.repeat),
            timings: if args.timings { Timings::Shown } else { Timings::Silent },
        })
    }
}
