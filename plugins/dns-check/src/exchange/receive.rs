//! What comes in, and whose it is. A stranger may send anything: an answer counts only from the asked address and port, with the number
//! of a query that was sent and the question of that query.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::engine::{Exchange, TcpUse, Ticket, liveness};
use super::heard::{Ending, Transport, Trouble};
use super::pending::Stage;
use super::server::{Owner, Server, Which};
use crate::answer::{Envelope, Reply, may_dislike_edns};
use crate::query::Extension;

/// A flood at a socket must not keep the others waiting.
const DATAGRAMS_AT_ONCE: u32 = 64;

impl Exchange<'_> {
    /// Takes what is there.
    pub(super) fn receive(&mut self, server: usize, which: Which) {
        let mut buffer = std::mem::take(&mut self.buffer);
        for _ in 0..DATAGRAMS_AT_ONCE {
            // Nothing is waited for any more: not even to see that nothing is there.
            if self.pending.is_empty() {
                break;
            }
            let Some(socket) = self.servers.get(server).and_then(|server| server.socket(which)) else { break };
            match socket.recv_from(&mut buffer) {
                Ok((length, from)) => {
                    let now = Instant::now();
                    self.datagram(server, from, buffer.get(..length).unwrap_or_default(), now);
                }
                Err(error) => {
                    let trouble = Trouble::from(error);
                    let of_all = matches!(trouble, Trouble::Refused | Trouble::NoRoute | Trouble::NotGranted);
                    if which == Which::Connected && of_all {
                        self.nobody_there(server, &trouble);
                    }
                    break;
                }
            }
        }
        self.buffer = buffer;
    }

    fn datagram(&mut self, server: usize, from: SocketAddr, bytes: &[u8], now: Instant) {
        let Some(one) = self.servers.get_mut(server) else { return };
        let Ok(envelope) = Envelope::open(bytes) else {
            one.facts.garbled += 1;
            return;
        };
        let owner = one.ids.meaning(envelope.id());
        if !one.is_from_here(from) {
            if let Some(Owner::Question(ticket)) = owner
                && let Some(pending) = self.pending.get_mut(ticket)
            {
                pending.strays.wrong_source += 1;
                pending.strays.other_source = Some(from.to_string());
            }
            return;
        }
        match owner {
            Some(Owner::Liveness) => {
                one.heard = true;
                one.facts.alive = Some(true);
            }
            Some(Owner::Question(ticket)) => self.answer(ticket, &envelope, bytes, now),
            None => self.unknown_id(server, &envelope),
        }
    }

    /// A datagram with a number that no query had: an answer to a question under way, or to nothing at all.
    fn unknown_id(&mut self, server: usize, envelope: &Envelope<'_>) {
        let about = self
            .pending
            .iter_under_way()
            .filter(|(_, pending)| pending.server == server && envelope.is_response())
            .find(|(_, pending)| envelope.repeats(&pending.question));
        let about = about.map(|(ticket, _)| ticket).and_then(|ticket| self.pending.get_mut(ticket));
        match (about, self.servers.get_mut(server)) {
            (Some(pending), _) => pending.strays.wrong_id += 1,
            // Who answers with wrong numbers does so here too, and is told for the question.
            (None, _) if envelope.repeats(&liveness()) => {}
            (None, Some(server)) => server.facts.garbled += 1,
            (None, None) => {}
        }
    }

    fn answer(&mut self, ticket: Ticket, envelope: &Envelope<'_>, bytes: &[u8], now: Instant) {
        // No longer pending: the late answer to a query that was sent again.
        let Some(pending) = self.pending.get_mut(ticket) else { return };
        if !envelope.is_response() || !envelope.repeats(&pending.question) {
            match envelope.question() {
                Some(question) if envelope.is_response() => {
                    pending.strays.wrong_question += 1;
                    pending.strays.other_question = Some(question);
                }
                _ => pending.strays.garbled += 1,
            }
            return;
        }
        // The number of the query with an OPT record, whose refusal was heard already.
        let Some(position) = pending.position(envelope.id()) else { return };
        match Reply::read(bytes, &pending.question) {
            Ok(reply) => self.reply(ticket, reply, position, now),
            Err(_) => pending.strays.garbled += 1,
        }
    }

    /// What belongs to its question.
    fn reply(&mut self, ticket: Ticket, reply: Reply, position: usize, now: Instant) {
        let Some(pending) = self.pending.get_mut(ticket) else { return };
        if let Some(server) = self.servers.get_mut(pending.server) {
            server.heard = true;
        }
        let over = if matches!(pending.stage, Stage::Stream(_)) { Transport::Tcp } else { Transport::Udp };
        if pending.form.extension == Extension::Edns && may_dislike_edns(&reply) {
            pending.edns_refused = Some(reply.rcode);
            pending.form = pending.form.plain();
            pending.sent.clear();
            match over {
                Transport::Udp => self.send(ticket, Server::send),
                Transport::Tcp => self.connect(ticket),
            }
            return;
        }
        if reply.flags.tc && over == Transport::Udp {
            pending.truncated = true;
            if self.manner.tcp != TcpUse::Never {
                pending.sent.clear();
                self.connect(ticket);
                return;
            }
        }
        let took = pending.sent.get(position).map_or(Duration::ZERO, |sent| now.saturating_duration_since(sent.at));
        self.finish(ticket, Ending::Reply(reply), Some(position), took);
    }

    /// Goes on with a connection.
    pub(super) fn advance(&mut self, ticket: Ticket) {
        let Some(pending) = self.pending.get_mut(ticket) else { return };
        let Stage::Stream(stream) = &mut pending.stage else { return };
        let bytes = match stream.advance() {
            Ok(None) => return,
            Ok(Some(bytes)) => bytes,
            Err(trouble) => return self.no_stream(ticket, trouble),
        };
        let id = stream.id;
        let now = Instant::now();
        let reply = Envelope::open(&bytes)
            .ok()
            .filter(|envelope| envelope.id() == id && envelope.is_response() && envelope.repeats(&pending.question))
            .and_then(|_| Reply::read(&bytes, &pending.question).ok());
        match reply {
            Some(reply) => self.reply(ticket, reply, 0, now),
            None => self.no_stream(ticket, Trouble::Foreign),
        }
    }
}
