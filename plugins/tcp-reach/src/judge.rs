//! What outcomes mean by what was asked: pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::state::State;
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
    /// Should be open, and is broken at once.
    Reset,
    /// Should be open, and is ended at once.
    Closed,
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
            survey.seen.iter().filter(|seen| seen.state == State::Open).map(|seen| (seen.asked, seen.port)).collect();
        let mut judgement = Self::default();
        let mut touched: BTreeSet<usize> = BTreeSet::new();
        let mut faulty: BTreeSet<usize> = BTreeSet::new();
        for seen in &survey.seen {
            touched.insert(seen.asked);
            let Some(asked) = survey.asked.get(seen.asked) else { continue };
            let must_be_open =
                expectation == Expectation::Open || (expectation == Expectation::AsAsked && asked.is_single());
            // Of a network the addresses are different hosts; of a name they are ways to the same service.
            let elsewhere = match &asked.endpoint.hosts {
                dbg_sdk::Hosts::One(host) if open_somewhere.contains(&(seen.asked, seen.port)) => {
                    if is_localhost(host) { Elsewhere::IsEnough } else { Elsewhere::Open }
                }
                _ => Elsewhere::Nothing,
            };
            if let Some(problem) = problem(seen.state, must_be_open, expectation, elsewhere) {
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

/// The same port of the same name, at another of its addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Elsewhere {
    Nothing,
    Open,
    /// Open, and more is not wanted.
    IsEnough,
}

/// It has the addresses 127.0.0.1 and ::1 wherever it is used, and most services listen at one of them.
fn is_localhost(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost")
}

fn problem(state: State, must_be_open: bool, expectation: Expectation, elsewhere: Elsewhere) -> Option<Problem> {
    let problem = match state {
        State::Open => return (expectation == Expectation::Closed).then_some(Problem::Unexpected),
        State::Reset | State::Closed if expectation == Expectation::Closed => return Some(Problem::Unexpected),
        State::Unresolved => return Some(Problem::Unresolved),
        State::Reset => Problem::Reset,
        State::Closed => Problem::Closed,
        State::Refused => Problem::Refused,
        State::Filtered => Problem::Filtered,
        State::Unreachable => Problem::Unreachable,
        State::Denied => Problem::Denied,
        State::Unknown => Problem::Unknown,
    };
    let was_tried = !matches!(problem, Problem::Denied | Problem::Unknown);
    match elsewhere {
        Elsewhere::Open if must_be_open => Some(Problem::SomeAddresses),
        Elsewhere::IsEnough if must_be_open && was_tried => None,
        _ => (must_be_open || !was_tried).then_some(problem),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_port_is_a_problem_only_where_it_must_be_open() {
        let judged = |must, expectation| problem(State::Refused, must, expectation, Elsewhere::Nothing);
        assert_eq!(judged(true, Expectation::AsAsked), Some(Problem::Refused));
        assert_eq!(judged(false, Expectation::AsAsked), None);
        assert_eq!(judged(false, Expectation::Closed), None);
    }

    #[test]
    fn what_could_not_be_tried_is_never_well() {
        for state in [State::Denied, State::Unknown, State::Unresolved] {
            for expectation in [Expectation::AsAsked, Expectation::Open, Expectation::Closed] {
                assert!(problem(state, false, expectation, Elsewhere::Nothing).is_some());
            }
        }
    }

    #[test]
    fn a_port_that_hangs_up_is_neither_open_nor_closed() {
        for state in [State::Reset, State::Closed] {
            let judged = |must, expectation| problem(state, must, expectation, Elsewhere::Nothing);
            assert!(matches!(judged(true, Expectation::Open), Some(Problem::Reset | Problem::Closed)));
            assert_eq!(judged(false, Expectation::AsAsked), None);
            assert_eq!(judged(false, Expectation::Closed), Some(Problem::Unexpected));
        }
    }

    #[test]
    fn one_address_of_localhost_is_enough_and_one_of_another_name_is_not() {
        assert!(is_localhost("localhost") && is_localhost("db.localhost") && !is_localhost("notlocalhost"));
        let judged = |elsewhere| problem(State::Refused, true, Expectation::AsAsked, elsewhere);
        assert_eq!(judged(Elsewhere::IsEnough), None);
        assert_eq!(judged(Elsewhere::Open), Some(Problem::SomeAddresses));
        assert_eq!(judged(Elsewhere::Nothing), Some(Problem::Refused));
    }
}
