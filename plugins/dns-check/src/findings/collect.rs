//! Goes through the survey and picks out what is not as it should be.

use dbg_sdk::Severity;

use super::problem::Problem;
use super::{Facts, Occurrence, dig, strays};
use crate::answer::Lame;
use crate::exchange::{Ending, Trouble};
use crate::kind::Kind;
use crate::lookup::{Lookup, Purpose};
use crate::name;
use crate::walk::{Entry, Outcome, Role, Step, Verdict, Walk};

/// All occurrences, by look-up and server.
pub(super) fn occurrences(facts: Facts<'_>) -> Vec<Occurrence> {
    let mut found = Vec::new();
    for walk in &facts.survey.walks {
        of_walk(facts, walk, &mut found);
    }
    for entry in &facts.survey.log {
        of_entry(facts, entry, &mut found);
        strays::of_entry(facts, entry, &mut found);
    }
    strays::of_servers(facts, &mut found);
    found
}

/// What a look-up came to.
fn of_walk(facts: Facts<'_>, walk: &Walk, found: &mut Vec<Occurrence>) {
    let Some(lookup) = facts.lookup(walk.lookup) else { return };
    let Some(step) = walk.decided(lookup) else { return };
    let mut told: Vec<Problem> = Vec::new();
    for verdict in &step.verdicts {
        let Some((problem, severity)) = weigh(facts, walk, lookup, step, verdict) else { continue };
        // Both halves of a pair with the same problem are one.
        if told.contains(&problem) {
            continue;
        }
        told.push(problem);
        let alone = step.verdicts.iter().filter(|other| other.outcome == verdict.outcome).count() < step.verdicts.len();
        let subject = match problem {
            Problem::NoSuchName if !alone => quoted(&lookup.typed),
            _ if alone => format!("{} {}", quoted(&lookup.typed), verdict.kind.name()),
            _ => lookup.text(),
        };
        found.push(Occurrence {
            problem,
            severity,
            server: walk.server,
            subject,
            text: detail(facts, walk, lookup, verdict),
            dig: facts.survey.log.get(verdict.entry).and_then(|entry| dig_of(facts, entry)),
        });
    }
    if let Some(pair) = walk.pair {
        let text = match pair.again {
            Some(true) => "lost again from another port, and answered when asked alone",
            Some(false) => "answered when asked alone, and a second pair came through: the loss may have been chance",
            None => "answered when asked alone",
        };
        found.push(Occurrence {
            problem: Problem::PairLost,
            severity: if pair.again == Some(true) { Severity::Fail } else { Severity::Warn },
            server: walk.server,
            subject: lookup.text(),
            text: format!("the query for {} was lost: {text}", pair.lost.name()),
            dig: None,
        });
    }
}

