//! What was typed, the environment and the machine become settings that commands can trust.

mod audit;
mod checks;
mod paths;
mod policy;
mod repetition;
mod run;
mod target;
mod terminal;
mod trust;

pub(crate) use audit::sinks;
pub(crate) use checks::{CheckRequest, CheckSettings, UnsignedRule};
pub(crate) use paths::Paths;
pub(crate) use policy::{Policy, Unsigned};
pub(crate) use repetition::Repetition;
pub(crate) use run::{RunSettings, Timings};
pub(crate) use target::{Detail, ExplainSettings};
pub(crate) use terminal::{Interaction, Terminal};
pub(crate) use trust::Trust;
