//! What was typed, the environment and the machine become settings that commands can trust.

mod checks;
mod engine;
mod paths;
mod policy;
mod repetition;
mod run;
mod target;
mod terminal;
mod trust;

pub(crate) use checks::{CheckRequest, CheckSettings, UnsignedRule};
pub(crate) use engine::engine_settings;
pub(crate) use paths::Paths;
pub(crate) use policy::{Policy, Unsigned};
pub(crate) use repetition::Repetition;
pub(crate) use run::{RunSettings, Timings};
pub(crate) use target::ExplainSettings;
pub(crate) use terminal::{Interaction, Terminal};
pub(crate) use trust::Trust;
