//! `dbg key …`: one file a verb.

mod new;
mod show;

use crate::args::KeyCommand;
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::settings::Terminal;

pub(crate) fn key(args: &KeyCommand, terminal: &Terminal) -> Result<Exit, Fault> {
    match args {
        KeyCommand::New(args) => new::new(args, terminal),
        KeyCommand::Show(args) => show::show(args, terminal),
    }
}
