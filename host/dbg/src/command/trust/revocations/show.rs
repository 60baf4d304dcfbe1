//! `dbg trust revocations show`

use dbg_plugin::trust::{KeyId, claimed_list, list_progress};
use serde::Serialize;

use super::{list_fault, words};
use crate::args::{ListFormat, ListShow};
use crate::command::signing::{Document, Kind};
use crate::command::trust::Known;
use crate::command::trust::shape::{ListShape, ProgressShape};
use crate::command::{print, print_json};
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::settings::{Paths, signing};

/// A list. What it says, and how far its signatures are by a root.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    list: ListShape,
    /// Whether the next is due.
    stale: bool,
    /// The keys that its signatures name: a claim; null for one that names none.
    signers: Vec<Option<KeyId>>,
    /// How far the root's keys are; null without a root to count by.
    progress: Option<ProgressShape>,
}

pub(super) fn show(args: &ListShow, paths: &Paths) -> Result<Exit, Fault> {
    let document = Document::read(&args.file, Kind::List)?;
    let (list, signers) = claimed_list(&document.bytes).map_err(|error| list_fault(&document, error))?;
    let known = match &args.root {
        Some(file) => Some(Known::of_file(file)?),
        None => Known::trusted(&list.vendor, paths),
    };
    let progress = known.map(|known| list_progress(&document.bytes, &known.root)).transpose().map_err(Fault::usage)?;
    let stale = list.next <= signing::now();
    match args.output {
        ListFormat::Json => {
            print_json(&Shown { list: (&list).into(), stale, signers, progress: progress.as_ref().map(Into::into) })
        }
        ListFormat::Text => {
            let mut text = words::list(&list);
            if stale {
                text.push_str("  stale         yes: the next is due\n");
            }
            text.push_str(&format!("  signed by     {}, as it says\n", words::claimed(&signers)));
            match progress {
                Some(progress) => text.push_str(&format!("  by the root   {}\n", words::progress(&progress))),
                None => text.push_str("  by the root   not known: `--root FILE` names it\n"),
            }
            print(&text)
        }
    }
}
