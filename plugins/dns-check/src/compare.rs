//! Whether the servers agree. A program asks whichever answers first, so servers that disagree make a machine behave differently from
//! one minute to the next.

use crate::answer::Records;
use crate::kind::Kind;
use crate::lookup::Lookup;
use crate::walk::{Outcome, Survey};

/// What one server says, of those that say something definite.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Said<'a> {
    server: usize,
    candidate: usize,
    outcome: &'a Outcome,
}

/// How far they are apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Apart {
    /// Different records, some of them the same: rotation among more records than are given at once, or a change on its way.
    Overlapping,
    /// Different records, none the same: a CDN or views by purpose; a stale copy otherwise.
    Disjoint,
    /// Some have records, others say that there are none.
    Existence,
}

/// Servers that say different things of one name and type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Disagreement {
    pub(crate) lookup: usize,
    pub(crate) kind: Kind,
    pub(crate) apart: Apart,
    /// What each server says, by position.
    pub(crate) said: Vec<(usize, String)>,
}

/// All disagreements, by look-up and type.
pub(crate) fn disagreements(lookups: &[Lookup], survey: &Survey) -> Vec<Disagreement> {
    let mut found = Vec::new();
    for (position, lookup) in lookups.iter().enumerate() {
        for kind in &lookup.kinds {
            let said = said(survey, position, lookup, *kind);
            if let Some(apart) = apart(&said) {
                let said = said.iter().map(|one| (one.server, text(one.outcome))).collect();
                found.push(Disagreement { lookup: position, kind: *kind, apart, said });
            }
        }
    }
    found
}

fn said<'a>(survey: &'a Survey, position: usize, lookup: &Lookup, kind: Kind) -> Vec<Said<'a>> {
    let walks = survey.walks.iter().filter(|walk| walk.lookup == position);
    walks
        .filter_map(|walk| {
            let step = walk.decided(lookup)?;
            let verdict = step.verdicts.iter().find(|verdict| verdict.kind == kind)?;
            // A failure is the server's own finding, and no opinion.
            let definite = matches!(verdict.outcome, Outcome::Answers(_) | Outcome::NoData | Outcome::NoSuchName);
            definite.then_some(Said { server: walk.server, candidate: step.candidate, outcome: &verdict.outcome })
        })
        .collect()
}

fn apart(said: &[Said<'_>]) -> Option<Apart> {
    let (first, others) = said.split_first()?;
    others.iter().filter_map(|other| differ(first, other)).max()
}

fn differ(one: &Said<'_>, other: &Said<'_>) -> Option<Apart> {
    match (one.outcome, other.outcome) {
        (Outcome::Answers(one), Outcome::Answers(other)) if one.same(other) => None,
        (Outcome::Answers(one), Outcome::Answers(other)) => Some(how_far(one, other)),
        // Which of several missing names was told does not matter.
        (Outcome::NoSuchName, Outcome::NoSuchName) => None,
        (Outcome::NoData, Outcome::NoData) if one.candidate == other.candidate => None,
        _ => Some(Apart::Existence),
    }
}

fn how_far(one: &Records, other: &Records) -> Apart {
    if one.overlap(other) { Apart::Overlapping } else { Apart::Disjoint }
}

fn text(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Answers(records) => records.text(),
        other => other.text(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Search;
    use crate::walk::{Step, Verdict, Walk};

    fn records(of: &[&str]) -> Outcome {
        Outcome::Answers(Records::new(of.iter().map(|text| ((*text).to_owned(), 60))))
    }

    fn found(outcomes: &[Outcome]) -> Option<Apart> {
        let lookups = crate::lookup::of_names(&["shop.test".into()], &[Kind::A], &Search::default()).unwrap();
        let walks = outcomes.iter().enumerate().map(|(server, outcome)| {
            let verdict = Verdict { kind: Kind::A, outcome: outcome.clone(), aliases: vec![], entry: 0 };
            Walk { server, lookup: 0, steps: vec![Step { candidate: 0, verdicts: vec![verdict] }], pair: None }
        });
        let survey = Survey { walks: walks.collect(), ..Survey::default() };
        disagreements(&lookups, &survey).first().map(|one| one.apart)
    }

    #[test]
    fn the_same_set_in_another_order_is_agreement() {
        assert_eq!(found(&[records(&["a", "b"]), records(&["b", "a"])]), None);
        assert_eq!(found(&[Outcome::NoSuchName, Outcome::NoSuchName]), None);
    }

    #[test]
    fn sets_that_share_a_record_are_nearer_than_sets_that_share_none() {
        assert_eq!(found(&[records(&["a", "b"]), records(&["b", "c"])]), Some(Apart::Overlapping));
        assert_eq!(found(&[records(&["a"]), records(&["b"])]), Some(Apart::Disjoint));
    }

    #[test]
    fn a_name_that_only_some_know_is_the_worst() {
        assert_eq!(found(&[records(&["a"]), records(&["b"]), Outcome::NoSuchName]), Some(Apart::Existence));
        assert_eq!(found(&[Outcome::NoData, Outcome::NoSuchName]), Some(Apart::Existence));
    }

    #[test]
    fn a_server_that_fails_has_no_opinion() {
        assert_eq!(found(&[records(&["a"]), Outcome::ServerFailed, Outcome::Silent]), None);
        assert_eq!(found(&[Outcome::ServerFailed]), None);
    }
}
