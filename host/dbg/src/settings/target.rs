//! What was typed after `dbg target explain` becomes a target and checks.

use dbg_model::{ImageName, Target};
use dbg_placement::{Asked, ClusterSettings};

use super::cluster::pods;
use super::{CheckSettings, PodsMade, cluster_settings};
use crate::args::{ListFormat, ObjectFormat, TargetExplain, TargetRbac};
use crate::diagnostic::{Fault, hinted};

/// What `dbg target explain` is to do.
#[derive(Debug)]
pub(crate) struct ExplainSettings {
    /// Of which the plan is wanted.
    pub(crate) target: Target,
    /// How a container for it would be made.
    pub(crate) asked: Asked,
    /// Which cluster it is in.
    pub(crate) cluster: ClusterSettings,
    /// For which it is wanted; none is as good as one that needs nothing.
    pub(crate) checks: CheckSettings,
    /// How it is printed.
    pub(crate) output: ListFormat,
    /// How much is told.
    pub(crate) detail: Detail,
}

/// How much is told of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// The plan.
    Plan,
    /// The plan, and what a security officer asks.
    Security,
}

impl TryFrom<TargetExplain> for ExplainSettings {
    type Error = Fault;

    fn try_from(args: TargetExplain) -> Result<Self, Fault> {
        let target = args.target.parse().map_err(Fault::usage)?;
        let reached = super::run::reach(vec![target], args.pid)?;
        let made = PodsMade::of(&args.making);
        let asked = super::run::making(args.making, &reached)?;
        let mut cluster = cluster_settings(&args.cluster, asked.image.as_ref())?;
        let [target] = &*pods(&args.pod, &mut cluster, reached)? else {
            return Err(Fault::usage(anyhow::anyhow!("a plan is of one target")));
        };
        let detail = if args.security { Detail::Security } else { Detail::Plan };
        Ok(Self {
            target: target.clone(),
            detail,
            cluster: made.in_cluster(cluster),
            asked,
            checks: CheckSettings::new(&args.words, args.selection)?,
            output: args.output,
        })
    }
}

/// What `dbg target rbac` is to do.
#[derive(Debug)]
pub(crate) struct RbacSettings {
    /// For which the role is wanted; one of a cluster.
    pub(crate) target: Target,
    /// Which cluster it is in.
    pub(crate) cluster: ClusterSettings,
    /// For which it is wanted.
    pub(crate) checks: CheckSettings,
    /// How it is printed.
    pub(crate) output: ObjectFormat,
}

impl TryFrom<TargetRbac> for RbacSettings {
    type Error = Fault;

    fn try_from(args: TargetRbac) -> Result<Self, Fault> {
        let target: Target = args.target.parse().map_err(Fault::usage)?;
        if !target.is_of_cluster() {
            let error =
                anyhow::anyhow!("`{}` takes no role: it is in no cluster", dbg_model::Cell(&target.to_string()));
            return Err(Fault::usage(hinted(error, "write `node/NAME`, `ns/NAME` or `cluster`")));
        }
        let image = args.image.map(|image| image.parse::<ImageName>().map_err(Fault::usage)).transpose()?;
        let mut cluster = cluster_settings(&args.cluster, image.as_ref())?;
        let [target] = &*pods(&args.pod, &mut cluster, vec![target])? else {
            return Err(Fault::usage(anyhow::anyhow!("a role is for one target")));
        };
        Ok(Self {
            target: target.clone(),
            cluster,
            checks: CheckSettings::new(&args.words, args.selection)?,
            output: args.output,
        })
    }
}
