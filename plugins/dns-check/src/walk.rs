//! From a look-up to its outcome at one server: the candidates in order, aliases followed, what DNSSEC withholds asked again, a lost half of
//! a pair noticed.
//!
//! Decides what to ask next. Must never know sockets or time, nor what a person should do about it.

mod outcome;
mod survey;

pub(crate) use outcome::{Outcome, Pair, Step, Verdict, Walk};
pub(crate) use survey::{Entry, Role, Survey};

use crate::answer::{MOST_ALIASES, Meaning, judge};
use crate::exchange::{Ending, Exchange, Heard, Ticket, Transport, Tries};
use crate::kind::Kind;
use crate::lookup::Lookup;
use crate::name::DomainName;
use crate::query::{Form, Question};

/// Whether what fails with DNSSEC is asked again without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dnssec {
    AskAgain,
    TakeAsIs,
}

/// Walks every look-up at every server, all at once, and tells how many are done.
pub(crate) fn survey(
    lookups: &[Lookup],
    servers: usize,
    dnssec: Dnssec,
    exchange: &mut Exchange<'_>,
    mut progress: impl FnMut(usize, usize),
) -> Survey {
    let mut walker = Walker { lookups, dnssec, exchange, places: Vec::new(), log: Vec::new(), under_way: Vec::new() };
    for lookup in 0..lookups.len() {
        for server in 0..servers {
            walker.start(server, lookup);
        }
    }
    let total = walker.under_way.len();
    let mut done = 0;
    while let Some((ticket, heard)) = walker.exchange.next() {
        let ended = walker.heard(ticket, heard);
        if ended {
            done += 1;
            progress(done, total);
        }
    }
    let facts = (0..servers).map(|server| walker.exchange.facts(server)).collect();
    Survey { walks: walker.under_way.into_iter().map(|one| one.walk).collect(), log: walker.log, facts }
}

/// What a question under way is for.
#[derive(Clone, Copy, Debug)]
struct Place {
    walk: usize,
    /// Which of the look-up's kinds.
    kind: usize,
    role: Role,
}

/// One kind of the present candidate.
#[derive(Debug)]
struct Thread {
    /// The aliases so far, over several questions.
    aliases: Vec<DomainName>,
    question: Question,
    /// Position in the log of the first answer: the one that was asked at once with the other kind.
    first: Option<usize>,
    verdict: Option<Verdict>,
}

#[derive(Debug)]
struct UnderWay {
    walk: Walk,
    candidate: usize,
    threads: Vec<Thread>,
    /// Whether each kind was answered, of the pair that is asked a second time.
    again: Vec<bool>,
}

struct Walker<'a, 'b> {
    lookups: &'a [Lookup],
    dnssec: Dnssec,
    exchange: &'a mut Exchange<'b>,
    /// By ticket, in the order in which they were given.
    places: Vec<(Ticket, Place)>,
    log: Vec<Entry>,
    under_way: Vec<UnderWay>,
}

impl Walker<'_, '_> {
    fn start(&mut self, server: usize, lookup: usize) {
        let walk = Walk { server, lookup, steps: Vec::new(), pair: None };
        self.under_way.push(UnderWay { walk, candidate: 0, threads: Vec::new(), again: Vec::new() });
        self.step(self.under_way.len() - 1);
    }

    /// Asks for the present candidate, all kinds at once. False when there is none any more.
    fn step(&mut self, walk: usize) -> bool {
        let Some(one) = self.under_way.get_mut(walk) else { return false };
        let Some(lookup) = self.lookups.get(one.walk.lookup) else { return false };
        let Some(candidate) = lookup.candidates.get(one.candidate) else { return false };
        let questions: Vec<Question> =
            lookup.kinds.iter().map(|kind| Question { name: candidate.name.clone(), kind: *kind }).collect();
        one.threads = questions
            .iter()
            .map(|question| Thread { aliases: Vec::new(), question: question.clone(), first: None, verdict: None })
            .collect();
        let server = one.walk.server;
        self.ask(server, &questions, Form::USUAL, Tries::Usual, |kind| Place { walk, kind, role: Role::Asked });
        true
    }

    fn ask(&mut self, server: usize, questions: &[Question], form: Form, tries: Tries, place: impl Fn(usize) -> Place) {
        for (kind, ticket) in self.exchange.ask(server, questions, form, tries).into_iter().enumerate() {
            self.places.push((ticket, place(kind)));
        }
    }

    /// Takes what was heard. True when a walk ended with it.
    fn heard(&mut self, ticket: Ticket, heard: Heard) -> bool {
        let Ok(position) = self.places.binary_search_by_key(&ticket, |(given, _)| *given) else { return false };
        let Some((_, place)) = self.places.get(position).copied() else { return false };
        let meaning = match &heard.ending {
            Ending::Reply(reply) => Some(judge(reply)),
            _ => None,
        };
        let Some(one) = self.under_way.get_mut(place.walk) else { return false };
        let Some(thread) = one.threads.get_mut(place.kind) else { return false };
        let entry = self.log.len();
        self.log.push(Entry {
            server: one.walk.server,
            lookup: one.walk.lookup,
            question: thread.question.clone(),
            role: place.role,
            meaning: meaning.clone(),
            heard,
        });
        let Some(heard) = self.log.last().map(|entry| &entry.heard) else { return false };
        match place.role {
            Role::PairAgain => {
                one.pair_again(meaning.is_some());
                return false;
            }
            Role::Asked => thread.first = Some(entry),
            Role::Followed | Role::Unchecked => {}
        }
        let next = thread.take(heard, meaning, place.role, self.dnssec);
        match next {
            Next::Ask(form, role) => {
                let (server, question) = (one.walk.server, thread.question.clone());
                let questions = [question];
                self.ask(server, &questions, form, Tries::Usual, |_| Place { role, ..place });
                false
            }
            Next::Outcome(outcome) => {
                let aliases = std::mem::take(&mut thread.aliases);
                thread.verdict = Some(Verdict { kind: thread.question.kind, outcome, aliases, entry });
                self.finish_step(place.walk)
            }
        }
    }

