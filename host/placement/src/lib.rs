//! Facts of the place and a plan become a launched agent.
//!
//! One module a placement. Deciding is pure and in [`plan`]; launching is all that awaits. This room must never know how a report is
//! shown, and no guest's code.

mod agents;
mod launch;
mod local;
mod plan;

pub use agents::{Agents, AgentsError};
pub use launch::{Hold, LaunchError, Launched};
pub use plan::{Place, Plan, plan};

use dbg_engine::Engine;

/// Launches the agent of a plan. `build` names this dbg, `engine` is used by agents that run in this process.
pub fn launch(plan: &Plan, build: &str, engine: &Engine) -> Launched {
    match plan.place {
        Place::InProcess => local::launch(build, engine),
    }
}
