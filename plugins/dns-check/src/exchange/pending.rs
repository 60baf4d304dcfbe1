//! A question under way.

use std::time::{Duration, Instant};

use super::engine::Tries;
use super::heard::{Ending, Heard, Strays, Transport};
use super::stream::Stream;
use crate::query::{Form, Question};

/// How far it is.
#[derive(Debug)]
pub(super) enum Stage {
    /// In the server's queue.
    Queued,
    Datagram,
    Stream(Stream),
}

/// A query that was sent, whose answer may come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    pub(super) id: u16,
    pub(super) at: Instant,
}

#[derive(Debug)]
pub(super) struct Pending {
    pub(super) server: usize,
    pub(super) question: Question,
    pub(super) form: Form,
    pub(super) tries: Tries,
    pub(super) stage: Stage,
    /// The queries of the present form, in order.
    pub(super) sent: Vec<Sent>,
    /// When to send again or to give up.
    pub(super) due: Instant,
    pub(super) edns_refused: Option<u16>,
    pub(super) truncated: bool,
    pub(super) strays: Strays,
}

impl Pending {
    pub(super) fn new(server: usize, question: Question, form: Form, tries: Tries) -> Self {
        Self {
            server,
            question,
            form,
            tries,
            stage: Stage::Queued,
            sent: Vec::new(),
            due: Instant::now(),
            edns_refused: None,
            truncated: false,
            strays: Strays::default(),
        }
    }

    /// Which query of the present form has that id, from 0 on.
    pub(super) fn position(&self, id: u16) -> Option<usize> {
        self.sent.iter().position(|sent| sent.id == id)
    }

    /// Ends it.
    pub(super) fn end(self, ending: Ending, answered: Option<usize>, took: Duration) -> Heard {
        let over = if matches!(self.stage, Stage::Stream(_)) { Transport::Tcp } else { Transport::Udp };
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        // That the query without OPT record is refused as well means that the record was not to blame.
        let edns_refused =
            self.edns_refused.filter(|refused| !matches!(&ending, Ending::Reply(reply) if reply.rcode == *refused));
        Heard {
            ending,
            sent: count(self.sent.len()),
            answered: answered.map(|position| count(position + 1)),
            took,
            over,
            form: self.form,
            edns_refused,
            truncated: self.truncated,
            strays: self.strays,
        }
    }
}
