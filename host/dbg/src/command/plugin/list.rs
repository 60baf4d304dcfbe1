//! `dbg plugin list`

use dbg_plugin::{Offer, Signer};
use serde::Serialize;

use crate::args::ListFormat;
use crate::catalogue::{Catalogue, Source};
use crate::command::{print, print_json};
use crate::describe::Columns;
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::printer;
use crate::settings::{Site, Terminal};

#[derive(Serialize)]
struct Line {
    plugin: String,
    version: String,
    source: String,
    /// Null for what nobody signed, and for what is part of the binary.
    vendor: Option<String>,
    /// Whether it would run now.
    runs: bool,
    digest: String,
    checks: Vec<String>,
}

pub(super) fn list(output: ListFormat, site: &Site, terminal: &Terminal) -> Result<Exit, Fault> {
    let catalogue = Catalogue::open(site)?;
    let mut lines = Vec::new();
    for source in &catalogue.sources {
        // One that is refused must not hide the others.
        let admitted = catalogue.admit(source);
        if let Err(fault) = &admitted {
            fault.warn();
        }
        let runs = admitted.is_ok();
        let source_word = source.word();
        lines.push(Line {
            plugin: source.plugin().to_string(),
            version: source.version().to_string(),
            source: if runs { source_word } else { format!("{source_word}, refused") },
            vendor: vendor(source),
            runs,
            digest: digest(source),
            checks: source.checks().map(ToString::to_string).collect(),
        });
    }
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
                columns.row([&line.plugin, &line.version, &line.source, &short, &line.checks.join(", ")]);
            }
            print(&columns.render(terminal.width))
        }
    }
}

fn vendor(source: &Source) -> Option<String> {
    match source {
        Source::Stored(record) => match &record.signer {
            Signer::Nobody => None,
            Signer::Vendor { name, .. } => Some(name.to_string()),
        },
        Source::Stock(_) | Source::File(_) => None,
    }
}

fn digest(source: &Source) -> String {
    match source {
        Source::Stock(stock) => stock.component.digest().to_string(),
        Source::Stored(record) => record.digest.to_string(),
        Source::File(admitted) => admitted.component().digest().to_string(),
    }
}
