//! `dbg trust root sign`: a further signature on the newest version, after its signer saw it.

use anyhow::anyhow;

use super::{conclude, countersign, signers, versions, words};
use crate::args::RootSign;
use crate::command::signing::{Answer, Consent, Document, Keyring, Kind, Passphrases, confirm};
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::printer;
use crate::settings::Terminal;

pub(super) fn sign(args: &RootSign, terminal: &Terminal) -> Result<Exit, Fault> {
    let document = Document::read(&args.file, Kind::Root)?;
    let versions = versions(&document)?;
    let newest = versions.last().ok_or_else(|| Fault::usage(anyhow!("`{}` has no version", document.shown())))?;
    let mut keyring = Keyring::new(Passphrases::new(&args.passphrases.sources, terminal)?);
    let fingerprint = versions.first().map(|first| first.digest.to_string()).unwrap_or_default();
    printer::note(&format!("  fingerprint   {fingerprint}\n{}{}", words::root(&newest.root), words::standing(newest)));
    if confirm("sign this root?", Consent::of(args.yes), terminal)? == Answer::No {
        printer::note("nothing was signed");
        return Ok(Exit::Pass);
    }
    let before = versions.iter().rev().nth(1).map(|before| &before.root.root);
    let roles: Vec<_> = before.into_iter().chain([&newest.root.root]).collect();
    let keys = signers(&args.keys, &mut keyring, &roles)?;
    let file = countersign(document.bytes.to_vec(), &keys);
    let file = file.map_err(|error| Fault::usage(error).context(format!("`{}` is not signed", document.shown())))?;
    document.replace(&file)?;
    conclude(&file, &document.shown())?;
    Ok(Exit::Pass)
}
