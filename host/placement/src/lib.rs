//! Facts of the place and a plan become a launched agent.
//!
//! Looking is in [`facts`], deciding is pure and in [`plan`], launching is all that awaits. This room must never know how a report is
//! shown, and no guest's code.

mod agents;
mod child;
mod detections;
pub mod docker;
mod explain;
pub mod facts;
mod frames;
mod holding;
pub mod kube;
mod launch;
mod local;
mod place;
pub mod plan;
mod program;
mod refusal;
mod runtimes;
mod shell;

pub use agents::{Agents, AgentsError, Carried};
pub use dbg_agent::SiteRules;
pub use detections::{Certainty, Detection, detections};
pub use docker::{Asked, EngineError, EngineSettings, Engines, Mission};
pub use explain::{Explanation, Item, explain};
pub use holding::Holding;
pub use kube::{Cluster, ClusterError, ClusterSettings, Clusters};
pub use launch::{Account, Ending, Hold, LaunchError, Launched, Launcher, SessionEnd, Stream};
pub use place::{NeedsChild, Placed, needs_child, place};
pub use plan::{Place, Plan, Privilege};
pub use program::{Program, ProgramError};
pub use refusal::Refusal;
pub use runtimes::{Behind, ContainerNames, Unlisted, unlisted};
pub use shell::{Profile, Right, ShellPlaced, ShellWish, launch_shell, place_shell};
