//! `dbg plugin …`: one file a verb.

mod add;
mod consent;
mod list;
mod new;
mod pack;
mod remove;
mod show;
mod test;

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
        PluginCommand::New(args) => new::new(args),
        PluginCommand::Test(args) => test::test(args, terminal),
        PluginCommand::Pack(args) => pack::pack(args),
        PluginCommand::Remove(args) => remove::remove(args, &paths),
    }
}