/// Whether an outcome is a problem, and how much of one.
fn weigh(
    facts: Facts<'_>,
    walk: &Walk,
    lookup: &Lookup,
    step: &Step,
    verdict: &Verdict,
) -> Option<(Problem, Severity)> {
    // Whether the operator asked for it, or the check for itself: there what a living server says is no failure of the machine.
    let asked = lookup.purpose == Purpose::Name;
    let failure = if asked { Severity::Fail } else { Severity::Warn };
    let root = lookup.purpose == Purpose::Root;
    Some(match &verdict.outcome {
        Outcome::Answers(_) | Outcome::GivenUp => return None,
        Outcome::NoData | Outcome::NoSuchName | Outcome::ServerFailed if root => (Problem::NoRoot, failure),
        Outcome::NoData => (Problem::NoData, weigh_no_data(lookup, step, verdict.kind)?),
        Outcome::NoSuchName => {
            (Problem::NoSuchName, if lookup.purpose == Purpose::SearchDomain { Severity::Info } else { failure })
        }
        Outcome::ServerFailed => (Problem::ServerFailed, failure),
        Outcome::Bogus => (Problem::Bogus, failure),
        Outcome::Refused => (Problem::Refused, failure),
        Outcome::FormatError => (Problem::FormatError, failure),
        Outcome::NotImplemented => (Problem::NotImplemented, failure),
        Outcome::OtherCode(_) => (Problem::OtherCode, failure),
        Outcome::AliasLoop | Outcome::TooManyAliases => (Problem::AliasLoop, failure),
        Outcome::Lame(_) => (Problem::Lame, failure),
        Outcome::Truncated => (Problem::Truncated, failure),
        Outcome::NoStream(_) => (Problem::NoTcp, Severity::Fail),
        Outcome::Unreachable(Trouble::ClosedEarly | Trouble::Foreign) => (Problem::NoTcp, Severity::Fail),
        Outcome::Unreachable(Trouble::NotGranted) => (Problem::NotGranted, Severity::Unknown),
        Outcome::Unreachable(_) => (Problem::Unreachable, Severity::Fail),
        Outcome::Cut(_) => (Problem::NotAsked, Severity::Unknown),
        Outcome::Garbled => return None,
        Outcome::Silent => {
            let strays = facts.survey.log.get(verdict.entry).is_some_and(|entry| !entry.heard.strays.is_empty());
            let facts = facts.survey.facts.get(walk.server);
            if strays || facts.is_some_and(|facts| facts.garbled > 0 && facts.alive != Some(true)) {
                // Told as what came in place of the answer.
                return None;
            }
            match facts.and_then(|facts| facts.alive) {
                Some(true) if root => (Problem::NoRoot, failure),
                Some(true) => (Problem::UpstreamTimeout, failure),
                _ => (Problem::Timeout, Severity::Fail),
            }
        }
    })
}

/// That a name has no record of a type is a fault for what a program needs, and nothing special for types that most names lack.
fn weigh_no_data(lookup: &Lookup, step: &Step, kind: Kind) -> Option<Severity> {
    match lookup.purpose {
        // A zone may begin above the search domain.
        Purpose::Root | Purpose::SearchDomain => return None,
        Purpose::Name => {}
    }
    if kind.is_address() {
        // IPv4 alone and IPv6 alone are both well.
        let other = step.verdicts.iter().any(|verdict| matches!(verdict.outcome, Outcome::Answers(_)));
        return (!other).then_some(Severity::Fail);
    }
    Some(match kind {
        Kind::Cname | Kind::Caa | Kind::Soa | Kind::Ns => Severity::Info,
        _ => Severity::Warn,
    })
}

fn detail(facts: Facts<'_>, walk: &Walk, lookup: &Lookup, verdict: &Verdict) -> String {
    let entry = facts.survey.log.get(verdict.entry);
    let mut text = match &verdict.outcome {
        Outcome::Lame(Lame::Upward) => "refers to the root servers".to_owned(),
        Outcome::Lame(Lame::Referral(zone)) => format!("refers to the servers of {}", name::text(zone)),
        Outcome::Lame(Lame::Nothing) => "neither an answer nor that there is none, and no recursion".to_owned(),
        Outcome::NoStream(trouble) => format!("truncated over UDP; over TCP: {trouble}"),
        Outcome::Unreachable(trouble) => trouble.to_string(),
        Outcome::Cut(cut) => cut.to_string(),
        Outcome::OtherCode(code) => format!("response code {code}"),
        Outcome::Bogus => "SERVFAIL, and an answer with checking disabled".to_owned(),
        Outcome::TooManyAliases => "more than 16 aliases in a row".to_owned(),
        Outcome::Silent => silence(facts, walk, entry),
        other => other.text(),
    };
    if !verdict.aliases.is_empty() {
        text.push_str(&format!(", by {}", aliases(lookup, walk, verdict)));
    }
    if walk.steps.len() > 1 {
        text.push_str(&format!("; tried {}", search(lookup, walk)));
    }
    if let Some(reason) = entry.and_then(reason) {
        text.push_str(&format!("; the server says: {reason}"));
    }
    text
}

