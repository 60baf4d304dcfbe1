//! One task owns the state of a session and selects over frames, readers, answers and time. It never waits for the stream
//! to take something while there is something to be read from it: two sides that did could wait for each other for ever.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use dbg_model::Event;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout};

use super::answers::Answers;
use super::events::{Events, Window};
use crate::bounds::{GRACE, HEARTBEAT, LINGER, MAX_RUNS};
use crate::codec::{Encoded, Frame as _, out_of_order};
use crate::link::{Leaving, Link};
use crate::wire::{Down, Up};
use crate::{Answerer, Offence, Order, RunIndex, SessionError};

/// What a session may take.
pub(super) struct Terms {
    pub(super) window: Window,
    pub(super) deadline: Option<Duration>,
    pub(super) answerer: Arc<dyn Answerer>,
}

/// A session whose orders are given, or are still being given.
pub(super) struct Following {
    link: Link<Up>,
    events: Events,
    /// Where orders may still come from.
    more: Option<mpsc::Receiver<(RunIndex, Order)>>,
    answers: Answers,
    /// What is to be sent. Bounded by what it is made of: the orders at the start, one of those that come later, one cancel, a credit for
    /// every half window, and an answer for every call in flight.
    outbox: VecDeque<Encoded>,
    /// When the session ends if its runs have not, and why.
    end: Option<(Instant, SessionError)>,
}

impl Following {
    pub(super) fn new(
        link: Link<Up>,
        orders: Vec<(RunIndex, Order)>,
        terms: Terms,
        reader: mpsc::Sender<(RunIndex, Event)>,
    ) -> Result<Self, SessionError> {
        let Terms { window, deadline, answerer } = terms;
        let running = orders.iter().map(|(run, _)| *run).collect();
        let mut outbox = VecDeque::from([Encoded::new(&Down::Credit { bytes: window.bytes() })?]);
        if let Some(left) = deadline {
            outbox.push_back(Encoded::new(&Down::Deadline { left })?);
        }
        for (run, order) in orders {
            outbox.push_back(Encoded::new(&Down::Run { run, order: Box::new(order) })?);
        }
        // The agent ends its runs itself; what it takes longer than that, it is not there any more.
        let end = deadline
            .and_then(|left| Instant::now().checked_add(left.checked_add(GRACE + GRACE)?))
            .map(|at| (at, SessionError::Deadline));
        let events = Events::new(reader, running, window);
        Ok(Self { link, events, more: None, answers: Answers::new(answerer), outbox, end })
    }

    /// Takes more orders while it follows.
    pub(super) fn taking(mut self, more: mpsc::Receiver<(RunIndex, Order)>) -> Self {
        self.more = Some(more);
        self
    }

    pub(super) async fn follow(mut self, mut cancel: watch::Receiver<bool>) -> Result<(), SessionError> {
        let mut told = false;
        while !(self.all_ended() && self.events.all_read() && self.outbox.is_empty()) {
            let may_order = self.outbox.is_empty() && self.events.going_on() < MAX_RUNS;
            let at = self.end.as_ref().map(|(at, _)| *at);
            tokio::select! {
                frame = self.link.incoming.recv() => {
                    let received = frame.unwrap_or(Err(SessionError::Gone))?;
                    self.take(received.frame, received.cost)?;
                }
                room = self.link.outgoing.clone().reserve_owned(), if !self.outbox.is_empty() => {
                    let Ok(permit) = room else { return Err(self.link.fault().await) };
                    if let Some(frame) = self.outbox.pop_front() {
                        permit.send(frame);
                    }
                }
                () = self.events.pass_on() => {}
                order = next_order(&mut self.more), if may_order => match order {
                    Some((run, order)) => {
                        self.events.begin(run);
                        self.outbox.push_back(Encoded::new(&Down::Run { run, order: Box::new(order) })?);
                    }
                    None => self.more = None,
                },
                answer = self.answers.next() => self.outbox.push_back(Encoded::new(&answer)?),
                true = async { cancel.wait_for(|cancelled| *cancelled).await.is_ok() }, if !told => {
                    told = true;
                    self.more = None;
                    self.outbox.push_back(Encoded::new(&Down::Cancel)?);
                    self.end_by(Instant::now() + GRACE, SessionError::Overdue);
                }
                () = until(at), if !self.all_ended() => return Err(self.end.take().map_or(SessionError::Deadline, |(_, error)| error)),
            }
            // After the last ending nobody waits for credit.
            if !self.events.all_ended()
                && let Some(bytes) = self.events.credit()
            {
                self.outbox.push_back(Encoded::new(&Down::Credit { bytes })?);
            }
        }
        self.bye().await
    }

    /// Whether no run goes on and none can come.
    fn all_ended(&self) -> bool {
        self.more.is_none() && self.events.all_ended()
    }

    fn take(&mut self, frame: Up, cost: u32) -> Result<(), SessionError> {
        match frame {
            Up::Event { run, event } => self.events.receive(run, event, cost),
            Up::Request { run, call, request } if self.events.is_running(run) => self.answers.ask(run, call, request),
            Up::Request { .. } => Err(SessionError::Misbehaved(Offence::UnknownRun)),
            frame => Err(out_of_order(&frame)),
        }
    }

    /// Whichever end is the earlier one counts.
    fn end_by(&mut self, at: Instant, error: SessionError) {
        if self.end.as_ref().is_none_or(|(earlier, _)| at < *earlier) {
            self.end = Some((at, error));
        }
    }

    /// Says bye, and hears the agent's.
    async fn bye(mut self) -> Result<(), SessionError> {
        let bye = Encoded::new(&Down::Bye)?;
        if self.link.outgoing.send(bye).await.is_err() {
            return Err(self.link.fault().await);
        }
        // An agent that only pings would keep us for ever.
        let answer = timeout(HEARTBEAT, self.link.incoming.recv()).await.unwrap_or(Some(Err(SessionError::Silent)));
        let received = answer.unwrap_or(Err(SessionError::Gone))?;
        if received.frame == Up::Bye {
            return listen_on(self.link.leave()).await;
        }
        let frame = received.frame.name();
        // There is no run any more that it could be of.
        self.take(received.frame, received.cost)?;
        Err(SessionError::Misbehaved(Offence::OutOfOrder { frame }))
    }
}

/// The agent closes its side after its bye: whatever comes instead should not.
async fn listen_on(mut leaving: Leaving<Up>) -> Result<(), SessionError> {
    match timeout(LINGER, leaving.incoming.recv()).await {
        Ok(Some(Ok(received))) => Err(SessionError::Misbehaved(Offence::AfterBye { frame: received.frame.name() })),
        Ok(Some(Err(error @ SessionError::Misbehaved(_)))) => Err(error),
        Ok(Some(Err(_)) | None) | Err(_) => Ok(()),
    }
}

/// The next order; none once nobody can send one. Cancel-safe; never done where no orders come.
async fn next_order(more: &mut Option<mpsc::Receiver<(RunIndex, Order)>>) -> Option<(RunIndex, Order)> {
    match more {
        Some(more) => more.recv().await,
        None => std::future::pending().await,
    }
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}
