//! The check itself: survey, judge, report.

use dbg_sdk::prelude::*;

use crate::judge::{Expectation, Judgement};
use crate::parameters::TcpReach;
use crate::state::State;
use crate::survey::Survey;
use crate::{banner, findings, rows};

/// Tells which TCP endpoints can be reached from the target, and why the others cannot.
///
/// Each endpoint is connected to once and closed again without sending a byte; no more than `rate` connects a second. Told apart: open,
/// accepted and hung up at once, refused (nobody listens), filtered (no answer), unreachable (and who says so), and names without an
/// address. A single port that is not open is a failure; of a range of ports or a network the open ones are listed. It stops by itself
/// before the target's table of tracked connections is full.
#[check(
    name = "tcp-reach",
    grant(capability = "connect", bounds = ["param:to"], reason = "connects to the endpoints given with `to`"),
    limits(time = "10m", memory = "128MiB")
)]
pub fn tcp_reach(parameters: TcpReach, run: &Run) -> Result<(), Failure> {
    let expectation = Expectation::read(parameters.expect.as_deref());
    let survey = Survey::take(&parameters, run)?;
    let judgement = Judgement::of(&survey, expectation);
    rows::write(&survey, run);
    banner::write(&survey, run);
    findings::write(&survey, &judgement, run);
    metrics(&survey, run);
    Ok(())
}

/// What to watch over many runs.
fn metrics(survey: &Survey, run: &Run) {
    for (name, state) in [("tcp-open", State::Open), ("tcp-refused", State::Refused), ("tcp-filtered", State::Filtered)]
    {
        // At most 100,000: exact as a float.
        run.metric(name, Unit::Count, f64::from(survey.count(state)), &[]);
    }
    let mut took: Vec<u32> = survey.seen.iter().filter(|seen| seen.state.was_made()).map(|seen| seen.took_us).collect();
    took.sort_unstable();
    for (name, percent) in [("tcp-connect-p50", 50), ("tcp-connect-p99", 99)] {
        if let Some(us) = percentile(&took, percent) {
            run.metric(name, Unit::Milliseconds, f64::from(us) / 1_000.0, &[]);
        }
    }
}

/// The value that `percent` of the sorted ones do not exceed.
pub(crate) fn percentile(sorted: &[u32], percent: usize) -> Option<u32> {
    let rank = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(rank).copied()
}

#[cfg(test)]
mod tests;
