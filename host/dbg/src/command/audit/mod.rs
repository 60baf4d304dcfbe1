//! `dbg audit …`

mod file;
mod show;
mod verify;

use crate::args::AuditCommand;
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::settings::Terminal;

pub(crate) fn audit(args: &AuditCommand, terminal: &Terminal) -> Result<Exit, Fault> {
    match args {
        AuditCommand::Show(args) => show::show(args, terminal),
        AuditCommand::Verify(args) => verify::verify(args, terminal),
    }
}
