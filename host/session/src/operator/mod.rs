//! The operator's half: sends code and orders, and takes what the runs say.

mod answers;
mod events;
mod following;

pub use events::Window;

use std::sync::Arc;
use std::time::Duration;

use dbg_model::{Digest, Event};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{mpsc, watch};

use crate::bounds::CODE_PIECE;
use crate::codec::{Encoded, out_of_order};
use crate::link::Link;
use crate::wire::{Down, Up};
use crate::{
    AgentFacts, Answerer, AnswersNothing, CodeId, Order, Payload, RunIndex, RunKey, Security, SessionError, Trust,
    handshake,
};
use following::{Following, Terms};

/// One session, from hello to bye. From the start it pings and is kept alive, also while its owner compiles. Dropping it ends the session.
pub struct Operator {
    link: Link<Up>,
    orders: Vec<(RunIndex, Order)>,
    terms: Terms,
}

impl Operator {
    /// Says hello and hears the agent's. `build` names this dbg.
    ///
    /// Errors: [`SessionError::TooOld`], [`SessionError::TooNew`], [`SessionError::OtherWrapping`], [`SessionError::OtherRun`],
    /// [`SessionError::NotTheAgent`], [`SessionError::Busy`], [`SessionError::NotDbg`], [`SessionError::Silent`] after 30 s.
    pub async fn connect<S>(
        stream: S,
        security: Security<&RunKey>,
        build: &str,
    ) -> Result<(Self, AgentFacts), SessionError>
    where
        S: AsyncRead + AsyncWrite + Send + 'static,
    {
        let (halves, facts) = handshake::call(stream, security, build).await?;
        let link = Link::<Up>::new::<Down, S>(halves)?;
        let terms = Terms { window: Window::DEFAULT, deadline: None, answerer: Arc::new(AnswersNothing) };
        Ok((Self { link, orders: Vec::new(), terms }, facts))
    }

    /// How far the agent may be ahead with events; [`Window::DEFAULT`] unless said.
    pub fn set_window(&mut self, window: Window) {
        self.terms.window = window;
    }

    /// How long the runs have together, from [`Operator::follow`] on. Then the agent cancels them, and five seconds later it ends,
    /// whether it still hears from us or not. Unless said, they have as long as their own limits.
    pub fn set_deadline(&mut self, left: Duration) {
        self.terms.deadline = Some(left);
    }

    /// Who answers reverse calls. Unless said, all are refused.
    pub fn set_answerer(&mut self, answerer: Arc<dyn Answerer>) {
        self.terms.answerer = answerer;
    }

    /// Says whom the run stands on: once, before any code.
    pub async fn send_trust(&mut self, trust: Trust) -> Result<(), SessionError> {
        self.send(Encoded::new(&Down::Trust(trust))?).await
    }

    /// Sends the whole file of a component and the native code that was made of it; `component` is the digest of what it was compiled from.
    pub async fn send_code(
        &mut self,
        code: CodeId,
        component: Digest,
        file: impl Into<Payload>,
        native: impl Into<Payload>,
    ) -> Result<(), SessionError> {
        let (file, native) = (file.into(), native.into());
        let begin = Down::Code { code, component, file: file.length(), native: native.length() };
        self.send(Encoded::new(&begin)?).await?;
        for payload in [file, native] {
            let mut rest = payload.bytes();
            while !rest.is_empty() {
                let bytes = rest.split_to(rest.len().min(CODE_PIECE));
                self.send(Encoded::code_bytes(code, bytes)?).await?;
            }
        }
        Ok(())
    }

    /// Orders a run of code that was sent before; it starts with [`Operator::follow`]. Numbers ascend: an agent ends a session over one
    /// that does not.
    pub fn order(&mut self, run: RunIndex, order: Order) {
        self.orders.push((run, order));
    }

    /// Sends the orders, takes the events of all runs until each has ended, then says bye. When `cancel` turns true the agent is told
    /// once; the runs then end by themselves, or the session does five seconds later.
    ///
    /// The stream is always drained: an `events` that is not read holds up the runs, by their credit, and nothing else.
    pub async fn follow(
        self,
        events: mpsc::Sender<(RunIndex, Event)>,
        cancel: watch::Receiver<bool>,
    ) -> Result<(), SessionError> {
        let Self { link, orders, terms } = self;
        Following::new(link, orders, terms, events)?.follow(cancel).await
    }

    /// As [`Operator::follow`], and takes `more` orders while it follows: it ends once nobody can send any, each run has ended and
    /// all is read. At most 4,096 runs go on at once; an order beyond waits in its channel. Numbers go on ascending, over all runs.
    ///
    /// After a cancel no order is taken, and the channel is closed.
    pub async fn follow_more(
        self,
        events: mpsc::Sender<(RunIndex, Event)>,
        more: mpsc::Receiver<(RunIndex, Order)>,
        cancel: watch::Receiver<bool>,
    ) -> Result<(), SessionError> {
        let Self { link, orders, terms } = self;
        Following::new(link, orders, terms, events)?.taking(more).follow(cancel).await
    }

    /// Sends one frame. An agent has nothing to say before the first order, unless it refuses us or ends.
    async fn send(&mut self, frame: Encoded) -> Result<(), SessionError> {
        tokio::select! {
            biased;
            early = self.link.incoming.recv() => match early.unwrap_or(Err(SessionError::Gone)) {
                Ok(received) => Err(out_of_order(&received.frame)),
                Err(error) => Err(error),
            },
            room = self.link.outgoing.clone().reserve_owned() => {
                let Ok(permit) = room else { return Err(self.link.fault().await) };
                permit.send(frame);
                Ok(())
            }
        }
    }
}
