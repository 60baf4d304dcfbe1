//! `dbg plugin …`: one file a verb.

mod add;
mod consent;
mod list;
mod remove;
mod show;
mod sign;

use crate::args::PluginCommand;
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::settings::{Paths, Terminal};

pub(crate) fn plugin(args: &PluginCommand, terminal: &Terminal) -> Result<Exit, Fault> {
    let paths = Paths::of_this_user();
    match args {
        PluginCommand::Add(args) => add::add(args, &paths, terminal),
        PluginCommand::List { output } => list::list(*output, &paths, terminal),
        PluginCommand::Show(args) => show::show(args, &paths),
        PluginCommand::Remove(args) => remove::remove(args, &paths),
        PluginCommand::Sign(args) => sign::sign(args, &paths, terminal),
    }
}
