//! What was typed after `dbg target explain` becomes a target and checks.

use dbg_model::Target;
use dbg_placement::Asked;

use super::CheckSettings;
use crate::args::{ListFormat, TargetExplain};
use crate::diagnostic::Fault;

/// What `dbg target explain` is to do.
#[derive(Debug)]
pub(crate) struct ExplainSettings {
    /// Of which the plan is wanted.
    pub(crate) target: Target,
    /// How a container for it would be made.
    pub(crate) asked: Asked,
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
        let [target] = &*super::run::reach(vec![target], args.pid)? else {
            return Err(Fault::usage(anyhow::anyhow!("a plan is of one target")));
        };
        let detail = if args.security { Detail::Security } else { Detail::Plan };
        Ok(Self {
            asked: super::run::making(args.making, std::slice::from_ref(target))?,
            target: target.clone(),
            detail,
            checks: CheckSettings::new(&args.words, args.selection)?,
            output: args.output,
        })
    }
}
