//! `dbg plugin show`: of a plugin that is there, or of a file.

use std::path::Path;

use anyhow::anyhow;
use dbg_model::{CheckDeclaration, Escaped, nearest};
use dbg_plugin::{Component, Offer, read_file};
use serde::Serialize;

use super::remove::{Named, parse_name};
use crate::args::{ListFormat, PluginShow};
use crate::catalogue::{Catalogue, Source};
use crate::command::{print, print_json};
use crate::describe;
use crate::diagnostic::{Fault, hinted};
use crate::exit::Exit;
use crate::settings::Paths;

#[derive(Serialize)]
struct Shown<'a> {
    plugin: String,
    version: String,
    digest: String,
    source: &'static str,
    bytes: usize,
    doc: &'a str,
    imports: Vec<&'a str>,
    checks: &'a [CheckDeclaration],
}

pub(super) fn show(args: &PluginShow, paths: &Paths) -> Result<Exit, Fault> {
    let (component, source) = component(&args.plugin, paths)?;
    let declaration = component.declaration();
    match args.output {
        ListFormat::Json => print_json(&Shown {
            plugin: declaration.plugin.to_string(),
            version: declaration.version.to_string(),
            digest: component.digest().to_string(),
            source,
            bytes: component.bytes().len(),
            doc: &declaration.doc,
            imports: component.imports().iter().map(String::as_str).collect(),
            checks: &declaration.checks,
        }),
        ListFormat::Text => {
            let mut text = format!(
                "{} {}  ({source})\n{}\n{} bytes\n",
                declaration.plugin,
                Escaped(&declaration.version.to_string()),
                component.digest(),
                component.bytes().len()
            );
            if !declaration.doc.is_empty() {
                text.push_str(&format!("\n{}\n", Escaped(declaration.doc.trim())));
            }
            for check in &declaration.checks {
                text.push_str(&format!("\nCHECK {}\n{}", check.check, describe::check(check)));
            }
            print(&text)
        }
    }
}

fn component(named: &str, paths: &Paths) -> Result<(Component, &'static str), Fault> {
    if named.contains('/') || Path::new(named).extension().is_some_and(|extension| extension == "wasm") {
        return Ok((read_file(Path::new(named)).map_err(Fault::usage)?, "file, unsigned"));
    }
    let Named { plugin, version } = parse_name(named)?;
    let catalogue = Catalogue::open(paths)?;
    let matches = |source: &&Source| {
        *source.plugin() == plugin && version.as_ref().is_none_or(|version| version == source.version())
    };
    let found = catalogue.sources.iter().filter(matches).max_by(|one, other| one.version().cmp(other.version()));
    match found {
        Some(source) => Ok((catalogue.component(source)?, source.word())),
        None => Err(Fault::usage(hinted(
            anyhow!("there is no plugin `{named}`"),
            match nearest(plugin.as_str(), catalogue.sources.iter().map(|source| source.plugin().as_str())) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`dbg plugin list` shows all there are; a file is written as `./x.wasm`".to_owned(),
            },
        ))),
    }
}
