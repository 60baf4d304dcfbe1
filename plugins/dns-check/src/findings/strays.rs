//! What came and answers nothing that was asked: ignored, but told.

use dbg_sdk::Severity;

use super::collect::{dig_of, subject_of};
use super::problem::Problem;
use super::{Facts, Occurrence};
use crate::exchange::Ending;
use crate::walk::Entry;

/// The strays of one question.
pub(super) fn of_entry(facts: Facts<'_>, entry: &Entry, found: &mut Vec<Occurrence>) {
    let strays = &entry.heard.strays;
    // Beside the right answer they are a warning; in place of it they are why there is none.
    let silent = !matches!(entry.heard.ending, Ending::Reply(_));
    let of = |text: &Option<String>| text.clone().unwrap_or_default();
    let kinds = [
        (Problem::WrongId, strays.wrong_id, String::from("the question under a number that was never used")),
        (Problem::WrongQuestion, strays.wrong_question, format!("answers `{}`", of(&strays.other_question))),
        (Problem::WrongSource, strays.wrong_source, format!("from {}", of(&strays.other_source))),
        (Problem::Garbled, strays.garbled, String::from("breaks off, or is no DNS message")),
    ];
    for (problem, count, what) in kinds.into_iter().filter(|(_, count, _)| *count > 0) {
        found.push(Occurrence {
            problem,
            severity: if silent { Severity::Fail } else { Severity::Warn },
            server: entry.server,
            subject: subject_of(entry),
            text: format!(
                "{what}; {count} ignored, {}",
                if silent { "and no right one" } else { "before the right one" }
            ),
            dig: dig_of(facts, entry),
        });
    }
}

/// Datagrams that belong to no question at all.
pub(super) fn of_servers(facts: Facts<'_>, found: &mut Vec<Occurrence>) {
    for (server, known) in facts.survey.facts.iter().enumerate().filter(|(_, known)| known.garbled > 0) {
        let silent = facts
            .survey
            .log
            .iter()
            .any(|entry| entry.server == server && matches!(entry.heard.ending, Ending::Silent | Ending::GivenUp));
        found.push(Occurrence {
            problem: Problem::Garbled,
            severity: if silent { Severity::Fail } else { Severity::Warn },
            server,
            subject: "its questions".to_owned(),
            text: format!("{} datagrams that belong to no question", known.garbled),
            dig: None,
        });
    }
}
