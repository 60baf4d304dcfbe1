//! `dbg target explain`: the plan, without running it.

use dbg_model::{Cell, Target};
use dbg_placement::{Engines, Explanation, Refusal, place};
use serde::Serialize;

use crate::agents;
use crate::args::ListFormat;
use crate::command::run::{needs, select};
use crate::command::{print, print_json};
use crate::describe::hanging;
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::settings::{ExplainSettings, Paths, Terminal, engine_settings};

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
    let checks = select(&settings.checks, &Paths::of_this_user())?;
    let needs = needs(&checks);
    let engines = Engines::new(engine_settings(), agents::carried());
    let placed = crate::command::block_on(place(&settings.target, &needs, &engines))?;
    let names: Vec<String> = checks.iter().map(|check| check.declaration.check.to_string()).collect();
    match settings.output {
        ListFormat::Text => {
            text(&settings.target, &names, placed.map(|placed| dbg_placement::explain(&placed.plan)), terminal)
        }
        ListFormat::Json => {
            let (plan, refusal) = match placed {
                Ok(placed) => (Some(dbg_placement::explain(&placed.plan)), None),
                Err(refusal) => (None, Some(Refused { text: refusal.to_string(), hint: refusal.hint() })),
            };
            let exit = if refusal.is_some() { Exit::Unknown } else { Exit::Pass };
            let grants = needs.iter().map(ToString::to_string).collect();
            print_json(&Explained { target: settings.target.to_string(), checks: names, grants, plan, refusal })?;
            Ok(exit)
        }
    }
}

fn text(
    target: &Target,
    checks: &[String],
    plan: Result<Explanation, Refusal>,
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
    for note in &plan.notes {
        text.push('\n');
        text.push_str(&hanging("", &format!("note: {}", Cell(note)), terminal.width));
    }
    print(&text)
}
