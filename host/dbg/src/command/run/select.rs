//! The checks that were asked for become components, arguments and grants. Nothing is compiled or run yet.

use std::collections::BTreeSet;

use anyhow::anyhow;
use dbg_model::{
    Arguments, Capability, CheckDeclaration, Effective, Grant, Limits, Redactor, SocketsGrant, effective,
    parse_arguments,
};
use dbg_placement::Placed;
use dbg_plugin::{Admitted, Provenance};
use dbg_report::PluginFacts;

use super::secret;
use crate::catalogue::{Catalogue, Source};
use crate::diagnostic::Fault;
use crate::printer;
use crate::settings::{CheckRequest, CheckSettings, Site};

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
pub(in crate::command) fn select(settings: &CheckSettings, site: &Site) -> Result<Vec<Selected>, Fault> {
    let files = settings.plugin_files.iter().map(|path| site.admit_file(path, settings.unsigned));
    let files: Vec<Admitted> = files.collect::<Result<_, _>>()?;
    let catalogue = Catalogue::open(site)?;
    let mut selected: Vec<Selected> = Vec::new();
    for request in &settings.requests {
        let source = catalogue.find(files.clone(), &request.selector)?;
        let admitted = catalogue.admit(&source)?;
        let check = &request.selector.check;
        let Some(declaration) = admitted.component().declaration().check(check).cloned() else {
            return Err(Fault::own(anyhow!(
                "the plugin `{}` lost its check `{check}`",
                admitted.component().declaration().plugin
            )));
        };
        let told = |selected: &Selected| selected.admitted.component().digest() == admitted.component().digest();
        if !selected.iter().any(told) {
            tell_concerns(&admitted);
        }
        let arguments = arguments(request, &declaration)?;
        let allowed = site.allowed(admitted.provenance(), &settings.allowed & &consent(&source));
        let grants = effective(&declaration, &admitted.component().capabilities(), &allowed, &arguments)
            .map_err(Fault::usage)?;
        let limits = declaration.run_limits();
        selected.push(Selected { admitted, source, declaration, arguments, grants, limits });
    }
    Ok(selected)
}

/// What was consented to: by adding it, or by naming the file.
fn consent(source: &Source) -> BTreeSet<Capability> {
    match source {
        Source::Stored(record) => record.consent.clone(),
        Source::Stock(_) | Source::File(_) => BTreeSet::from(Capability::ALL),
    }
}

/// What passes by the site's rules and should be known all the same.
fn tell_concerns(admitted: &Admitted) {
    if let Provenance::Vendor(facts) = admitted.provenance() {
        for concern in &facts.concerns {
            printer::note(&format!("warning: `{}`: {concern}", facts.statement.plugin));
        }
    }
}

/// Whether the policy lets what nobody signed run where it would; before anything is launched.
pub(in crate::command) fn may_hold<'a>(
    checks: &[Selected],
    placed: impl IntoIterator<Item = &'a Placed>,
    site: &Site,
) -> Result<(), Fault> {
    let unsigned = checks.iter().find(|check| *check.admitted.provenance() == Provenance::Unsigned);
    let Some(unsigned) = unsigned else { return Ok(()) };
    let plugin = &unsigned.admitted.component().declaration().plugin;
    placed
        .into_iter()
        .try_for_each(|placed| site.policy.may_unsigned_hold(plugin, &placed.plan.target, &placed.holdings()))
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
                Provenance::Stock => dbg_report::Provenance::Stock,
                Provenance::Vendor(facts) => dbg_report::Provenance::Vendor(facts.statement.vendor.clone()),
                Provenance::Unsigned => dbg_report::Provenance::Unsigned,
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
        let withheld = self.grants.withheld.iter();
        withheld.map(|withheld| format!("{}: {}", withheld.capability, withheld.by)).collect()
    }
}

fn granted_line(grant: &Grant) -> String {
    match grant {
        Grant::Resolver => "resolver".to_owned(),
        Grant::NetworkState => "network-state".to_owned(),
        Grant::Processes => "processes".to_owned(),
        Grant::Files(files) => format!("files: {}", files.patterns.join(", ")),
        Grant::Sockets(sockets) => format!("sockets: {}", rules_line(sockets)),
        Grant::Cluster(cluster) => format!("cluster: {cluster}"),
        Grant::Connect(connect) => format!("connect: {}", rules_line(connect)),
    }
}

fn rules_line(grant: &SocketsGrant) -> String {
    let rules: Vec<String> = grant.rules.iter().map(ToString::to_string).collect();
    if rules.is_empty() { "nobody".to_owned() } else { rules.join(", ") }
}
