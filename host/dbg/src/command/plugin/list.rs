//! `dbg plugin list`

use dbg_plugin::Offer;
use serde::Serialize;

use crate::args::ListFormat;
use crate::catalogue::{Catalogue, Source};
use crate::command::{print, print_json};
use crate::describe::Columns;
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::printer;
use crate::settings::{Paths, Terminal};

#[derive(Serialize)]
struct Line {
    plugin: String,
    version: String,
    source: &'static str,
    digest: String,
    checks: Vec<String>,
}

pub(super) fn list(output: ListFormat, paths: &Paths, terminal: &Terminal) -> Result<Exit, Fault> {
    let catalogue = Catalogue::open(paths)?;
    let lines: Vec<Line> = catalogue
        .sources
        .iter()
        .map(|source| Line {
            plugin: source.plugin().to_string(),
            version: source.version().to_string(),
            source: source.word(),
            digest: digest(source),
            checks: source.checks().map(ToString::to_string).collect(),
        })
        .collect();
    for broken in &catalogue.broken {
        printer::note(&format!("warning: `{}`: {}", broken.path.display(), broken.fault));
    }
    match output {
        ListFormat::Json => print_json(&lines),
        ListFormat::Text if lines.is_empty() => {
            printer::note("there is no plugin; `dbg plugin add FILE` adds one");
            Ok(Exit::Pass)
        }
        ListFormat::Text => {
            let mut columns = Columns::new(["PLUGIN", "VERSION", "SOURCE", "DIGEST", "CHECKS"]);
            for line in &lines {
                let short: String = line.digest.chars().take("sha256:".len() + 12).collect();
                columns.row([&line.plugin, &line.version, line.source, &short, &line.checks.join(", ")]);
            }
            print(&columns.render(terminal.width))
        }
    }
}

fn digest(source: &Source) -> String {
    match source {
        Source::Stock(stock) => stock.component.digest().to_string(),
        Source::Stored(record) => record.digest.to_string(),
        Source::File(component) => component.digest().to_string(),
    }
}
