//! What was typed after `dbg run` becomes targets, checks, and what is to come of them.

use std::path::PathBuf;

use dbg_model::{ImageName, Target};
use dbg_placement::{Asked, ClusterSettings, Privilege};

use super::cluster::pods;
use super::{CheckSettings, PodsMade, cluster_settings};
use crate::args;
use crate::args::{CleanupWord, Making, Recording, ReportFormat};
use crate::diagnostic::{Fault, hinted};
use crate::exit::FailOn;
use crate::settings::Repetition;

/// What `dbg run` is to do.
#[derive(Debug)]
pub(crate) struct RunSettings {
    /// At least one, without repetition; what stands for many is replaced by them before anything else.
    pub(crate) targets: Vec<Target>,
    /// How containers of the run are made.
    pub(crate) asked: Asked,
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

/// How containers are to be made, which is for targets of the engine alone.
pub(super) fn making(making: Making, targets: &[Target]) -> Result<Asked, Fault> {
    let Making { image, privileged, create_namespace, cleanup } = making;
    let asks_cluster = create_namespace.then_some("--create-namespace");
    let asks_cluster = asks_cluster.or((cleanup == CleanupWord::Job).then_some("--cleanup=job"));
    if let (Some(flag), false) = (asks_cluster, targets.iter().any(Target::is_of_cluster)) {
        let error = anyhow::anyhow!("`{flag}` is of pods, and no target takes one");
        return Err(Fault::usage(hinted(error, "`dbg target list` lists the targets of a cluster")));
    }
    let image: Option<ImageName> = image.map(|image| image.parse().map_err(Fault::usage)).transpose()?;
    let privilege = if privileged { Privilege::All } else { Privilege::Least };
    let asked = Asked { image, privilege };
    let takes_image = |target: &Target| target.is_of_engine() || target.is_of_cluster();
    if asked.image.is_some() && !targets.iter().any(takes_image) {
        let error = anyhow::anyhow!("`--image` is of containers and pods, and no target takes one");
        return Err(Fault::usage(hinted(error, "`dbg target list` lists the targets of container engine and cluster")));
    }
    if asked.privilege == Privilege::All && !targets.iter().any(Target::is_of_engine) {
        let error = anyhow::anyhow!("`--privileged` is of containers, and no target takes one");
        return Err(Fault::usage(hinted(error, "`dbg target list` lists the targets of the container engine")));
    }
    Ok(asked)
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
        let made = PodsMade::of(&args.making);
        let asked = making(args.making, &targets)?;
        let mut cluster = cluster_settings(&args.cluster, asked.image.as_ref())?;
        let targets = pods(&args.pod, &mut cluster, targets)?;
        Ok(Self {
            targets: reach(targets, args.pid)?,
            selector: args.selector,
            cluster: made.in_cluster(cluster),
            asked,
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
