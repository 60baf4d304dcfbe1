//! `dbg plugin show`: of a plugin that is there, or of a file.

use std::path::Path;

use bytes::Bytes;
use dbg_model::{CheckDeclaration, Escaped};
use dbg_plugin::trust::split;
use dbg_plugin::{Component, PluginFile, open_file};
use serde::Serialize;

use super::named::{Named, is_file};
use super::signature::{Signature, SignatureFacts};
use crate::args::{ListFormat, PluginShow};
use crate::catalogue::{Catalogue, Source};
use crate::command::{print, print_json};
use crate::describe;
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::settings::Site;

#[derive(Serialize)]
struct Shown<'a> {
    plugin: String,
    version: String,
    digest: String,
    source: String,
    signature: SignatureFacts,
    /// What was consented to; null for what was not added.
    consent: Option<Vec<String>>,
    bytes: usize,
    doc: &'a str,
    imports: Vec<&'a str>,
    checks: &'a [CheckDeclaration],
}

/// What is shown.
struct Subject {
    component: Component,
    file: Bytes,
    source: String,
    signature: Signature,
    consent: Option<Vec<String>>,
}

pub(super) fn show(args: &PluginShow, site: &Site) -> Result<Exit, Fault> {
    let Subject { component, file, source, signature, consent } = subject(&args.plugin, site)?;
    let trust = site.trust()?;
    let declaration = component.declaration();
    match args.output {
        ListFormat::Json => print_json(&Shown {
            plugin: declaration.plugin.to_string(),
            version: declaration.version.to_string(),
            digest: component.digest().to_string(),
            source,
            signature: signature.facts(&file, trust),
            consent,
            bytes: component.bytes().len(),
            doc: &declaration.doc,
            imports: component.imports().iter().map(String::as_str).collect(),
            checks: &declaration.checks,
        }),
        ListFormat::Text => {
            let mut text = format!(
                "{} {}  ({source})\n{}\n{} bytes\n\nSIGNATURE\n{}",
                declaration.plugin,
                Escaped(&declaration.version.to_string()),
                component.digest(),
                component.bytes().len(),
                indented(&signature.lines(trust)),
            );
            if let Some(consent) = consent {
                let words = if consent.is_empty() { "nothing".to_owned() } else { consent.join(", ") };
                text.push_str(&format!("\nCONSENTED TO\n  {words}\n"));
            }
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

fn indented(lines: &str) -> String {
    lines.lines().map(|line| format!("  {}\n", line.trim_start())).collect()
}

fn subject(typed: &str, site: &Site) -> Result<Subject, Fault> {
    if is_file(typed) {
        return of_file(Path::new(typed), site);
    }
    let named = Named::parse(typed)?;
    let catalogue = Catalogue::open(site)?;
    let source = named.source(&catalogue)?;
    let (component, file) = catalogue.open_source(&source)?;
    let (signature, consent) = match &source {
        Source::Stock(_) => (Signature::Stock, None),
        Source::Stored(record) => {
            let consent = record.consent.iter().map(ToString::to_string).collect();
            (Signature::of_file(&file, site)?, Some(consent))
        }
        Source::File(_) => (Signature::of_file(&file, site)?, None),
    };
    Ok(Subject { component, file, source: source.word(), signature, consent })
}

fn of_file(path: &Path, site: &Site) -> Result<Subject, Fault> {
    let (component, file) = match open_file(path).map_err(Fault::usage)? {
        PluginFile::Unsigned(component) => (component.clone(), component.bytes().clone()),
        PluginFile::Signed(file) => {
            let bare = split(&file).map_err(|fault| Fault::usage(anyhow::anyhow!("{fault}")))?.component;
            (Component::read(bare).map_err(Fault::usage)?, file)
        }
    };
    let signature = Signature::of_file(&file, site)?;
    let source = format!("file, {}", signature.word());
    Ok(Subject { component, file, source, signature, consent: None })
}
