//! `dbg plugin save`: signed plugins and what proves them, as one file to be carried.

use anyhow::anyhow;
use dbg_model::{Cell, VendorName};
use dbg_plugin::set::PluginSet;
use dbg_plugin::{Record, Signer, Store};

use super::named::Named;
use crate::args::PluginSave;
use crate::diagnostic::{Fault, hinted};
use crate::exit::Exit;
use crate::printer;
use crate::settings::Site;

pub(super) fn save(args: &PluginSave, site: &Site) -> Result<Exit, Fault> {
    let store = site.paths.needed_store()?;
    let mut set = PluginSet::default();
    for (record, vendor) in chosen(args, site, &store)? {
        let admitted = match site.admit_record(&store, &record) {
            Ok(admitted) => admitted,
            Err(fault) if args.plugins.is_empty() => {
                fault.warn();
                continue;
            }
            Err(fault) => return Err(fault),
        };
        set.plugins.insert(record.digest, admitted.file().clone());
        if !set.roots.contains_key(&vendor) {
            documents(&vendor, &mut set, site)?;
        }
        printer::note(&format!("{} {}, signed by {vendor}", record.plugin, record.version));
    }
    if set.plugins.is_empty() {
        return Err(Fault::usage(hinted(
            anyhow!("there is no plugin to save: none that was added is signed and runs"),
            "a set carries signed plugins alone; `dbg plugin list` shows all there are",
        )));
    }
    set.write(&args.file).map_err(Fault::own)?;
    let shown = Cell(&args.file.to_string_lossy()).to_string();
    printer::note(&format!("\nnext, where it is carried to: dbg plugin load {shown}"));
    Ok(Exit::Pass)
}

/// The plugins that were named, or all that are signed.
fn chosen(args: &PluginSave, site: &Site, store: &Store) -> Result<Vec<(Record, VendorName)>, Fault> {
    let named = |text: &String| Named::parse(text)?.record(site, store);
    let records = if args.plugins.is_empty() {
        store.list().map_err(Fault::own)?.records
    } else {
        args.plugins.iter().map(named).collect::<Result<Vec<_>, _>>()?
    };
    let mut chosen = Vec::new();
    for record in records {
        match record.signer.clone() {
            Signer::Vendor { name, .. } => chosen.push((record, name)),
            Signer::Nobody if args.plugins.is_empty() => {
                printer::note(&format!("{} {} is left out: nobody signed it", record.plugin, record.version));
            }
            Signer::Nobody => {
                return Err(Fault::usage(hinted(
                    anyhow!("nobody signed the plugin `{}`, and a set carries signed plugins alone", record.plugin),
                    "carry its file itself",
                )));
            }
        }
    }
    Ok(chosen)
}

/// The vendor's root, and its list when there is one.
fn documents(vendor: &VendorName, set: &mut PluginSet, site: &Site) -> Result<(), Fault> {
    let trust = site.trust()?;
    let known =
        trust.loaded.state.vendor(vendor).ok_or_else(|| Fault::own(anyhow!("`{vendor}` is not trusted any more")))?;
    let documents = trust.store.documents(known).map_err(Fault::own)?;
    set.roots.insert(vendor.clone(), documents.root);
    if let Some(list) = documents.list {
        set.lists.insert(vendor.clone(), list);
    }
    Ok(())
}
