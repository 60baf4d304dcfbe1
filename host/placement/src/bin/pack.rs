//! `pack PROGRAM OUT`: an agent as the build embeds it, which [`dbg_placement::Agents`] unpacks.

#![expect(clippy::print_stderr, reason = "a tool of the build, whose errors are read in its log")]

use std::error::Error;
use std::process::ExitCode;

use dbg_placement::Agents;
use fs_err as fs;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pack: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(program), Some(out), None) = (arguments.next(), arguments.next(), arguments.next()) else {
        return Err("usage: pack PROGRAM OUT".into());
    };
    let program = fs::read(program)?;
    fs::write(out, Agents::pack(&program)?)?;
    Ok(())
}
