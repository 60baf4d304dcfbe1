//! `dbg trust list`: who is trusted, by which keys and how far, where that comes from, and what does not count.

use std::path::Path;

use dbg_model::{Cell, Digest};
use dbg_plugin::trust::{Loaded, Moment, Origin, Problem, VendorTrust};
use serde::Serialize;

use super::shape::{ListShape, RootShape};
use super::words;
use crate::args::ListFormat;
use crate::command::signing::shown;
use crate::command::{print, print_json};
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::printer;
use crate::settings::{Paths, Policy, Trust, signing};

/// Everything about trust here. Paths that are no UTF-8 are shown with replacement characters.
#[derive(Serialize)]
struct Listed {
    vendors: Vec<Vendor>,
    /// Files that do not count, and why.
    problems: Vec<Refused>,
}

#[derive(Serialize)]
struct Vendor {
    /// Of version 1 of its root: it stays when keys are rotated.
    fingerprint: Digest,
    origin: Whence,
    /// Whether the policy lets what it signed run.
    allowed: bool,
    /// What its plugins may be granted at most here: the root's own ceiling, or less where the site approved less.
    ceiling: Vec<String>,
    root: RootShape,
    /// Null when it never took anything back here.
    revocations: Option<Revocations>,
}

/// Where its root comes from.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Whence {
    /// The site's folder.
    Site { path: String },
    /// The user's own folder.
    Own { path: String },
    /// Approved by the site, with later versions or a newer list from the user's folder.
    Narrowed { site: String, own: String },
}

#[derive(Serialize)]
struct Revocations {
    #[serde(flatten)]
    list: ListShape,
    /// How old it is.
    days: u64,
    /// Whether the next is due.
    stale: bool,
}

#[derive(Serialize)]
struct Refused {
    path: String,
    problem: String,
}

pub(super) fn list(output: ListFormat, paths: &Paths) -> Result<Exit, Fault> {
    let policy = Policy::read(paths)?;
    let Loaded { state, origins, problems } = Trust::open(paths, &policy)?.loaded;
    let now = signing::now();
    let allowed =
        |trust: &VendorTrust| policy.vendors.as_ref().is_none_or(|allow| allow.contains(trust.root().vendor()));
    let trusted: Vec<_> =
        state.vendors().filter_map(|trust| Some((trust, origins.get(trust.root().vendor())?))).collect();
    match output {
        ListFormat::Json => print_json(&Listed {
            vendors: trusted.iter().map(|(trust, origin)| vendor(trust, origin, allowed(trust), now)).collect(),
            problems: problems.iter().map(refused).collect(),
        }),
        ListFormat::Text => {
            for Refused { path, problem } in problems.iter().map(refused) {
                printer::note(&format!("warning: `{}`: {}", Cell(&path), Cell(&problem)));
            }
            if trusted.is_empty() {
                printer::note("nobody is trusted; `dbg trust add FILE` trusts a vendor by its root");
                return Ok(Exit::Pass);
            }
            let blocks = trusted.iter().map(|(trust, origin)| text(trust, origin, allowed(trust), now));
            print(&blocks.collect::<Vec<_>>().join("\n"))
        }
    }
}

fn vendor(trust: &VendorTrust, origin: &Origin, allowed: bool, now: Moment) -> Vendor {
    Vendor {
        fingerprint: trust.root().fingerprint(),
        origin: whence(origin),
        allowed,
        ceiling: words::ceiling_names(trust.ceiling()),
        root: trust.root().current().into(),
        revocations: trust.list().map(|list| {
            let content = list.content();
            Revocations { list: content.into(), days: now.days_since(content.issued), stale: content.next <= now }
        }),
    }
}

fn whence(origin: &Origin) -> Whence {
    match origin {
        Origin::System(path) => Whence::Site { path: lossy(path) },
        Origin::Own(path) => Whence::Own { path: lossy(path) },
        Origin::Narrowed { system, own } => Whence::Narrowed { site: lossy(system), own: lossy(own) },
    }
}

fn refused(problem: &Problem) -> Refused {
    Refused { path: lossy(&problem.path), problem: problem.fault.to_string() }
}

fn lossy(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn text(trust: &VendorTrust, origin: &Origin, allowed: bool, now: Moment) -> String {
    let root = trust.root();
    let mut text = format!("{}\n  fingerprint   {}\n", root.vendor(), root.fingerprint());
    text.push_str(&match origin {
        Origin::System(path) => format!("  trusted by    this site: {}\n", shown(path)),
        Origin::Own(path) => format!("  trusted by    you: {}\n", shown(path)),
        Origin::Narrowed { system, own } => format!(
            "  trusted by    this site: {}\n                with what is newer in {}\n",
            shown(system),
            shown(own)
        ),
    });
    if !allowed {
        text.push_str("  policy        does not let it run\n");
    }
    // The vendor's name is told above.
    text.extend(words::root(root.current()).lines().skip(1).map(|line| format!("{line}\n")));
    if *trust.ceiling() != root.current().ceiling {
        text.push_str(&format!("  ceiling here  {}, as this site approved\n", words::ceiling_words(trust.ceiling())));
    }
    text.push_str(&match trust.list().map(|list| list.content()) {
        None => "  revocations   no list was ever taken in\n".to_owned(),
        Some(list) => {
            let age = now.days_since(list.issued);
            let stale = if list.next <= now { "STALE, the next was due" } else { "the next is due" };
            let (version, revoked) = (list.version, list.revoked.len());
            format!(
                "  revocations   list {version}, {age} days old, {stale} {}; {revoked} revoked\n",
                words::date(list.next)
            )
        }
    });
    text
}
