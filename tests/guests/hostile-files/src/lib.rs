//! Checks that read what they should not, or without end.

mod closed;

use dbg_sdk::files;
use dbg_sdk::prelude::*;

/// What to read.
#[derive(Parameters)]
struct Paths {
    /// A path that is granted by being named.
    path: String,
    /// What is read instead, without any grant for it.
    #[parameter(max_values = 64)]
    instead: Vec<String>,
}

/// Reads a path, and others that nobody named.
#[check(name = "reads", limits(time = "20s", memory = "32MiB"), grant(capability = "files", bounds = ["param:path"],
    reason = "reads the file it is told to"))]
fn reads(parameters: Paths, run: &Run) -> Result<(), Failure> {
    let others = !parameters.instead.is_empty();
    let paths = if others { parameters.instead } else { vec![parameters.path] };
    for path in paths {
        match read(&path) {
            Ok(bytes) => run.fail("read", format!("read {bytes} bytes of {path}")),
            Err(error) => run.pass("refused", format!("{path} was refused: {}", error.text)),
        };
        match files::scan(&path) {
            Ok(entries) => run.fail("listed", format!("listed {path} with {} entries", entries.take(1000).count())),
            Err(error) => run.pass("not-listed", format!("{path} is not listed: {}", error.text)),
        };
        match files::read_link(&path) {
            Ok(link) => run.info("link", format!("{path} leads to {link}")),
            Err(error) => run.info("no-link", format!("{path} is not read as a link: {}", error.text)),
        };
    }
    Ok(())
}

/// Everything, in parts, kept nowhere.
fn read(path: &str) -> Result<u64, files::Error> {
    let file = files::open(path)?;
    let mut bytes = 0;
    loop {
        let part = file.read(1 << 20)?;
        if part.is_empty() {
            return Ok(bytes);
        }
        bytes += part.len() as u64;
    }
}

/// Opens one file until there is no handle left.
#[check(name = "opens-all-files", grant(capability = "files", bounds = ["param:path"], reason = "reads the file it is told to"))]
fn opens_all_files(parameters: Paths, run: &Run) -> Result<(), Failure> {
    let mut open = Vec::new();
    let error = loop {
        match files::open(&parameters.path) {
            Ok(file) => open.push(file),
            Err(error) => break error,
        }
        if open.len() == 100_000 {
            return Err(Failure::other("opened 100000 files"));
        }
    };
    run.finding("no-more", Severity::Pass, "no more files").evidence("open", open.len()).evidence("error", error.text);
    open.clear();
    files::open(&parameters.path)?;
    run.pass("again", "after closing them there are some again");
    Ok(())
}

/// Uses handles that it closed, and asks for more than there can be.
#[check(name = "uses-what-it-closed", grant(capability = "files", bounds = ["param:path"],
    reason = "reads the file it is told to"))]
fn uses_what_it_closed(parameters: Paths, run: &Run) -> Result<(), Failure> {
    let folder = parameters.path.rsplit_once('/').map_or("/", |(folder, _)| folder);
    for (what, is_well) in [
        ("a closed file", closed::file(&parameters.path)),
        ("a file asked for too much", closed::greedy(&parameters.path)),
        ("a folder that is no file", closed::not_a_file(folder)),
    ] {
        match is_well {
            Some(true) => run.pass("answered", format!("{what} was answered as it should be")),
            Some(false) => run.fail("odd", format!("{what} was answered oddly")),
            None => run.unknown("not-opened", format!("{what} could not be tried")),
        };
    }
    Ok(())
}

dbg_sdk::plugin!(reads, opens_all_files, uses_what_it_closed);
