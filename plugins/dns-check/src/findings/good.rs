//! What is well, and what is merely worth knowing.

use dbg_sdk::Run;

use super::Facts;
use super::collect::{aliases, search};
use crate::lookup::{Lookup, Purpose};
use crate::walk::{Outcome, Verdict, Walk};

/// More would not be read.
const MOST_LINES: usize = 40;

/// The one finding of a run in which nothing needs anybody.
pub(super) fn tell(facts: Facts<'_>, run: &Run) {
    let servers: Vec<String> = facts.servers.iter().map(|server| server.address.to_string()).collect();
    let who = match servers.as_slice() {
        [one] => one.clone(),
        many => format!("all {} servers", many.len()),
    };
    let mut names: Vec<&str> = Vec::new();
    for lookup in facts.lookups.iter().filter(|lookup| lookup.purpose == Purpose::Name) {
        if !names.contains(&lookup.typed.as_str()) {
            names.push(&lookup.typed);
        }
    }
    let verb = if servers.len() == 1 { "answers" } else { "answer" };
    let sentence = match names.as_slice() {
        [] => format!("{who} {verb}: this target resolves names"),
        [one] => format!("{who} {verb} for `{one}`"),
        many => format!("{who} {verb} for all {} names", many.len()),
    };
    let mut finding = run.pass("dns-ok", sentence).many("resolve names");
    if let [one] = servers.as_slice() {
        finding = finding.about(one);
    }
    for (label, text) in answers(facts).into_iter().take(MOST_LINES) {
        finding = finding.evidence(&label, text);
    }
}

/// The answers, those that all servers give alike once.
fn answers(facts: Facts<'_>) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    for (position, lookup) in facts.lookups.iter().enumerate() {
        for kind in &lookup.kinds {
            let label = format!("{} {}", lookup.typed, kind.name());
            let mut said: Vec<(String, Vec<usize>)> = Vec::new();
            for walk in facts.survey.walks.iter().filter(|walk| walk.lookup == position) {
                let verdict = walk.decided(lookup).and_then(|step| step.verdicts.iter().find(|one| one.kind == *kind));
                let Some(text) = verdict.map(|verdict| answer(lookup, walk, verdict)) else { continue };
                match said.iter_mut().find(|(other, _)| *other == text) {
                    Some((_, servers)) => servers.push(walk.server),
                    None => said.push((text, vec![walk.server])),
                }
            }
            let alike = said.len() == 1;
            for (text, servers) in said {
                let names =
                    servers.iter().filter_map(|server| facts.server(*server)).map(|one| one.address.to_string());
                let label =
                    if alike { label.clone() } else { format!("{label} at {}", names.collect::<Vec<_>>().join(", ")) };
                lines.push((label, text));
            }
        }
    }
    lines
}

fn answer(lookup: &Lookup, walk: &Walk, verdict: &Verdict) -> String {
    let mut text = match &verdict.outcome {
        Outcome::Answers(records) => records.text(),
        other => other.text(),
    };
    if !verdict.aliases.is_empty() {
        text.push_str(&format!(" by {}", aliases(lookup, walk, verdict)));
    }
    text
}

/// That a name costs more queries than it need, or was completed: the search as it went.
pub(super) fn tell_searches(facts: Facts<'_>, run: &Run) {
    for (position, lookup) in facts.lookups.iter().enumerate() {
        let walked = facts.survey.walks.iter().filter(|walk| walk.lookup == position);
        let Some((walk, before)) = walked
            .filter_map(|walk| {
                let answered =
                    walk.steps.last()?.verdicts.iter().any(|verdict| matches!(verdict.outcome, Outcome::Answers(_)));
                let before = walk.steps.len() - 1;
                (answered && before > 0).then_some((walk, before))
            })
            .max_by_key(|(_, before)| *before)
        else {
            continue;
        };
        let names = if before == 1 { "1 name that is".to_owned() } else { format!("{before} names that are") };
        run.info("dns-search", format!("each look-up of `{}` first asks for {names} not there", lookup.typed))
            .many("ask for names that are not there before the one that is")
            .about(&lookup.typed)
            .evidence("tried", search(lookup, walk))
            .next_step("give the whole name with a dot at its end where that matters, or lower `ndots`");
    }
}
