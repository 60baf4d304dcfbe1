//! `dbg check list` and `dbg check show`

use dbg_model::{CheckDeclaration, CheckSelector, Escaped};
use dbg_plugin::{Component, Offer};
use serde::Serialize;

use super::{print, print_json};
use crate::args::{CheckCommand, CheckShow, ListFormat};
use crate::catalogue::Catalogue;
use crate::describe::{self, Columns};
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::printer;
use crate::settings::{Paths, Site, Terminal};

/// One check in a list. Texts are foreign, raw.
#[derive(Serialize)]
struct Line {
    check: String,
    plugin: String,
    version: String,
    source: String,
    summary: String,
}

/// One check, whole.
#[derive(Serialize)]
struct Shown<'a> {
    plugin: String,
    version: String,
    digest: String,
    source: String,
    #[serde(flatten)]
    declaration: &'a CheckDeclaration,
}

pub(crate) fn check(args: &CheckCommand, terminal: &Terminal) -> Result<Exit, Fault> {
    let site = Site::open(Paths::of_this_user())?;
    let catalogue = Catalogue::open(&site)?;
    match args {
        CheckCommand::List { output } => list(&catalogue, *output, terminal),
        CheckCommand::Show(args) => show(&catalogue, args),
    }
}

fn list(catalogue: &Catalogue<'_>, output: ListFormat, terminal: &Terminal) -> Result<Exit, Fault> {
    let mut lines = Vec::new();
    for source in &catalogue.sources {
        // One damaged plugin must not hide the others.
        let admitted = match catalogue.admit(source) {
            Ok(admitted) => admitted,
            Err(fault) => {
                fault.report();
                continue;
            }
        };
        let component = admitted.component();
        lines.extend(component.declaration().checks.iter().map(|check| Line {
            check: check.check.to_string(),
            plugin: component.plugin().to_string(),
            version: component.version().to_string(),
            source: source.word(),
            summary: check.summary().to_owned(),
        }));
    }
    match output {
        ListFormat::Json => print_json(&lines),
        ListFormat::Text if lines.is_empty() => {
            printer::note("this build carries no stock checks: `cargo xtask build` makes one that does");
            Ok(Exit::Pass)
        }
        ListFormat::Text => {
            let mut columns = Columns::new(["CHECK", "VERSION", "SOURCE", "WHAT IT DOES"]);
            for line in &lines {
                columns.row([&line.check, &line.version, &line.source, &line.summary]);
            }
            print(&columns.render(terminal.width))
        }
    }
}

fn show(catalogue: &Catalogue<'_>, args: &CheckShow) -> Result<Exit, Fault> {
    let selector: CheckSelector = args.check.parse().map_err(Fault::usage)?;
    let source = catalogue.find(Vec::new(), &selector)?;
    let admitted = catalogue.admit(&source)?;
    let component = admitted.component();
    let Some(declaration) = component.declaration().check(&selector.check) else {
        // The record named the check, and the component was verified against the record.
        return Err(Fault::own(anyhow::anyhow!(
            "the plugin `{}` lost its check `{}`",
            component.plugin(),
            selector.check
        )));
    };
    match args.output {
        ListFormat::Json => print_json(&shown(component, source.word(), declaration)),
        ListFormat::Text => print(&format!(
            "{}  (plugin {} {}, {})\n\n{}",
            declaration.check,
            component.plugin(),
            Escaped(&component.version().to_string()),
            source.word(),
            describe::check(declaration)
        )),
    }
}

fn shown<'a>(component: &Component, source: String, declaration: &'a CheckDeclaration) -> Shown<'a> {
    Shown {
        plugin: component.plugin().to_string(),
        version: component.version().to_string(),
        digest: component.digest().to_string(),
        source,
        declaration,
    }
}
