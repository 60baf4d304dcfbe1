//! The agent as a program: what is started where the trouble is. People start `dbg`, which starts this.

mod arguments;
mod serve;

use std::fmt;
use std::io::Write as _;
use std::process::ExitCode;

use dbg_model::Architecture;
use dbg_session::PROTOCOL;

use arguments::{Verb, read};

/// What a wrong command line ends with.
const USAGE: u8 = 2;

const HELP: &str = "\
The agent of dbg. It is started by `dbg`, and serves one session.

Usage: dbg-agent serve RUN.KEY [PLACE]
       dbg-agent enter ENTRY
       dbg-agent shell RUN.KEY PLACE
       dbg-agent enter-shell PLACE
       dbg-agent park SECONDS
       dbg-agent --version

  serve RUN.KEY  Serves whoever holds the key of the run, on stdin and stdout; in a container that was made
                 for it fenced in as PLACE says
  enter ENTRY    Joins the namespaces of a target, fences itself in, and serves whoever started it
  shell, enter-shell
                 As these two, but serves a program and its terminal instead of checks
  park SECONDS   Waits, as the first process of a pod whose sessions come by exec; it prints nothing
  --version      Says build, protocol and architecture
  --help         Says this
";

fn main() -> ExitCode {
    match read(std::env::args_os()) {
        Ok(Verb::Serve(token)) => match serve::serve(token, env!("DBG_BUILD")) {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => told(&failure, ExitCode::FAILURE),
        },
        Ok(Verb::ServeContained(token, place)) => dbg_agent::serve_contained(token, &place, env!("DBG_BUILD")),
        Ok(Verb::Enter(entry)) => dbg_agent::enter(&entry, env!("DBG_BUILD")),
        Ok(Verb::Shell(token, place)) => dbg_agent::serve_shell(token, &place, env!("DBG_BUILD")),
        Ok(Verb::EnterShell(place)) => dbg_agent::enter_shell(&place, env!("DBG_BUILD")),
        Ok(Verb::Park(seconds)) => {
            dbg_loader::park(seconds);
            ExitCode::SUCCESS
        }
        Ok(Verb::Version) => print(&format!(
            "dbg-agent {} ({}), protocol {PROTOCOL}, {}\n",
            env!("CARGO_PKG_VERSION"),
            env!("DBG_BUILD"),
            Architecture::OWN
        )),
        Ok(Verb::Help) => print(HELP),
        Err(error) => told(&format_args!("{error}; `dbg-agent --help` shows how it is called"), USAGE.into()),
    }
}

fn print(text: &str) -> ExitCode {
    let mut stdout = std::io::stdout();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => told(&error, ExitCode::FAILURE),
    }
}

/// Says in one line on stderr why it ends; there is nobody else to tell where even that fails.
fn told(error: &dyn fmt::Display, code: ExitCode) -> ExitCode {
    let line = error.to_string();
    let _ = writeln!(std::io::stderr(), "dbg-agent: {}", dbg_model::Cell(dbg_model::truncate_at_char(&line, LINE)));
    code
}

/// Bytes of that line at most.
const LINE: usize = 1024;
