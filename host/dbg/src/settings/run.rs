//! What was typed after `dbg run` becomes targets, checks, and what is to come of them.

use std::path::PathBuf;

use dbg_model::Target;
use dbg_placement::ClusterSettings;

use super::{CheckSettings, cluster_settings};
use crate::args;
use crate::args::{Recording, ReportFormat};
use crate::diagnostic::{Fault, hinted};
use crate::exit::FailOn;
use crate::settings::Repetition;

/// What `dbg run` is to do.
#[derive(Debug)]
pub(crate) struct RunSettings {
    /// At least one, without repetition; what stands for many is replaced by them before anything else.
    pub(crate) targets: Vec<Target>,
    /// Which nodes the target `nodes` stands for.
    pub(crate) selector: Option<String>,
    /// Which cluster its targets are in.
    pub(crate) cluster: ClusterSettings,
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
    /// Where the operator wants it recorded.
    pub(crate) recording: Recording,
}

/// Whether to tell how long things took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Timings {
    /// Say nothing.
    Silent,
    /// On stderr.
    Shown,
}

/// The targets as they were typed, with `--pid` where that was, which is for containers alone.
pub(super) fn reach(targets: Vec<Target>, pid: bool) -> Result<Vec<Target>, Fault> {
    if !pid {
        return Ok(targets);
    }
    if !targets.iter().any(|target| matches!(target, Target::Container(..))) {
        let error = anyhow::anyhow!("`--pid` looks at the processes of a container, and no target is one");
        return Err(Fault::usage(hinted(error, "write `--target container/NAME`, or leave `--pid` out")));
    }
    Ok(targets.into_iter().map(Target::with_processes).collect())
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
        if args.selector.is_some() && !targets.contains(&Target::Nodes) {
            let error = anyhow::anyhow!("`-l` names nodes of the target `nodes`, which is none of these");
            return Err(Fault::usage(hinted(error, "write `--target nodes`, or leave `-l` out")));
        }
        Ok(Self {
            targets: reach(targets, args.pid)?,
            selector: args.selector,
            cluster: cluster_settings(&args.cluster, args.image.as_deref())?,
            checks: CheckSettings::new(&args.words, args.selection)?,
            output: args.output,
            fail_on: args.fail_on,
            artifacts: args.artifacts,
            repetition: Repetition::of(&args.repeat),
            recording: args.recording,
            timings: if args.timings { Timings::Shown } else { Timings::Silent },
        })
    }
}
