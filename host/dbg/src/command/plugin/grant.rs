//! `dbg plugin grant`: what an added plugin is granted, from now on.

use std::collections::BTreeSet;

use anyhow::anyhow;
use dbg_model::{Allows as _, Capability, Withholder};
use dbg_plugin::{Admitted, Provenance, Record};

use super::candidate::{covers, exposures};
use super::consent::{self, Answer, Question, Who, Whose};
use super::named::Named;
use crate::args::PluginGrant;
use crate::describe;
use crate::diagnostic::{Fault, hinted};
use crate::exit::Exit;
use crate::printer;
use crate::settings::{Site, Terminal};

pub(super) fn grant(args: &PluginGrant, site: &Site, terminal: &Terminal) -> Result<Exit, Fault> {
    let named = Named::parse(&args.plugin)?;
    if named.is_stock()? {
        return Err(Fault::usage(hinted(
            anyhow!("`{}` is a stock plugin: it gets what it asks for, within the policy", named.plugin),
            "withhold it from one run with `--deny CAPABILITY`, or from all with `[grants] most` in the policy",
        )));
    }
    let store = site.paths.needed_store()?;
    let record = named.record(site, &store)?;
    let admitted = site.admit_record(&store, &record)?;
    let (withhold, give) = (capabilities(&args.withhold)?, capabilities(&args.give)?);
    let consent = changed(&record, &admitted, &withhold, &give, site)?;
    if consent == record.consent {
        printer::note(&state(&record, &admitted, site));
        return Ok(Exit::Pass);
    }
    let given: BTreeSet<Capability> = &consent - &record.consent;
    if !given.is_empty() {
        let declaration = admitted.component().declaration();
        let known = exposures(declaration, &record.consent);
        let exposures = exposures(declaration, &consent).into_iter().filter(|exposure| !covers(&known, exposure));
        let question = Question { exposures: exposures.collect(), capabilities: given };
        printer::note(&introduce(&admitted, &question));
        let whose = match admitted.provenance() {
            Provenance::Vendor(_) => Whose::Vendor,
            Provenance::Unsigned | Provenance::Stock => Whose::Unsigned,
        };
        if consent::ask(&question, whose, Who::of(args.yes), &site.policy, terminal)? == Answer::No {
            printer::note("nothing was changed");
            return Ok(Exit::Pass);
        }
    }
    let record = store.set_consent(&record, consent).map_err(Fault::own)?;
    printer::note(&state(&record, &admitted, site));
    Ok(Exit::Pass)
}

fn capabilities(words: &[String]) -> Result<BTreeSet<Capability>, Fault> {
    words.iter().map(|word| word.parse().map_err(Fault::usage)).collect()
}

/// The consent after the change: never beyond what is asked for, the vendor's ceiling and the policy.
fn changed(
    record: &Record,
    admitted: &Admitted,
    withhold: &BTreeSet<Capability>,
    give: &BTreeSet<Capability>,
    site: &Site,
) -> Result<BTreeSet<Capability>, Fault> {
    let plugin = &record.plugin;
    if let Some(both) = withhold.intersection(give).next() {
        return Err(Fault::usage(anyhow!("`{both}` is both to be withheld and to be given")));
    }
    let wanted = admitted.component().declaration().capabilities();
    if let Some(unknown) = withhold.union(give).find(|capability| !wanted.contains(capability)) {
        return Err(Fault::usage(hinted(
            anyhow!("the plugin `{plugin}` does not ask for `{unknown}`"),
            format!("`dbg plugin show {plugin}` says what it asks for"),
        )));
    }
    let allowed = site.allowed(admitted.provenance(), wanted);
    let refused = give.iter().find_map(|capability| Some((capability, allowed.withholder(*capability)?)));
    match refused {
        Some((capability, Withholder::Vendor)) => Err(Fault::usage(hinted(
            anyhow!("`{capability}` cannot be given to `{plugin}`: it is above its vendor's ceiling"),
            "its vendor must sign a root with a higher ceiling, which `dbg trust rotate` takes in",
        ))),
        Some((capability, _)) => Err(Fault::usage(hinted(
            anyhow!("`{capability}` cannot be given to `{plugin}`: this site's policy does not grant it"),
            format!("whoever decides for this site may write \"{capability}\" in `[grants] most` to the policy"),
        ))),
        None => Ok(&(&record.consent - withhold) | give),
    }
}

fn introduce(admitted: &Admitted, question: &Question) -> String {
    let declaration = admitted.component().declaration();
    let mut text = format!("{} {}\n", declaration.plugin, declaration.version);
    for check in &declaration.checks {
        for request in check.grants.iter().filter(|request| question.capabilities.contains(&request.capability)) {
            let reach = dbg_model::reach(check, request);
            text.push_str(&format!(
                "  + {}: {}: {}\n      because it says: {}\n",
                check.check,
                request.capability,
                describe::permission(request.capability, &reach),
                dbg_model::Cell(&request.reason)
            ));
        }
    }
    text
}

/// What it is granted now, a line each.
fn state(record: &Record, admitted: &Admitted, site: &Site) -> String {
    let wanted = admitted.component().declaration().capabilities();
    let allowed = site.allowed(admitted.provenance(), record.consent.clone());
    let mut text = format!("{} {}", record.plugin, record.version);
    if wanted.is_empty() {
        text.push_str("\n  asks for nothing");
    }
    for capability in wanted {
        let word = allowed.withholder(capability).map_or_else(|| "given".to_owned(), |by| by.to_string());
        text.push_str(&format!("\n  {capability}: {word}"));
    }
    text
}
