//! `dbg trust root show`

use dbg_model::Digest;
use dbg_plugin::trust::{KeyId, RootVersion, root_versions};
use serde::Serialize;

use super::words;
use crate::args::{ListFormat, RootShow};
use crate::command::signing::{Document, Kind};
use crate::command::trust::shape::{ProgressShape, RootShape};
use crate::command::{print, print_json};
use crate::diagnostic::Fault;
use crate::exit::Exit;

/// A file of roots. What it says of itself: that it is the vendor's is told by comparing the fingerprint.
#[derive(Serialize)]
struct Shown {
    fingerprint: Digest,
    /// Whether every version has all signatures that it needs.
    complete: bool,
    /// Oldest first.
    versions: Vec<Version>,
}

#[derive(Serialize)]
struct Version {
    #[serde(flatten)]
    root: RootShape,
    complete: bool,
    /// Every key whose signature is good.
    signed: std::collections::BTreeSet<KeyId>,
    /// How far its own keys are.
    own: ProgressShape,
    /// How far the keys of the version before are; null for the first.
    before: Option<ProgressShape>,
}

pub(super) fn show(args: &RootShow) -> Result<Exit, Fault> {
    let document = Document::read(&args.file, Kind::Root)?;
    let versions = root_versions(&document.bytes)
        .map_err(|error| Fault::usage(error).context(format!("`{}` is no file of roots", document.shown())))?;
    // There is always a first.
    let Some(fingerprint) = versions.first().map(|first| first.digest) else { return Ok(Exit::Pass) };
    match args.output {
        ListFormat::Json => print_json(&Shown {
            fingerprint,
            complete: versions.iter().all(RootVersion::is_complete),
            versions: versions.iter().map(shape).collect(),
        }),
        ListFormat::Text => {
            let mut text = format!("fingerprint {fingerprint}, as this file says of itself\n");
            for version in &versions {
                text.push_str(&format!("\n{}{}", words::root(&version.root), words::standing(version)));
            }
            print(&text)
        }
    }
}

fn shape(version: &RootVersion) -> Version {
    Version {
        root: (&version.root).into(),
        complete: version.is_complete(),
        signed: version.signed(),
        own: (&version.own).into(),
        before: version.before.as_ref().map(Into::into),
    }
}
