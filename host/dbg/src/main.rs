//! The operator's binary: arguments, settings, commands, exit codes. What a test would want alone is in a room below.

mod agents;
mod args;
mod catalogue;
mod command;
mod describe;
mod diagnostic;
mod env;
mod exit;
mod printer;
mod settings;
mod signal;
mod stock;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Cli, Command};
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::settings::{RunSettings, ShellSettings, Terminal};

/// musl's allocator has one lock, so that two cores compile a plugin no faster than one; `docs/decisions.md` has the figures.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let Cli { command, no_progress } = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return typed_wrong(&error),
    };
    let terminal = Terminal::look(no_progress);
    let exit = dispatch(command, &terminal).unwrap_or_else(|fault| fault.report());
    exit.into()
}

/// Help and version are data on stdout; everything else is a fault of what was typed.
fn typed_wrong(error: &clap::Error) -> ExitCode {
    // A pipe closed on help is nobody's fault.
    let _ = error.print();
    if error.use_stderr() { Exit::Usage.into() } else { Exit::Pass.into() }
}

fn dispatch(command: Command, terminal: &Terminal) -> Result<Exit, Fault> {
    match command {
        Command::Shell(args) => command::shell(&ShellSettings::try_from(args)?, terminal),
        Command::Run(args) => command::run(RunSettings::try_from(args)?, terminal),
        Command::Check(args) => command::check(&args, terminal),
        Command::Plugin(args) => command::plugin(&args, terminal),
        Command::Key(args) => command::key(&args, terminal),
        Command::Trust(args) => command::trust(&args, terminal),
        Command::Target(args) => command::target(args, terminal),
        Command::Audit(args) => command::audit(&args, terminal),
        Command::Image(args) => command::image(args, terminal),
        Command::Gc(args) => command::gc(&args, terminal),
        Command::Schema(args) => command::schema(&args),
        Command::Completion(args) => command::completion(&args),
    }
}
