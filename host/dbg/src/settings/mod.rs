//! What was typed, the environment and the machine become settings that commands can trust.

mod paths;
mod policy;
mod repetition;
mod run;
mod terminal;

pub(crate) use paths::Paths;
pub(crate) use policy::Policy;
pub(crate) use repetition::Repetition;
pub(crate) use run::{CheckRequest, RunSettings, Timings, UnsignedRule};
pub(crate) use terminal::{Interaction, Terminal};
