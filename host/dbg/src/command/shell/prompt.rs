//! Where there is no shell: a prompt that runs checks on the target, each by the way of `dbg run`.

use std::io::{BufRead as _, IsTerminal as _};

use anyhow::anyhow;
use clap::Parser as _;
use dbg_model::{Cell, JoinsProcesses, Target};

use crate::args::{CheckCommand, Cli, Command, ListFormat};
use crate::command::{check, run};
use crate::diagnostic::{Fault, hinted};
use crate::exit::Exit;
use crate::printer;
use crate::settings::{RunSettings, ShellSettings, Terminal};
use crate::signal;

/// A line is typed by a person.
const LONGEST: usize = 64 * 1024;

const HELP: &str = "\
CHECK [KEY=VALUE]...  runs a check on the target; options of `dbg run` may follow, such as `-o json`
show CHECK            says what a check takes and may touch
help                  says this, and lists the checks
exit                  ends; so does Ctrl-D";

/// What a line asks for.
#[derive(Debug, PartialEq, Eq)]
enum Line {
    Nothing,
    Help,
    Show(String),
    Exit,
    Run(Vec<String>),
}

/// Offers checks until the end of stdin. The exit code is that of the last line.
pub(super) fn offer(settings: &ShellSettings, terminal: &Terminal) -> Result<Exit, Fault> {
    let target = &settings.wish.target;
    let asks = std::io::stdin().is_terminal();
    if asks {
        help(terminal)?;
    }
    let mut last = Exit::Pass;
    loop {
        if asks {
            printer::note_inline(&format!("dbg ({})> ", Cell(&target.to_string())));
        }
        let Some(text) = next()? else { break };
        let done = match parse(&text) {
            Ok(Line::Nothing) => continue,
            Ok(Line::Exit) => return Ok(last),
            Ok(Line::Help) => help(terminal),
            Ok(Line::Show(name)) => check_command(&["show", &name], terminal),
            Ok(Line::Run(words)) => run_line(settings, &words, terminal),
            Err(fault) => Err(fault),
        };
        last = done.unwrap_or_else(|fault| fault.report());
    }
    if asks {
        // The shell's prompt begins a line of its own.
        printer::note("");
    }
    Ok(last)
}

fn help(terminal: &Terminal) -> Result<Exit, Fault> {
    printer::note(&format!("{HELP}\n"));
    check(&CheckCommand::List { output: ListFormat::Text }, terminal)
}

fn check_command(words: &[&str], terminal: &Terminal) -> Result<Exit, Fault> {
    match typed(["check"].into_iter().chain(words.iter().copied()))? {
        Command::Check(command) => check(&command, terminal),
        _ => Ok(Exit::Usage),
    }
}

fn run_line(settings: &ShellSettings, words: &[String], terminal: &Terminal) -> Result<Exit, Fault> {
    let target = &settings.wish.target;
    let (text, pid) = match target {
        Target::Container(name, joins) => (format!("container/{name}"), *joins == JoinsProcesses::Yes),
        target => (target.to_string(), false),
    };
    let log = settings.recording.audit_log.as_ref().map(|log| log.to_string_lossy().into_owned());
    let mut line = vec!["run".to_owned(), "--target".to_owned(), text];
    line.extend(pid.then(|| "--pid".to_owned()));
    line.extend(settings.typed.iter().cloned());
    line.extend(log.into_iter().flat_map(|log| ["--audit-log".to_owned(), log]));
    line.extend(settings.recording.audit_syslog.then(|| "--audit-syslog".to_owned()));
    line.extend(words.iter().cloned());
    match typed(line.iter().map(String::as_str))? {
        Command::Run(args) => run(RunSettings::try_from(args)?, terminal),
        _ => Ok(Exit::Usage),
    }
}

/// A line as if it had been typed after `dbg`.
fn typed<'a>(words: impl Iterator<Item = &'a str>) -> Result<Command, Fault> {
    let words: Vec<&str> = ["dbg"].into_iter().chain(words).collect();
    Cli::try_parse_from(words).map(|cli| cli.command).map_err(|error| {
        let text = error.render().to_string();
        Fault::usage(anyhow!("{}", text.trim_start_matches("error: ").trim_end()))
    })
}

/// The next line; none at the end of stdin. Ctrl-C ends dbg.
fn next() -> Result<Option<String>, Fault> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Fault::own)?;
    let read = runtime.block_on(async {
        let cancelled = signal::listen(|| {}).map_err(Fault::own)?;
        let reading = tokio::task::spawn_blocking(|| {
            let mut bytes = Vec::new();
            let mut stdin = std::io::stdin().lock();
            std::io::Read::take(&mut stdin, LONGEST as u64).read_until(b'\n', &mut bytes).map(|_| bytes)
        });
        tokio::select! {
            biased;
            () = signal::first(cancelled) => Err(Fault::interrupted()),
            read = reading => read.map_err(Fault::own)?.map_err(Fault::own),
        }
    });
    // The thread that reads is not waited for: it ends with the process.
    runtime.shutdown_background();
    let bytes = read?;
    Ok((!bytes.is_empty()).then(|| String::from_utf8_lossy(&bytes).into_owned()))
}

fn parse(text: &str) -> Result<Line, Fault> {
    let words = split(text)?;
    let rest = words.get(1..).unwrap_or_default();
    Ok(match words.first().map(String::as_str) {
        None => Line::Nothing,
        Some("exit" | "quit") => Line::Exit,
        Some("help" | "?") => Line::Help,
        Some("show") => match rest {
            [name] => Line::Show(name.clone()),
            _ => return Err(Fault::usage(hinted(anyhow!("`show` takes one check"), "`help` lists the checks"))),
        },
        Some(_) => Line::Run(words),
    })
}

/// Words at spaces; quotes of either kind keep spaces in one word, as in a shell.
fn split(text: &str) -> Result<Vec<String>, Fault> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None::<char>);
    for letter in text.chars() {
        match quote {
            Some(open) if letter == open => quote = None,
            None if matches!(letter, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            None if letter.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    if quote.is_some() {
        return Err(Fault::usage(anyhow!("a quote is opened and not closed")));
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_a_shell_does() {
        assert_eq!(split(" a  b=c\n").unwrap(), ["a", "b=c"]);
        assert_eq!(split("a 'b c' d=\"e 'f'\" ''").unwrap(), ["a", "b c", "d=e 'f'", ""]);
        assert!(split("a 'b").is_err());
    }

    #[test]
    fn a_line_is_a_check_unless_it_is_a_word_of_the_prompt() {
        assert_eq!(parse("\n").unwrap(), Line::Nothing);
        assert_eq!(parse("help").unwrap(), Line::Help);
        assert_eq!(parse("quit").unwrap(), Line::Exit);
        assert_eq!(parse("show dns-check").unwrap(), Line::Show("dns-check".to_owned()));
        let words = ["tcp-reach", "to=db:80"].map(str::to_owned).to_vec();
        assert_eq!(parse("tcp-reach to=db:80").unwrap(), Line::Run(words));
        assert!(parse("show").is_err());
    }
}
