//! The loop: what is queued is sent, what comes is given to its question, what is late is sent again.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::heard::{Cut, Ending, Heard, ServerFacts, Trouble};
use super::pending::{Pending, Sent, Stage};
use super::questions::Questions;
use super::server::{Owner, Server, WINDOW};
use super::stream::Stream;
use super::wait::Source;
use crate::kind::Kind;
use crate::name;
use crate::query::{Form, Question, encode};

/// No run asks more, whatever the servers answer: 32 names, 10 types, 16 servers, and a few candidates for each.
const MOST_QUESTIONS: u32 = 8_192;

/// When TCP is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TcpUse {
    /// When an answer over UDP is truncated.
    Auto,
    Always,
    Never,
}

/// How to ask.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    /// How long to wait for the answer to one query.
    pub(crate) timeout: Duration,
    /// How many queries at most for one question.
    pub(crate) attempts: u32,
    pub(crate) tcp: TcpUse,
    /// When everything ends.
    pub(crate) deadline: Instant,
}

/// How often one question is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tries {
    /// As often as the manner says.
    Usual,
    Once,
}

/// A question that was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ticket(pub(super) u32);

/// All questions under way at all servers.
pub(crate) struct Exchange<'a> {
    pub(super) servers: Vec<Server>,
    pub(super) pending: Questions,
    pub(super) manner: Manner,
    done: VecDeque<(Ticket, Heard)>,
    cancelled: &'a dyn Fn() -> bool,
    asked: u32,
    cut: Option<Cut>,
    pub(super) buffer: Vec<u8>,
}

impl<'a> Exchange<'a> {
    /// Servers are named by their position from here on.
    pub(crate) fn new(servers: &[SocketAddr], manner: Manner, cancelled: &'a dyn Fn() -> bool) -> Self {
        Self {
            servers: servers.iter().copied().map(Server::new).collect(),
            pending: Questions::default(),
            manner,
            done: VecDeque::new(),
            cancelled,
            asked: 0,
            cut: None,
            // A datagram may be larger than what was offered.
            buffer: vec![0; usize::from(u16::MAX)],
        }
    }

    /// Asks a server several questions at once: back to back from one socket. They leave with the next [`Exchange::next`].
    pub(crate) fn ask(&mut self, server: usize, questions: &[Question], form: Form, tries: Tries) -> Vec<Ticket> {
        let mut tickets = Vec::new();
        let too_many = self.asked >= MOST_QUESTIONS;
        for question in questions {
            let ticket = Ticket(self.asked);
            self.asked += 1;
            let pending = Pending::new(server, question.clone(), form, tries);
            if too_many {
                self.done.push_back((ticket, pending.end(Ending::Cut(Cut::TooMany), None, Duration::ZERO)));
            } else {
                self.pending.push(ticket, pending);
            }
            tickets.push(ticket);
        }
        if let Some(server) = self.servers.get_mut(server).filter(|_| !too_many) {
            server.queue.push_back(tickets.clone());
        }
        tickets
    }

    /// The next first query to the server leaves from a port that was not used before.
    pub(crate) fn renew(&mut self, server: usize) {
        if let Some(server) = self.servers.get_mut(server) {
            server.renew();
        }
    }

    /// What is known of the server by now.
    pub(crate) fn facts(&self, server: usize) -> ServerFacts {
        self.servers.get(server).map(|server| server.facts.clone()).unwrap_or_default()
    }

    /// Waits until a question has ended. None when none is under way.
    pub(crate) fn next(&mut self) -> Option<(Ticket, Heard)> {
        loop {
            if let Some(done) = self.done.pop_front() {
                return Some(done);
            }
            if self.pending.is_empty() {
                return None;
            }
            if self.cut.is_none() {
                self.cut = self.reason_to_stop();
            }
            if let Some(cut) = self.cut {
                for ticket in self.pending.all() {
                    self.finish(ticket, Ending::Cut(cut), None, Duration::ZERO);
                }
                continue;
            }
            self.send_queued();
            if self.done.is_empty() {
                self.wait_and_receive();
                self.overdue();
            }
        }
    }

    fn reason_to_stop(&self) -> Option<Cut> {
        if (self.cancelled)() {
            Some(Cut::Cancelled)
        } else if Instant::now() >= self.manner.deadline {
            Some(Cut::TimeUp)
        } else {
            None
        }
    }

    fn send_queued(&mut self) {
        for server in 0..self.servers.len() {
            while let Some(group) = self.next_group(server) {
                for ticket in group {
                    if let Some(ending) = self.servers.get(server).and_then(|server| server.closed.clone()) {
                        self.finish(ticket, ending, None, Duration::ZERO);
                    } else {
                        self.begin(ticket);
                    }
                }
            }
        }
    }

    /// The next questions of the server that may leave now.
    fn next_group(&mut self, server: usize) -> Option<Vec<Ticket>> {
        let server = self.servers.get_mut(server)?;
        let fits = server.queue.front().is_some_and(|group| server.under_way + group.len() <= WINDOW);
        if !fits && server.under_way > 0 && server.closed.is_none() {
            return None;
        }
        let group = server.queue.pop_front()?;
        server.under_way += group.len();
        Some(group)
    }

    /// Sends the first query.
    fn begin(&mut self, ticket: Ticket) {
        self.pending.begin(ticket);
        if self.manner.tcp == TcpUse::Always {
            self.connect(ticket);
        } else {
            self.send(ticket, Server::send);
        }
    }

