//! `dbg plugin test`: reads a plugin as `add` would, and runs each of its checks once, as an operator would who lets it have all that it asks for.

mod judge;
mod words;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::anyhow;
use clap::Parser as _;
use dbg_engine::Engine;
use dbg_model::{Cell, Escaped, GrantRequest, format_duration, format_size};
use dbg_plugin::{Admitted, AllowUnsigned, Component, read_file};
use dbg_report::Report;

use self::words::{Words, checks_with_parameters};
use crate::args::{Cli, Command, PluginTest};
use crate::command::{print, run};
use crate::describe;
use crate::diagnostic::{Fault, hinted};
use crate::exit::Exit;
use crate::settings::{RunSettings, Terminal};

/// Where cargo lays what it built for this target.
const BUILT: &str = "target/wasm32-wasip2/release";

pub(super) fn test(args: &PluginTest, terminal: &Terminal) -> Result<Exit, Fault> {
    let words = Words::new(&args.words)?;
    let file = match words.file {
        Some(file) => file,
        None => built(Path::new("."))?,
    };
    let component = read_file(&file).map_err(Fault::usage)?;
    let checks = checks_with_parameters(component.declaration(), &words.parameters)?;
    let compiled = Compiled::of(&component)?;
    let report = trial(&file, &args.target, &checks, terminal)?;

    let mut text = introduction(&component, &compiled);
    let mut written = Vec::new();
    dbg_render::write_text(&mut written, &report, &terminal.text_options()).map_err(Fault::own)?;
    text.push_str(&String::from_utf8_lossy(&written));
    let wrong = judge::wrong(&report);
    text.push_str(&conclusion(&component, &report, &wrong, terminal.width));
    print(&text)?;
    Ok(if wrong.is_empty() { Exit::Pass } else { Exit::Fail })
}

/// The one component that cargo built for release in a crate's folder.
fn built(folder: &Path) -> Result<PathBuf, Fault> {
    let entries = fs_err::read_dir(folder.join(BUILT)).map(|entries| {
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        paths.filter(|path| path.extension().is_some_and(|extension| extension == "wasm")).take(9).collect::<Vec<_>>()
    });
    let mut found = entries.unwrap_or_default();
    found.sort_unstable();
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(Fault::usage(hinted(
            anyhow!("there is no plugin in `{BUILT}`"),
            "run `cargo build --target wasm32-wasip2 --release` first, in the folder of the crate, or name a file",
        ))),
        several => {
            let names: Vec<String> = several.iter().map(|path| format!("`{}`", path.display())).collect();
            Err(Fault::usage(hinted(
                anyhow!("there are several plugins in `{BUILT}`"),
                format!("name one of {}", names.join(", ")),
            )))
        }
    }
}

/// What compiling and linking came to.
struct Compiled {
    took: Duration,
    bytes: u64,
}

impl Compiled {
    /// A function that this dbg does not have is an error by its name, before anything runs.
    fn of(component: &Component) -> Result<Self, Fault> {
        let engine = Engine::new().map_err(Fault::own)?;
        let admitted = Admitted::unsigned(component.clone(), AllowUnsigned::by_operator());
        let start = Instant::now();
        let native = engine.compile(&admitted).map_err(Fault::usage)?;
        engine.load(&native).map_err(Fault::usage)?;
        Ok(Self { took: start.elapsed(), bytes: native.bytes().len() as u64 })
    }
}

/// `dbg run --plugin FILE --allow-unsigned CHECKS…`, to the letter, but for its output.
fn trial(file: &Path, target: &str, checks: &[String], terminal: &Terminal) -> Result<Report, Fault> {
    let mut typed: Vec<std::ffi::OsString> =
        ["dbg", "run", "--allow-unsigned", "--target", target, "--plugin"].map(Into::into).into();
    typed.push(file.into());
    typed.push("--".into());
    typed.extend(checks.iter().map(Into::into));
    match Cli::try_parse_from(typed).map_err(Fault::own)?.command {
        Command::Run(args) => run::report(RunSettings::try_from(args)?, terminal),
        _ => Err(Fault::own(anyhow!("`dbg run` was taken for another command"))),
    }
}

fn introduction(component: &Component, compiled: &Compiled) -> String {
    let declaration = component.declaration();
    let mut text = format!(
        "{} {}\n  {}\n  {}, {} imports; native code {}, compiled and linked in {}\n",
        declaration.plugin,
        Escaped(&declaration.version.to_string()),
        component.digest(),
        format_size(component.bytes().len() as u64),
        component.imports().len(),
        format_size(compiled.bytes),
        format_duration(compiled.took),
    );
    for check in &declaration.checks {
        text.push_str(&format!("\n{} asks for\n", check.check));
        for GrantRequest { capability, bounds, required, reason } in &check.grants {
            let need = if *required { "" } else { ", optional" };
            let within: Vec<String> = bounds.iter().map(|bound| format!(" `{}`", Cell(bound))).collect();
            text.push_str(&format!("  {capability}{}{need}: {}\n", within.concat(), Cell(reason)));
        }
        if check.grants.is_empty() {
            text.push_str("  nothing at all\n");
        }
    }
    text.push('\n');
    text
}

fn conclusion(component: &Component, report: &Report, wrong: &[String], width: usize) -> String {
    let mut text = String::from("\nUSED\n");
    for result in &report.results {
        let limits = component.declaration().check(&result.subject.check).map(dbg_model::CheckDeclaration::run_limits);
        let limits = limits.unwrap_or(dbg_model::Limits::DEFAULT);
        text.push_str(&format!(
            "  {}: {} of {}, memory {} of {}\n",
            result.subject.check,
            format_duration(result.took),
            format_duration(limits.time),
            format_size(result.peak_memory),
            format_size(limits.memory),
        ));
    }
    if wrong.is_empty() {
        text.push_str("\nnothing is wrong with it here\n");
    } else {
        text.push_str("\nWRONG\n");
        for line in wrong {
            text.push_str(&describe::hanging("  ", line, width));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_component_that_was_built_is_taken_and_of_several_none() {
        let folder = tempfile::tempdir().unwrap();
        assert!(built(folder.path()).is_err());
        let out = folder.path().join(BUILT);
        fs_err::create_dir_all(out.join("deps")).unwrap();
        fs_err::write(out.join("my_check.wasm"), "").unwrap();
        fs_err::write(out.join("my_check.d"), "").unwrap();
        assert_eq!(built(folder.path()).unwrap(), out.join("my_check.wasm"));
        fs_err::write(out.join("other.wasm"), "").unwrap();
        assert!(built(folder.path()).is_err());
    }
}