fn silence(facts: Facts<'_>, walk: &Walk, entry: Option<&Entry>) -> String {
    let queries = entry.map_or(0, |entry| entry.heard.sent);
    let mut text = format!("no answer to {queries} {}", if queries == 1 { "query" } else { "queries" });
    let of_server = || facts.survey.log.iter().filter(|entry| entry.server == walk.server);
    if of_server().any(|entry| matches!(entry.heard.ending, Ending::Reply(_))) {
        text.push_str("; other questions are answered");
    }
    let given_up = of_server().filter(|entry| entry.heard.ending == Ending::GivenUp).count();
    if given_up > 0 {
        text.push_str(&format!("; {given_up} more questions were then not asked"));
    }
    text
}

/// The server's own words, of the answer that decided or of the failure before it.
fn reason(entry: &Entry) -> Option<&str> {
    match &entry.heard.ending {
        Ending::Reply(reply) => reply.reason.as_deref(),
        _ => None,
    }
}

/// The aliases from the candidate's name on: `a.test → b.test`.
pub(super) fn aliases(lookup: &Lookup, walk: &Walk, verdict: &Verdict) -> String {
    let step = walk.steps.iter().find(|step| step.verdicts.contains(verdict));
    let start = step.and_then(|step| lookup.candidates.get(step.candidate)).map(|candidate| &candidate.name);
    let names: Vec<String> = start.into_iter().chain(&verdict.aliases).map(name::text).collect();
    names.join(" → ")
}

/// The candidates that were tried and what each came to: `shop.a.test NXDOMAIN, shop.b.test answered`.
pub(super) fn search(lookup: &Lookup, walk: &Walk) -> String {
    let tried = walk.steps.iter().filter_map(|step| {
        let candidate = lookup.candidates.get(step.candidate)?;
        Some(format!("{} {}", name::text(&candidate.name), step.text()))
    });
    tried.collect::<Vec<_>>().join(", ")
}

/// What is as it should be but for the way it went.
fn of_entry(facts: Facts<'_>, entry: &Entry, found: &mut Vec<Occurrence>) {
    let Ending::Reply(_) = entry.heard.ending else { return };
    if entry.role == Role::PairAgain {
        return;
    }
    let mut add = |problem, severity, text| {
        let (server, subject, dig) = (entry.server, subject_of(entry), dig_of(facts, entry));
        found.push(Occurrence { problem, severity, server, subject, text, dig });
    };
    if let Some(code) = entry.heard.edns_refused {
        add(Problem::NoEdns, Severity::Warn, format!("{} with an OPT record, answered without", code_name(code)));
    }
    if entry.heard.took > facts.slow {
        let text = format!("{} ms, more than {} ms", entry.heard.took.as_millis(), facts.slow.as_millis());
        add(Problem::Slow, Severity::Warn, text);
    }
    let lost_half = facts.survey.walks.iter().any(|walk| {
        (walk.server, walk.lookup) == (entry.server, entry.lookup)
            && walk.pair.is_some_and(|pair| pair.lost == entry.question.kind)
    });
    if let Some(answered) = entry.heard.answered.filter(|answered| *answered > 1)
        && !lost_half
    {
        add(Problem::Retried, Severity::Warn, format!("answered query {answered}, the ones before were lost"));
    }
}

fn code_name(code: u16) -> String {
    match code {
        1 => "FORMERR".to_owned(),
        4 => "NOTIMP".to_owned(),
        16 => "BADVERS".to_owned(),
        other => format!("code {other}"),
    }
}

pub(super) fn subject_of(entry: &Entry) -> String {
    format!("{} {}", quoted(&name::text(&entry.question.name)), entry.question.kind.name())
}

fn quoted(name: &str) -> String {
    format!("`{name}`")
}

pub(super) fn dig_of(facts: Facts<'_>, entry: &Entry) -> Option<String> {
    let server = facts.server(entry.server)?;
    Some(dig::command(server.address, &entry.question, entry.heard.form, entry.heard.over))
}
