//! `dbg target …`

mod explain;
mod list;
mod rbac;
mod security;

use crate::args::TargetCommand;
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::settings::{ExplainSettings, RbacSettings, Terminal};

pub(crate) fn target(args: TargetCommand, terminal: &Terminal) -> Result<Exit, Fault> {
    match args {
        TargetCommand::List { output, cluster } => list::list(output, &cluster, terminal),
        TargetCommand::Rbac(args) => rbac::rbac(&RbacSettings::try_from(args)?),
        TargetCommand::Explain(args) => explain::explain(&ExplainSettings::try_from(args)?, terminal),
    }
}
