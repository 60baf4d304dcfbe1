//! `dbg plugin add`: reads the file, says who signed it and what it may do, asks once, and keeps it.

use dbg_plugin::{Added, Offer as _, Provenance, Signer, Store};

use super::candidate::Candidate;
use super::consent::{self, Answer, Who, Whose};
use super::introduce::introduce;
use crate::args::PluginAdd;
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::printer;
use crate::settings::{Site, Terminal, UnsignedRule};

pub(super) fn add(args: &PluginAdd, site: &Site, terminal: &Terminal) -> Result<Exit, Fault> {
    let rule = if args.allow_unsigned { UnsignedRule::Allow } else { UnsignedRule::Refuse };
    let admitted = site.admit_file(&args.file, rule)?;
    let store = site.paths.needed_store()?;
    let candidate = Candidate::new(admitted, site, &store)?;
    printer::note(&introduce(&candidate, site.trust()?));
    if let Some(question) = &candidate.question {
        let whose = match candidate.admitted.provenance() {
            Provenance::Vendor(_) => Whose::Vendor,
            Provenance::Unsigned | Provenance::Stock => Whose::Unsigned,
        };
        if consent::ask(question, whose, Who::of(args.yes), &site.policy, terminal)? == Answer::No {
            printer::note("nothing was added");
            return Ok(Exit::Pass);
        }
    }
    let added = candidate.keep(site, &store)?;
    printer::note(&conclude(&added));
    older_ones(&added, &store)?;
    let check = candidate.admitted.component().checks().next().map(ToString::to_string).unwrap_or_default();
    printer::note(&format!("\nnext: dbg run {check}"));
    Ok(Exit::Pass)
}

/// What became of it, in a line.
pub(super) fn conclude(added: &Added) -> String {
    let what = match added {
        Added::New(_) => "added",
        Added::Same(_) => "was there already",
        Added::Consent(_) => "was there, and has this consent now",
        Added::Signed(_) => "was there, and has this signature now",
        Added::Repaired(_) => "was there, damaged, and is whole again",
    };
    let record = added.record();
    format!("{} {} {what}", record.plugin, record.version)
}

/// What was signed before it does not run any more: it would be a step back.
pub(super) fn older_ones(added: &Added, store: &Store) -> Result<(), Fault> {
    let record = added.record();
    if record.signer == Signer::Nobody {
        return Ok(());
    }
    for other in store.list().map_err(Fault::own)?.records {
        if other.plugin == record.plugin && other.version < record.version {
            let (plugin, version) = (other.plugin, other.version);
            printer::note(&format!(
                "version {version} stays, and does not run any more: `dbg plugin remove {plugin}@{version}`"
            ));
        }
    }
    Ok(())
}
