//! `dbg target …`

mod explain;
mod list;
mod security;

use crate::args::TargetCommand;
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::settings::{ExplainSettings, Terminal};

pub(crate) fn target(args: TargetCommand, terminal: &Terminal) -> Result<Exit, Fault> {
    match args {
        TargetCommand::List { output } => list::list(output, terminal),
        TargetCommand::Explain(args) => explain::explain(&ExplainSettings::try_from(args)?, terminal),
    }
}
