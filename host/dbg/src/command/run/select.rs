//! The checks that were asked for become components, arguments and grants. Nothing is compiled or run yet.

use std::collections::BTreeSet;

use anyhow::anyhow;
use dbg_model::{
    Arguments, Capability, CheckDeclaration, Effective, Grant, Limits, Redactor, SocketsGrant, effective,
    parse_arguments,
};
use dbg_plugin::{Admitted, AllowUnsigned, Component, read_file};
use dbg_report::{PluginFacts, Provenance};

use super::secret;
use crate::catalogue::{Catalogue, Source};
use crate::diagnostic::{Fault, hinted};
use crate::settings::{CheckRequest, CheckSettings, Paths, UnsignedRule};

/// One check, ready to be compiled and run.
pub(in crate::command) struct Selected {
    /// What may run.
    pub(in crate::command) admitted: Admitted,
    /// Its source: a stock check has its code already.
    pub(in crate::command) source: Source,
    /// Which check of it.
    pub(in crate::command) declaration: CheckDeclaration,
    /// Validated, defaults applied.
    pub(in crate::command) arguments: Arguments,
    /// What it gets.
    pub(in crate::command) grants: Effective,
    /// How much it may take.
    pub(in crate::command) limits: Limits,
}

/// All checks of the run, in the order in which they were asked for; the first that cannot be is the error.
pub(in crate::command) fn select(settings: &CheckSettings, paths: &Paths) -> Result<Vec<Selected>, Fault> {
    let files = settings.plugin_files.iter().map(|path| read_file(path).map_err(Fault::usage));
    let files: Vec<Component> = files.collect::<Result<_, _>>()?;
    let catalogue = Catalogue::open(paths)?;
    let mut selected = Vec::new();
    for request in &settings.requests {
        let source = catalogue.find(files.clone(), &request.selector)?;
        let component = catalogue.component(&source)?;
        let check = &request.selector.check;
        let Some(declaration) = component.declaration().check(check).cloned() else {
            return Err(Fault::own(anyhow!(
                "the plugin `{}` lost its check `{check}`",
                component.declaration().plugin
            )));
        };
        let (admitted, consent) = admit(&source, component, settings)?;
        let arguments = arguments(request, &declaration)?;
        let allowed = &settings.allowed & &consent;
        let grants = effective(&declaration, &admitted.component().capabilities(), &allowed, &arguments)
            .map_err(Fault::usage)?;
        let limits = declaration.run_limits();
        selected.push(Selected { admitted, source, declaration, arguments, grants, limits });
    }
    Ok(selected)
}

/// Whether it may run, and what was consented to.
fn admit(
    source: &Source,
    component: Component,
    settings: &CheckSettings,
) -> Result<(Admitted, BTreeSet<Capability>), Fault> {
    match source {
        Source::Stock(stock) => Ok((stock.admitted(), BTreeSet::from(Capability::ALL))),
        Source::Stored(record) => Ok((Admitted::unsigned(component, record.allowed()), record.consent.clone())),
        Source::File(_) if settings.unsigned == UnsignedRule::Allow => {
            Ok((Admitted::unsigned(component, AllowUnsigned::by_operator()), BTreeSet::from(Capability::ALL)))
        }
        Source::File(_) => Err(Fault::usage(hinted(
            anyhow!("nobody signed the plugin `{}`", component.declaration().plugin),
            "if you know where it comes from, add `--allow-unsigned`; `dbg plugin show FILE` says what it may do",
        ))),
    }
}

fn arguments(request: &CheckRequest, declaration: &CheckDeclaration) -> Result<Arguments, Fault> {
    parse_arguments(&declaration.parameters, &request.typed, &mut secret::read)
        .map_err(|error| Fault::usage(error).context(format!("the check `{}` cannot run", declaration.check)))
}

/// What all of them together were granted.
pub(in crate::command) fn needs(checks: &[Selected]) -> BTreeSet<Capability> {
    checks.iter().flat_map(|check| &check.grants.grants).map(Grant::capability).collect()
}

impl Selected {
    /// The plugin for the report.
    pub(in crate::command) fn facts(&self) -> PluginFacts {
        let component = self.admitted.component();
        PluginFacts {
            name: component.declaration().plugin.clone(),
            version: component.declaration().version.clone(),
            digest: component.digest(),
            provenance: match self.admitted.provenance() {
                dbg_plugin::Provenance::Stock => Provenance::Stock,
                dbg_plugin::Provenance::Vendor(facts) => Provenance::Vendor(facts.statement.vendor.clone()),
                dbg_plugin::Provenance::Unsigned => Provenance::Unsigned,
            },
        }
    }

    /// The arguments as they may be shown.
    pub(in crate::command) fn shown_arguments(&self, redactor: &Redactor) -> Vec<(String, Vec<String>)> {
        // A parameter that is no secret may still hold one, as an address with a password in it does.
        let shown =
            |values: &[dbg_model::Value]| values.iter().map(|value| redactor.text(value.to_string()).0).collect();
        self.arguments.iter().map(|argument| (argument.name.to_string(), shown(&argument.values))).collect()
    }

    /// What it gets, a line each.
    pub(in crate::command) fn granted(&self) -> Vec<String> {
        self.grants.grants.iter().map(granted_line).collect()
    }

    /// What it asked for and does not get, a line each.
    pub(in crate::command) fn withheld(&self) -> Vec<String> {
        self.grants
            .withheld
            .iter()
            .map(|withheld| format!("{}: withheld by the operator", withheld.capability))
            .collect()
    }
}

fn granted_line(grant: &Grant) -> String {
    match grant {
        Grant::Resolver => "resolver".to_owned(),
        Grant::NetworkState => "network-state".to_owned(),
        Grant::Processes => "processes".to_owned(),
        Grant::Files(files) => format!("files: {}", files.patterns.join(", ")),
        Grant::Sockets(sockets) => format!("sockets: {}", rules_line(sockets)),
        Grant::Connect(connect) => format!("connect: {}", rules_line(connect)),
    }
}

fn rules_line(grant: &SocketsGrant) -> String {
    let rules: Vec<String> = grant.rules.iter().map(ToString::to_string).collect();
    if rules.is_empty() { "nobody".to_owned() } else { rules.join(", ") }
}
