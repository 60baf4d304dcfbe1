//! The connects of all paths, in one batch.

use dbg_sdk::connect::{Batch, Outcome};
use dbg_sdk::prelude::*;

use crate::candidates::Goal;
use crate::parameters::FivePaths;

/// How one goal was reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tried {
    pub(crate) goal: Goal,
    pub(crate) outcome: Outcome,
    pub(crate) detail: String,
    pub(crate) took: Duration,
}

pub(crate) fn all(goals: Vec<Goal>, parameters: &FivePaths, run: &Run) -> Result<Vec<Tried>, Failure> {
    if goals.is_empty() {
        return Ok(Vec::new());
    }
    let mut batch = Batch::open()?;
    batch.timeout(parameters.timeout);
    for goal in &goals {
        batch.add(goal.host.clone(), goal.port)?;
    }
    let attempts = batch.start()?;
    let mut tried: Vec<Tried> = Vec::new();
    loop {
        let page = attempts.next(1_000, Duration::from_secs(10))?;
        for one in page.attempts {
            let Some(goal) = usize::try_from(one.endpoint).ok().and_then(|place| goals.get(place)) else { continue };
            tried.push(Tried { goal: goal.clone(), outcome: one.outcome, detail: one.detail, took: one.took });
        }
        if page.last || run.cancelled() {
            break;
        }
    }
    let mut table = run.table(
        "paths",
        "Connects of each path",
        (
            column::text("path"),
            column::text("to"),
            column::text("endpoint"),
            column::text("outcome"),
            column::duration("took"),
        ),
    );
    tried.sort_by_key(|one| one.goal.path);
    for one in &tried {
        let Goal { path, host, port, what, .. } = &one.goal;
        let at = if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
        let took = (!one.took.is_zero()).then_some(one.took);
        table.row((path.words(), what, at, words(one.outcome), took));
    }
    Ok(tried)
}

pub(crate) fn words(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Connected => "connected",
        Outcome::Refused => "refused",
        Outcome::TimedOut => "no answer",
        Outcome::Unreachable => "unreachable",
        Outcome::Unresolved => "no address",
        Outcome::Denied => "not granted",
        Outcome::Other => "failed",
    }
}
