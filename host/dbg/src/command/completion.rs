//! `dbg completion`: the shell's own script, made from the arguments.

use clap::CommandFactory;

use super::print;
use crate::args::{Cli, Completion};
use crate::diagnostic::Fault;
use crate::exit::Exit;

pub(crate) fn completion(args: &Completion) -> Result<Exit, Fault> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "dbg", &mut script);
    print(&String::from_utf8_lossy(&script))
}
