//! What was typed, the environment and the machine become settings that commands can trust.

mod audit;
mod baked;
mod checks;
mod cluster;
mod engine;
mod paths;
mod policy;
mod repetition;
mod run;
mod shell;
pub(crate) mod signing;
mod site;
mod target;
mod terminal;
mod trust;

pub(crate) use audit::sinks;
pub(crate) use baked::baked;
pub(crate) use checks::{CheckRequest, CheckSettings, UnsignedRule};
use cluster::PodsMade;
pub(crate) use cluster::{by_policy, cluster_settings};
pub(crate) use engine::engine_settings;
pub(crate) use paths::Paths;
pub(crate) use policy::{Policy, ReadAndSend};
pub(crate) use repetition::Repetition;
pub(crate) use run::{RunSettings, Timings};
pub(crate) use shell::ShellSettings;
pub(crate) use site::Site;
pub(crate) use target::{Detail, ExplainSettings, RbacSettings};
pub(crate) use terminal::{Interaction, Terminal};
pub(crate) use trust::{Trust, reference_time, store};
