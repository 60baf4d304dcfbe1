//! `dbg trust revocations new`: a list takes the place of the one before, so it keeps what that one revokes.

use std::path::PathBuf;

use anyhow::anyhow;
use dbg_model::VendorName;
use dbg_plugin::trust::{Revocations, Revoked, claimed_list, new_list};

use super::{conclude, countersign, list_fault, signers, words};
use crate::args::ListNew;
use crate::command::signing::{Document, Keyring, Kind, Passphrases, create, refuse_taken, shown};
use crate::command::trust::Known;
use crate::command::trust::root::ids;
use crate::diagnostic::{Fault, hinted};
use crate::exit::Exit;
use crate::printer;
use crate::settings::{Paths, Terminal, signing};

pub(super) fn new(args: &ListNew, paths: &Paths, terminal: &Terminal) -> Result<Exit, Fault> {
    let after = match &args.after {
        Some(file) => {
            let document = Document::read(file, Kind::List)?;
            let (list, _) = claimed_list(&document.bytes).map_err(|error| list_fault(&document, error))?;
            Some((document, list))
        }
        None => None,
    };
    let named = args.root.as_deref().map(Known::of_file).transpose()?;
    let vendor = vendor(args, after.as_ref().map(|(_, list)| list), named.as_ref())?;
    let output = args.output.clone().unwrap_or_else(|| PathBuf::from(format!("{vendor}.revocations.json")));
    // The list before is what this one is to replace; anything else is somebody's.
    let replaced = after.as_ref().filter(|_| args.after.as_ref() == Some(&output));
    if replaced.is_none() {
        refuse_taken(&output)?;
    }
    let mut keyring = Keyring::new(Passphrases::new(&args.passphrases.sources, terminal)?);
    let list = list(args, vendor, after.as_ref().map(|(_, list)| list), &mut keyring)?;
    printer::note(&words::list(&list));
    let known = named.or_else(|| Known::trusted(&list.vendor, paths));
    let keys = signers(&args.keys, &mut keyring, known.as_ref())?;
    let (first, others) = keys.split_first().ok_or_else(|| Fault::usage(anyhow!("nobody signs it")))?;
    let file = new_list(&list, first).and_then(|file| countersign(file, others)).map_err(Fault::usage)?;
    match replaced {
        Some((document, _)) => document.replace(&file)?,
        None => create(&output, &file, 0o644)?,
    }
    conclude(&file, &shown(&output), known.as_ref())?;
    Ok(Exit::Pass)
}

/// Whose list it is: all that say so must agree.
fn vendor(args: &ListNew, after: Option<&Revocations>, root: Option<&Known>) -> Result<VendorName, Fault> {
    let typed = args.vendor.as_deref().map(str::parse).transpose().map_err(Fault::usage)?;
    let said = [typed, after.map(|list| list.vendor.clone()), root.map(|known| known.root.vendor().clone())];
    let mut said = said.into_iter().flatten();
    let vendor = said.next().ok_or_else(|| {
        Fault::usage(hinted(
            anyhow!("whose list it is was not said"),
            "give `--vendor NAME`, the list before by `--after`, or the root by `--root`",
        ))
    })?;
    match said.find(|other| *other != vendor) {
        None => Ok(vendor),
        Some(other) => Err(Fault::usage(anyhow!("it cannot be `{vendor}`'s list and `{other}`'s"))),
    }
}

fn list(
    args: &ListNew,
    vendor: VendorName,
    after: Option<&Revocations>,
    keyring: &mut Keyring,
) -> Result<Revocations, Fault> {
    let mut revoked = after.map_or_else(Revoked::default, |list| list.revoked.clone());
    for text in &args.revoke {
        revoked.digests.insert(signing::digest(text, "`dbg plugin show FILE` prints it")?);
    }
    revoked.keys.extend(ids(&args.revoke_keys, keyring)?);
    let issued = signing::now().max(after.map_or(signing::now(), |list| list.issued));
    let version = after.map_or(args.number.unwrap_or(1), |list| list.version.saturating_add(1));
    let list = Revocations { vendor, version, issued, next: signing::time_to_come(&args.next, issued)?, revoked };
    list.judge().map_err(Fault::usage)?;
    Ok(list)
}
