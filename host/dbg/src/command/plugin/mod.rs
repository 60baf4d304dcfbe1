//! `dbg plugin …`: one file a verb.

mod add;
mod candidate;
mod consent;
mod grant;
mod introduce;
mod list;
mod load;
mod named;
mod new;
mod pack;
mod remove;
mod save;
mod show;
mod sign;
mod signature;
mod test;
mod verify;

use crate::args::PluginCommand;
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::settings::{Paths, Site, Terminal};

pub(crate) fn plugin(args: &PluginCommand, terminal: &Terminal) -> Result<Exit, Fault> {
    let paths = Paths::of_this_user();
    match args {
        PluginCommand::Add(args) => add::add(args, &Site::open(paths)?, terminal),
        PluginCommand::List { output } => list::list(*output, &Site::open(paths)?, terminal),
        PluginCommand::Show(args) => show::show(args, &Site::open(paths)?),
        PluginCommand::Verify(args) => verify::verify(args, &Site::open(paths)?),
        PluginCommand::Grant(args) => grant::grant(args, &Site::open(paths)?, terminal),
        PluginCommand::Save(args) => save::save(args, &Site::open(paths)?),
        PluginCommand::Load(args) => load::load(args, &Site::open(paths)?, terminal),
        PluginCommand::Remove(args) => remove::remove(args, &Site::open(paths)?),
        PluginCommand::Sign(args) => sign::sign(args, &paths, terminal),
        PluginCommand::New(args) => new::new(args),
        PluginCommand::Test(args) => test::test(args, terminal),
        PluginCommand::Pack(args) => pack::pack(args),
    }
}
