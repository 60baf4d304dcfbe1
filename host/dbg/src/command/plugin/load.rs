//! `dbg plugin load`: a set's plugins are added as `add` does it, with one question for all. A root that nobody here trusts is never taken in.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::anyhow;
use bytes::Bytes;
use dbg_model::{Cell, PluginName, VendorName};
use dbg_plugin::Provenance;
use dbg_plugin::set::PluginSet;
use dbg_plugin::trust::{Changed, FloorFault, ListFault, TrustStoreError, VendorRoot};

use super::add::{conclude, older_ones};
use super::candidate::Candidate;
use super::consent::{self, Answer, Question, Who, Whose};
use super::introduce::{introduce, title};
use crate::args::PluginLoad;
use crate::diagnostic::{Fault, hinted};
use crate::exit::Exit;
use crate::printer;
use crate::settings::{Site, Terminal};

pub(super) fn load(args: &PluginLoad, site: &Site, terminal: &Terminal) -> Result<Exit, Fault> {
    let shown = Cell(&args.file.to_string_lossy()).to_string();
    let in_set = |fault: Fault| fault.context(format!("the set `{shown}` is not loaded"));
    let set = PluginSet::read(&args.file).map_err(Fault::usage).map_err(in_set)?;
    let store = site.paths.needed_store()?;
    set.roots.iter().try_for_each(|(vendor, root)| is_known(vendor, root, site, &args.file)).map_err(in_set)?;
    take_in(&set, site).map_err(in_set)?;
    // Read anew: what was taken in counts from here on.
    let site = &Site::open(site.paths.clone())?;
    let candidates = candidates(&set, site, &store).map_err(in_set)?;

    for candidate in &candidates {
        printer::note(&introduce(candidate, site.trust()?));
    }
    let questions: Vec<&Question> = candidates.iter().filter_map(|candidate| candidate.question.as_ref()).collect();
    if !questions.is_empty() {
        let asked: Vec<String> =
            candidates.iter().filter(|candidate| candidate.question.is_some()).map(title).collect();
        printer::note(&format!("to be consented to:\n  {}", asked.join("\n  ")));
        let all = questions.into_iter().fold(Question::default(), Question::and);
        if consent::ask(&all, Whose::Vendor, Who::of(args.yes), &site.policy, terminal)? == Answer::No {
            printer::note("no plugin was added");
            return Ok(Exit::Pass);
        }
    }
    for candidate in &candidates {
        let added = candidate.keep(site, &store)?;
        printer::note(&conclude(&added));
        older_ones(&added, &store)?;
    }
    Ok(Exit::Pass)
}

/// Refuses a root of somebody who is not trusted here, or of another who has the name of one who is. Nothing was changed yet.
fn is_known(vendor: &VendorName, file: &Bytes, site: &Site, path: &Path) -> Result<(), Fault> {
    let root = VendorRoot::read(file).map_err(|fault| Fault::usage(TrustStoreError::from(fault)))?;
    if root.vendor() != vendor {
        return Err(Fault::usage(anyhow!("its root of `{vendor}` is `{}`'s", root.vendor())));
    }
    let offered = root.fingerprint();
    match site.trust()?.loaded.state.vendor(vendor) {
        Some(known) if known.root().fingerprint() == offered => Ok(()),
        Some(known) => {
            let there = known.root().fingerprint();
            Err(Fault::usage(TrustStoreError::Taken { vendor: vendor.clone(), there, offered }))
        }
        None => Err(Fault::usage(hinted(
            anyhow!("`{vendor}` is not trusted here; the fingerprint of its root is {offered}"),
            format!(
                "if `{vendor}` gave you the same fingerprint by another way: \
                 `tar -xf {} roots/{vendor}.root.json`, then `dbg trust add roots/{vendor}.root.json --fingerprint …`",
                Cell(&path.to_string_lossy())
            ),
        ))),
    }
}

/// Takes in what is newer of roots and lists. They prove themselves, and a list can only take away.
fn take_in(set: &PluginSet, site: &Site) -> Result<(), Fault> {
    let store = &site.trust()?.store;
    // Lists before and after the roots: a list may be signed by the keys before a rotation, or by those after it.
    let mut lists: Vec<&Bytes> = Vec::new();
    for (vendor, list) in &set.lists {
        match store.add_list(list) {
            Err(TrustStoreError::List(_)) => lists.push(list),
            taken => tell(taken, vendor, "list of revocations")?,
        }
    }
    for (vendor, root) in &set.roots {
        tell(store.rotate(root), vendor, "root")?;
    }
    for (vendor, list) in set.lists.iter().filter(|(_, list)| lists.contains(list)) {
        match store.add_list(list) {
            Err(TrustStoreError::List(fault @ ListFault::Signatures(_))) => {
                printer::note(&format!("warning: the list of revocations of `{vendor}` is not taken in: {fault}"));
            }
            taken => tell(taken, vendor, "list of revocations")?,
        }
    }
    Ok(())
}

/// What became of a document. An older one than is here is no fault: the set was made before.
fn tell(taken: Result<Changed, TrustStoreError>, vendor: &VendorName, what: &str) -> Result<(), Fault> {
    match taken {
        Ok(Changed::New | Changed::Newer) => {
            printer::note(&format!("the {what} of `{vendor}` is newer than the one that was here, and was taken in"));
            Ok(())
        }
        Ok(Changed::Same) => Ok(()),
        Err(TrustStoreError::Floor(FloorFault::Older { .. })) => {
            printer::note(&format!("the {what} of `{vendor}` is older than the one that is here, which stays"));
            Ok(())
        }
        Err(TrustStoreError::Disk(error)) => Err(Fault::own(error)),
        Err(error) => Err(Fault::usage(error).context(format!("the {what} of `{vendor}` is refused"))),
    }
}

/// All plugins of a set, verified; one that is refused refuses the set. In the order of their sequences, so that none is a step back.
fn candidates(set: &PluginSet, site: &Site, store: &dbg_plugin::Store) -> Result<Vec<Candidate>, Fault> {
    let mut found = Vec::new();
    let mut names: BTreeMap<PluginName, VendorName> = BTreeMap::new();
    for (digest, file) in &set.plugins {
        let admitted = site.admit_signed(file.clone(), &format!("plugins/{}.wasm", digest.hex()))?;
        let Provenance::Vendor(facts) = admitted.provenance() else { continue };
        let statement = &facts.statement;
        if statement.digest != *digest {
            return Err(Fault::usage(anyhow!(
                "its entry `plugins/{}.wasm` is another component ({})",
                digest.hex(),
                statement.digest.short()
            )));
        }
        let vendor = names.entry(statement.plugin.clone()).or_insert_with(|| statement.vendor.clone());
        if *vendor != statement.vendor {
            return Err(Fault::usage(anyhow!(
                "it has a plugin `{}` of `{vendor}` and one of `{}`",
                statement.plugin,
                statement.vendor
            )));
        }
        found.push((statement.sequence, Candidate::new(admitted, site, store)?));
    }
    found.sort_by_key(|(sequence, _)| *sequence);
    Ok(found.into_iter().map(|(_, candidate)| candidate).collect())
}
