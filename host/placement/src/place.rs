//! A target becomes a plan, and the hold on what the plan is about.

use dbg_model::Target;

use crate::docker::Engines;
use crate::facts::{self, Own, Pins, gather};
use crate::kube::{self, Clusters};
use crate::plan::{Needs, Place, Plan, plan};
use crate::{Refusal, plan as planning};

/// A target that can be reached: the plan, and the target as it was when the plan was made.
#[derive(Debug)]
pub struct Placed {
    /// How it is reached.
    pub plan: Plan,
    pub(crate) own: Own,
    pub(crate) pins: Pins,
}

/// Whether a target takes a process of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NeedsChild {
    /// Its agent is a program, and has to be unpacked.
    Yes,
    /// Its agent runs in this process.
    No,
}

/// Whether this target takes a process of its own, as far as it is known without looking at the target.
#[must_use]
pub fn needs_child(target: &Target, own: &Own) -> NeedsChild {
    planning::needs_child(target, own)
}

/// Looks at a target and decides how to reach it. Nothing is created.
///
/// # Errors
/// Why it cannot be reached.
pub async fn place(target: &Target, needs: &Needs, engines: &Engines, clusters: &Clusters) -> Result<Placed, Refusal> {
    if target.is_of_cluster() && planning::asks_the_cluster_alone(needs) {
        let own = facts::own()?;
        // A pod that is named is the check's to look for.
        let pod = if matches!(target, Target::Workload(_)) { kube::pod_of(target, clusters).await? } else { None };
        let plan = planning::at_operator(target, pod.as_ref(), &own, needs)?;
        return Ok(Placed { plan, own, pins: Pins::default() });
    }
    let (facts, pins) = gather(target, engines, clusters).await?;
    let mut plan = plan(needs, &facts)?;
    let notes = match &plan.place.what {
        Place::Pod(pod) => kube::preflight(pod, clusters).await?,
        Place::Inside(inside) => kube::preflight_inside(inside, clusters).await?,
        Place::InProcess | Place::Child(_) | Place::Container(_) => Vec::new(),
    };
    plan.notes.extend(notes);
    Ok(Placed { plan, own: facts.own, pins })
}
