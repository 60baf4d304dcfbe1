//! `dbg trust revocations sign`

use dbg_plugin::trust::claimed_list;

use super::{conclude, countersign, list_fault, signers, words};
use crate::args::ListSign;
use crate::command::signing::{Answer, Consent, Document, Keyring, Kind, Passphrases, confirm};
use crate::command::trust::Known;
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::printer;
use crate::settings::{Paths, Terminal};

pub(super) fn sign(args: &ListSign, paths: &Paths, terminal: &Terminal) -> Result<Exit, Fault> {
    let document = Document::read(&args.file, Kind::List)?;
    let (list, signers_before) = claimed_list(&document.bytes).map_err(|error| list_fault(&document, error))?;
    let known = match &args.root {
        Some(file) => Some(Known::of_file(file)?),
        None => Known::trusted(&list.vendor, paths),
    };
    if let Some(known) = known.as_ref().filter(|known| *known.root.vendor() != list.vendor) {
        return Err(Fault::usage(anyhow::anyhow!(
            "`{}` is `{}`'s list, and the root is `{}`'s",
            document.shown(),
            list.vendor,
            known.root.vendor()
        )));
    }
    let mut keyring = Keyring::new(Passphrases::new(&args.passphrases.sources, terminal)?);
    printer::note(&format!("{}  signed by     {}, as it says\n", words::list(&list), words::claimed(&signers_before)));
    if confirm("sign this list?", Consent::of(args.yes), terminal)? == Answer::No {
        printer::note("nothing was signed");
        return Ok(Exit::Pass);
    }
    let keys = signers(&args.keys, &mut keyring, known.as_ref())?;
    let file = countersign(document.bytes.to_vec(), &keys);
    let file = file.map_err(|error| Fault::usage(error).context(format!("`{}` is not signed", document.shown())))?;
    document.replace(&file)?;
    conclude(&file, &document.shown(), known.as_ref())?;
    Ok(Exit::Pass)
}