    /// Sends a query by datagram.
    pub(super) fn send(&mut self, ticket: Ticket, by: fn(&mut Server, &[u8]) -> Result<(), Trouble>) {
        let timeout = self.manner.timeout;
        let Some((pending, server, id, query)) = self.prepare(ticket) else { return };
        let now = Instant::now();
        pending.stage = Stage::Datagram;
        match by(server, &query) {
            Ok(()) => {
                pending.sent.push(Sent { id, at: now });
                pending.due = now + timeout;
            }
            // The error may belong to the query before: it is told once, and true for all of them.
            Err(trouble) => {
                let server = pending.server;
                self.nobody_there(server, &trouble);
            }
        }
    }

    /// Sends the query over TCP.
    pub(super) fn connect(&mut self, ticket: Ticket) {
        let patience = self.manner.timeout * self.manner.attempts;
        let Some((pending, server, id, query)) = self.prepare(ticket) else { return };
        match Stream::start(server.address, id, &query) {
            Ok(stream) => {
                pending.sent.push(Sent { id, at: stream.started });
                // TCP sends again by itself.
                pending.due = stream.started + patience;
                pending.stage = Stage::Stream(stream);
            }
            Err(trouble) => self.no_stream(ticket, trouble),
        }
    }

    fn prepare(&mut self, ticket: Ticket) -> Option<(&mut Pending, &mut Server, u16, Vec<u8>)> {
        let pending = self.pending.get_mut(ticket)?;
        let server = self.servers.get_mut(pending.server)?;
        let id = server.ids.give(Owner::Question(ticket));
        // A name that was parsed fits into a query.
        let query = encode(&pending.question, pending.form, id).unwrap_or_default();
        Some((pending, server, id, query))
    }

    /// The kernel says that nobody is there: true for all that is under way by datagram.
    pub(super) fn nobody_there(&mut self, server: usize, trouble: &Trouble) {
        for ticket in self.pending.under_way() {
            let here = self
                .pending
                .get(ticket)
                .is_some_and(|pending| pending.server == server && matches!(pending.stage, Stage::Datagram));
            if here {
                self.unreachable(ticket, trouble.clone());
            }
        }
    }

    /// Nobody can be reached there, whatever the question.
    pub(super) fn unreachable(&mut self, ticket: Ticket, trouble: Trouble) {
        if let Some(server) = self.pending.get(ticket).and_then(|pending| self.servers.get_mut(pending.server)) {
            server.closed.get_or_insert(Ending::Unreachable(trouble.clone()));
        }
        self.finish(ticket, Ending::Unreachable(trouble), None, Duration::ZERO);
    }

    /// TCP failed.
    pub(super) fn no_stream(&mut self, ticket: Ticket, trouble: Trouble) {
        let truncated = self.pending.get(ticket).is_some_and(|pending| pending.truncated);
        if truncated {
            self.finish(ticket, Ending::NoStream(trouble), None, Duration::ZERO);
        } else if matches!(trouble, Trouble::ClosedEarly | Trouble::Foreign) {
            // The server is there, and may do better with the next question.
            self.finish(ticket, Ending::Unreachable(trouble), None, Duration::ZERO);
        } else {
            self.unreachable(ticket, trouble);
        }
    }

    pub(super) fn finish(&mut self, ticket: Ticket, ending: Ending, answered: Option<usize>, took: Duration) {
        let Some(pending) = self.pending.remove(ticket) else { return };
        if let Some(server) = self.servers.get_mut(pending.server) {
            server.under_way = server.under_way.saturating_sub(1);
            if ending == Ending::Silent && !server.heard {
                server.closed.get_or_insert(Ending::GivenUp);
            }
        }
        self.done.push_back((ticket, pending.end(ending, answered, took)));
    }

    fn wait_and_receive(&mut self) {
        let due = self.pending.iter_under_way().map(|(_, pending)| pending.due).min();
        let until = due.unwrap_or(self.manner.deadline).min(self.manner.deadline);
        match self.wait(until) {
            Ok(ready) => {
                for source in ready {
                    match source {
                        Source::Datagram { server, which } => self.receive(server, which),
                        Source::Stream(ticket) => self.advance(ticket),
                    }
                }
            }
            // Nothing can be waited for any more: an end for all is better than a loop without one.
            Err(error) => {
                let trouble = Trouble::from(error);
                for ticket in self.pending.all() {
                    self.finish(ticket, Ending::Unreachable(trouble.clone()), None, Duration::ZERO);
                }
            }
        }
    }

    /// Sends again or gives up what got no answer in time.
    fn overdue(&mut self) {
        let now = Instant::now();
        for ticket in self.pending.under_way() {
            let Some(pending) = self.pending.get(ticket) else { continue };
            if pending.due > now {
                continue;
            }
            let attempts = if pending.tries == Tries::Once { 1 } else { self.manner.attempts };
            let more = pending.sent.len() < usize::try_from(attempts).unwrap_or(usize::MAX);
            match pending.stage {
                Stage::Stream(_) => self.no_stream(ticket, Trouble::TimedOut),
                _ if more => {
                    let server = pending.server;
                    self.ask_whether_alive(server);
                    self.send(ticket, Server::send_again);
                }
                _ => self.finish(ticket, Ending::Silent, None, Duration::ZERO),
            }
        }
    }

    /// Once for a server that answered nothing yet: a query that needs no work. So a server that is there, and waits in vain for its own
    /// upstream, is told from one that is not there.
    fn ask_whether_alive(&mut self, server: usize) {
        let Some(server) = self.servers.get_mut(server) else { return };
        if server.heard || server.facts.alive.is_some() {
            return;
        }
        server.facts.alive = Some(false);
        let id = server.ids.give(Owner::Liveness);
        let query = encode(&liveness(), Form::LIVENESS, id).unwrap_or_default();
        // Whatever goes wrong with it goes wrong with the question too, and is told there.
        let _ = server.send_again(&query);
    }
}

/// What any name server can answer from its own memory.
pub(super) fn liveness() -> Question {
    Question { name: name::root(), kind: Kind::Ns }
}
