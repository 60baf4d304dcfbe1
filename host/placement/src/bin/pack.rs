//! `pack ARCHITECTURE PROGRAM OUT IDS`: an agent as the build embeds it, which [`dbg_placement::Agents`] unpacks, and the ids of its image, a line each.

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
    let mut next = || arguments.next();
    let (Some(architecture), Some(program), Some(out), Some(ids), None) = (next(), next(), next(), next(), next())
    else {
        return Err("usage: pack ARCHITECTURE PROGRAM OUT IDS".into());
    };
    let architecture = architecture.to_string_lossy().parse()?;
    let program = fs::read(program)?;
    fs::write(out, Agents::pack(&program, architecture)?)?;
    fs::write(ids, Agents::image_ids(&program, architecture)?.join("\n"))?;
    Ok(())
}
