//! What outcomes mean by what was asked: pure.

use std::collections::{BTreeMap, BTreeSet};

use dbg_sdk::connect::Outcome;

use crate::survey::{Seen, Survey};

/// What ports must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expectation {
    /// A single one open; of several nothing.
    AsAsked,
    /// All open.
    Open,
    /// All closed.
    Closed,
}

impl Expectation {
    /// Of the parameter `expect`, which has these choices.
    pub(crate) fn read(text: Option<&str>) -> Self {
        match text {
            Some("open") => Self::Open,
            Some("closed") => Self::Closed,
            _ => Self::AsAsked,
        }
    }
}

/// What a group of attempts is to the operator; the order is that of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Problem {
    /// Should be open, and nobody listens.
    Refused,
    /// Should be open, and nobody answers.
    Filtered,
    /// Should be open, and there is no way.
    Unreachable,
    /// Has no address.
    Unresolved,
    /// Should be closed, and is open.
    Unexpected,
    /// Some addresses of a name are open, these are not.
    SomeAddresses,
    /// Not in the grant.
    Denied,
    /// Could not be tried, or the kernel said something else.
    Unknown,
}

/// Everything that is wrong, and what is well.
#[derive(Debug, Default)]
pub(crate) struct Judgement {
    pub(crate) problems: BTreeMap<Problem, Vec<Seen>>,
    /// Places of what was asked that is as it should be.
    pub(crate) well: Vec<usize>,
    /// Places of ranges and networks that were only looked at.
    pub(crate) scans: Vec<usize>,
}

impl Judgement {
    pub(crate) fn of(survey: &Survey, expectation: Expectation) -> Self {
        let open_somewhere: BTreeSet<(usize, u16)> =
            survey.of(Outcome::Connected).map(|seen| (seen.asked, seen.port)).collect();
        let mut judgement = Self::default();
        let mut touched: BTreeSet<usize> = BTreeSet::new();
        let mut faulty: BTreeSet<usize> = BTreeSet::new();
        for seen in &survey.seen {
            touched.insert(seen.asked);
            let Some(asked) = survey.asked.get(seen.asked) else { continue };
            let must_be_open =
                expectation == Expectation::Open || (expectation == Expectation::AsAsked && asked.is_single());
            // Of a network the addresses are different hosts; of a name they are ways to the same service.
            let is_name = matches!(&asked.endpoint.hosts, dbg_sdk::Hosts::One(_));
            let elsewhere = is_name && open_somewhere.contains(&(seen.asked, seen.port));
            if let Some(problem) = problem(seen.outcome, must_be_open, expectation, elsewhere) {
                judgement.problems.entry(problem).or_default().push(*seen);
                faulty.insert(seen.asked);
            }
        }
        for (place, asked) in survey.asked.iter().enumerate().filter(|(place, _)| touched.contains(place)) {
            if expectation == Expectation::AsAsked && !asked.is_single() {
                judgement.scans.push(place);
            } else if !faulty.contains(&place) {
                judgement.well.push(place);
            }
        }
        judgement
    }
}

fn problem(outcome: Outcome, must_be_open: bool, expectation: Expectation, elsewhere: bool) -> Option<Problem> {
    match outcome {
        Outcome::Connected => (expectation == Expectation::Closed).then_some(Problem::Unexpected),
        Outcome::Unresolved => Some(Problem::Unresolved),
        Outcome::Refused | Outcome::TimedOut | Outcome::Unreachable | Outcome::Denied | Outcome::Other
            if must_be_open && elsewhere =>
        {
            Some(Problem::SomeAddresses)
        }
        Outcome::Denied => Some(Problem::Denied),
        Outcome::Other => Some(Problem::Unknown),
        Outcome::Refused => must_be_open.then_some(Problem::Refused),
        Outcome::TimedOut => must_be_open.then_some(Problem::Filtered),
        Outcome::Unreachable => must_be_open.then_some(Problem::Unreachable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_port_is_a_problem_only_where_it_must_be_open() {
        let judged = |must, expectation| problem(Outcome::Refused, must, expectation, false);
        assert_eq!(judged(true, Expectation::AsAsked), Some(Problem::Refused));
        assert_eq!(judged(false, Expectation::AsAsked), None);
        assert_eq!(judged(false, Expectation::Closed), None);
    }

    #[test]
    fn what_could_not_be_tried_is_never_well() {
        for outcome in [Outcome::Denied, Outcome::Other, Outcome::Unresolved] {
            for expectation in [Expectation::AsAsked, Expectation::Open, Expectation::Closed] {
                assert!(problem(outcome, false, expectation, false).is_some());
            }
        }
    }
}