    /// When all kinds of a candidate have their verdict: on to the next, or to the end. True for the end.
    fn finish_step(&mut self, walk: usize) -> bool {
        let Some(one) = self.under_way.get_mut(walk) else { return false };
        if one.threads.iter().any(|thread| thread.verdict.is_none()) {
            return false;
        }
        let lost = one.lost_half(&self.log);
        let step = Step {
            candidate: one.candidate,
            verdicts: one.threads.iter_mut().filter_map(|thread| thread.verdict.take()).collect(),
        };
        let goes_on = step.goes_on();
        one.walk.steps.push(step);
        if let Some(lost) = lost {
            self.ask_pair_again(walk, lost);
        }
        let Some(one) = self.under_way.get_mut(walk) else { return true };
        one.candidate += 1;
        !(goes_on && self.step(walk))
    }

    /// One lost datagram proves nothing; the same loss from a port that was not used before does. Once a server is enough.
    fn ask_pair_again(&mut self, walk: usize, lost: Kind) {
        let Some(server) = self.under_way.get(walk).map(|one| one.walk.server) else { return };
        let known = self.under_way.iter().any(|one| one.walk.server == server && one.walk.pair.is_some());
        let Some(one) = self.under_way.get_mut(walk) else { return };
        one.walk.pair = Some(Pair { lost, again: None });
        if known {
            return;
        }
        let questions: Vec<Question> = one.threads.iter().map(|thread| thread.question.clone()).collect();
        self.exchange.renew(server);
        self.ask(server, &questions, Form::USUAL, Tries::Once, |kind| Place { walk, kind, role: Role::PairAgain });
    }
}

impl UnderWay {
    /// The kind whose first query got no answer while the other's, sent at the same moment, did.
    fn lost_half(&self, log: &[Entry]) -> Option<Kind> {
        let [one, other] = self.threads.as_slice() else { return None };
        let first = |thread: &Thread| thread.first.and_then(|position| log.get(position)).map(|entry| &entry.heard);
        let (first_heard, second_heard) = (first(one)?, first(other)?);
        if first_heard.over != Transport::Udp || second_heard.over != Transport::Udp {
            return None;
        }
        match (first_heard.answered?, second_heard.answered?) {
            (1, again) if again > 1 => Some(other.question.kind),
            (again, 1) if again > 1 => Some(one.question.kind),
            _ => None,
        }
    }

    fn pair_again(&mut self, answered: bool) {
        self.again.push(answered);
        if let ([one, other], Some(pair)) = (self.again.as_slice(), &mut self.walk.pair) {
            // Both lost says nothing about pairs.
            pair.again = (*one || *other).then_some(one != other);
        }
    }
}

enum Next {
    Ask(Form, Role),
    Outcome(Outcome),
}

impl Thread {
    /// What to do about what was heard.
    fn take(&mut self, heard: &Heard, meaning: Option<Meaning>, role: Role, dnssec: Dnssec) -> Next {
        let (reply, meaning) = match (&heard.ending, meaning) {
            (Ending::Reply(reply), Some(meaning)) => (reply, meaning),
            _ if role == Role::Unchecked => return Next::Outcome(Outcome::ServerFailed),
            (ending, _) => return Next::Outcome(Outcome::without_reply(ending, &heard.strays)),
        };
        if role == Role::Unchecked {
            let withheld = matches!(
                meaning,
                Meaning::Answers | Meaning::Alias(_) | Meaning::NoData | Meaning::NoSuchName | Meaning::Truncated
            );
            return Next::Outcome(if withheld { Outcome::Bogus } else { Outcome::ServerFailed });
        }
        let from = self.question.name.clone();
        for alias in &reply.aliases {
            self.aliases.push(alias.clone());
        }
        match meaning {
            Meaning::Alias(target) => {
                if target == from || self.aliases.iter().filter(|alias| **alias == target).count() > 1 {
                    Next::Outcome(Outcome::AliasLoop)
                } else if self.aliases.len() >= MOST_ALIASES {
                    Next::Outcome(Outcome::TooManyAliases)
                } else {
                    self.question.name = target;
                    Next::Ask(Form::USUAL, Role::Followed)
                }
            }
            Meaning::ServerFailed if dnssec == Dnssec::AskAgain => Next::Ask(Form::UNCHECKED, Role::Unchecked),
            other => Next::Outcome(Outcome::of(other, reply)),
        }
    }
}

#[cfg(test)]
mod tests;
