//! `dbg target explain`: the plan, without running it.

use dbg_model::{Cell, Target};
use dbg_placement::{Clusters, Engines, Explanation, Refusal, place};
use serde::Serialize;

use super::security::Security;
use crate::agents;
use crate::args::ListFormat;
use crate::command::run::{may_hold, needs, select};
use crate::command::{print, print_json};
use crate::describe::hanging;
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::settings::{Detail, ExplainSettings, Paths, Site, Terminal, by_policy, engine_settings};

/// How a target would be reached, or why it cannot be. Texts are raw.
#[derive(Serialize)]
struct Explained {
    /// The target.
    target: String,
    /// The checks that it is planned for.
    checks: Vec<String>,
    /// Their grants that the plan has to see to.
    grants: Vec<String>,
    /// Null when it is refused.
    plan: Option<Explanation>,
    /// Null when it is not.
    refusal: Option<Refused>,
    /// What a security officer asks; only there with `--security`.
    #[serde(skip_serializing_if = "Option::is_none")]
    security: Option<Security>,
}

/// Why a target cannot be reached.
#[derive(Serialize)]
struct Refused {
    /// One sentence.
    text: String,
    /// What to do next; null when nothing is known.
    hint: Option<String>,
}

pub(super) fn explain(settings: &ExplainSettings, terminal: &Terminal) -> Result<Exit, Fault> {
    let site = Site::open(Paths::of_this_user())?;
    site.policy.may_target(&settings.target)?;
    let checks = select(&settings.checks, &site)?;
    let needs = needs(&checks);
    let engines = Engines::new(engine_settings(), agents::carried(), settings.asked.clone());
    let clusters = Clusters::new(by_policy(&settings.cluster, &site.policy), agents::carried());
    let placed = crate::command::block_on(place(&settings.target, &needs, &engines, &clusters))?;
    may_hold(&checks, placed.as_ref().ok(), &site)?;
    let names: Vec<String> = checks.iter().map(|check| check.declaration.check.to_string()).collect();
    let plan = placed.map(|placed| dbg_placement::explain(&placed.plan));
    let security = match settings.detail {
        Detail::Plan => None,
        Detail::Security => Some(Security::new(&checks, plan.as_ref().ok())?),
    };
    match settings.output {
        ListFormat::Text => text(&settings.target, &names, plan, security.as_ref(), terminal),
        ListFormat::Json => {
            let (plan, refusal) = match plan {
                Ok(plan) => (Some(plan), None),
                Err(refusal) => (None, Some(Refused { text: refusal.to_string(), hint: refusal.hint() })),
            };
            let exit = if refusal.is_some() { Exit::Unknown } else { Exit::Pass };
            let grants = needs.iter().map(ToString::to_string).collect();
            print_json(&Explained {
                target: settings.target.to_string(),
                checks: names,
                grants,
                plan,
                refusal,
                security,
            })?;
            Ok(exit)
        }
    }
}

fn text(
    target: &Target,
    checks: &[String],
    plan: Result<Explanation, Refusal>,
    security: Option<&Security>,
    terminal: &Terminal,
) -> Result<Exit, Fault> {
    let target = Cell(&target.to_string()).to_string();
    let plan = plan.map_err(|refusal| Fault::unreachable(refusal).context(format!("`{target}` cannot be reached")))?;
    let of = if checks.is_empty() { "no check".to_owned() } else { checks.join(", ") };
    let mut text = format!("{target}, for {of}\n");
    for (title, items) in plan.sections() {
        text.push_str(&format!("\n{title}\n"));
        for item in items {
            let (what, reason) = (Cell(&item.what).to_string(), Cell(&item.reason).to_string());
            text.push_str(&hanging("  ", &format!("{what}: {reason}"), terminal.width));
        }
    }
    if let Some(security) = security {
        text.push_str(&security.text(terminal.width));
    }
    for note in &plan.notes {
        text.push('\n');
        text.push_str(&hanging("", &format!("note: {}", Cell(note)), terminal.width));
    }
    print(&text)
}
