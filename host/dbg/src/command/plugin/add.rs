//! `dbg plugin add`: reads the file, says what it may do, asks once, and keeps it.

use anyhow::anyhow;
use dbg_engine::{Cache, CacheOutcome, Engine};
use dbg_plugin::{Added, Admitted, AllowUnsigned, Component, Offer, read_file};

use super::consent::{self, Answer, Who};
use crate::args::PluginAdd;
use crate::diagnostic::{Fault, hinted};
use crate::exit::Exit;
use crate::settings::{Paths, Policy, Terminal};
use crate::{describe, printer, stock};

pub(super) fn add(args: &PluginAdd, paths: &Paths, terminal: &Terminal) -> Result<Exit, Fault> {
    let component = read_file(&args.file).map_err(Fault::usage)?;
    if !args.allow_unsigned {
        return Err(Fault::usage(hinted(
            anyhow!("nobody signed `{}`", args.file.display()),
            "if you know where it comes from, add `--allow-unsigned`",
        )));
    }
    refuse_stock_names(&component)?;
    let allowed = AllowUnsigned::by_operator();
    let store = paths.needed_store()?;
    dry_run(&component, allowed, paths)?;

    printer::note(&introduce(&component));
    let policy = Policy::read(paths)?;
    let who = if args.yes { Who::Policy } else { Who::Person };
    match consent::ask(&component, who, &policy, terminal)? {
        Answer::Yes => {}
        Answer::No => {
            printer::note("nothing was added");
            return Ok(Exit::Pass);
        }
    }
    let added = store.add(&component, component.declaration().capabilities(), allowed).map_err(store_fault)?;
    printer::note(&conclude(&component, &added));
    Ok(Exit::Pass)
}

/// A stock check is covered by the binary's digest; nothing unsigned may take its name.
fn refuse_stock_names(component: &Component) -> Result<(), Fault> {
    for stock in stock::all()? {
        let taken = stock.component.checks().find(|check| component.checks().any(|name| name == *check));
        if stock.component.plugin() == component.plugin() || taken.is_some() {
            let name = taken.map_or_else(|| component.plugin().to_string(), ToString::to_string);
            return Err(Fault::usage(hinted(
                anyhow!("`{name}` is the name of a stock check, which no unsigned plugin may take"),
                "give the plugin and its checks other names, or run it from its file: `dbg run --plugin FILE --allow-unsigned CHECK`",
            )));
        }
    }
    Ok(())
}

/// Compiles and links it without running anything, so that what this dbg lacks is known now and not at a customer's site.
/// The compiled code stays in the cache for the first run.
fn dry_run(component: &Component, allowed: AllowUnsigned, paths: &Paths) -> Result<(), Fault> {
    let engine = Engine::new().map_err(Fault::own)?;
    let admitted = Admitted::unsigned(component.clone(), allowed);
    let (native, outcome) = match paths.cache.as_deref().map(|dir| Cache::open(dir, env!("DBG_BUILD"))) {
        Some(cache) => cache.load_or_compile(&engine, &admitted).map(|(native, outcome)| (native, Some(outcome))),
        None => engine.compile(&admitted).map(|native| (native, None)),
    }
    .map_err(Fault::usage)?;
    engine.load(&native).map_err(Fault::usage)?;
    if let Some(CacheOutcome::Compiled(fresh)) = outcome {
        // Where nothing can be kept, the first run compiles again.
        let _ = fresh.keep();
    }
    Ok(())
}

/// What was offered decides about a taken version; everything else is the store's.
fn store_fault(error: dbg_plugin::StoreError) -> Fault {
    match error {
        dbg_plugin::StoreError::Taken { .. } => Fault::usage(error),
        error => Fault::own(error),
    }
}

fn introduce(component: &Component) -> String {
    let declaration = component.declaration();
    let mut text = format!("{} {}, unsigned, {}\n", declaration.plugin, declaration.version, component.digest());
    for check in &declaration.checks {
        text.push_str(&format!("\n{}: {}\nit asks to\n", check.check, dbg_model::Cell(check.summary())));
        text.push_str(&describe::grants(check));
    }
    text
}

fn conclude(component: &Component, added: &Added) -> String {
    let what = match added {
        Added::New(_) => "added",
        Added::Same(_) => "was there already",
        Added::Consent(_) => "was there, and has this consent now",
        Added::Repaired(_) => "was there, damaged, and is whole again",
    };
    let check = component.checks().next().map(ToString::to_string).unwrap_or_default();
    format!("{} {} {what}\n\nnext: dbg run {check}", component.plugin(), component.version())
}
