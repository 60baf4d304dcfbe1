//! The operator's half: sends code and orders, takes events.

use std::collections::HashSet;
use std::pin::pin;

use bytes::Bytes;
use dbg_model::{Digest, Event};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::sync::{mpsc, watch};

use crate::codec;
use crate::wire::{Down, Up};
use crate::{CodeId, Offence, Order, PROTOCOL, RunIndex, SessionError};

/// Pieces of code are small enough that a cancel between two of them is soon heard.
const CODE_PIECE: usize = 256 * 1024;

/// What an agent says of itself in its hello. Claims, not facts proved; escape before showing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentFacts {
    /// Its build.
    pub build: String,
    /// Its architecture, in Rust's words: `x86_64`, `aarch64`.
    pub architecture: String,
}

/// One session, from hello to bye.
pub struct Operator<S> {
    down: WriteHalf<S>,
    up: ReadHalf<S>,
    orders: Vec<(RunIndex, Order)>,
}

impl<S: AsyncRead + AsyncWrite + Send + 'static> Operator<S> {
    /// Says hello and hears the agent's. `build` names this dbg.
    pub async fn connect(stream: S, build: &str) -> Result<(Self, AgentFacts), SessionError> {
        let (mut up, mut down) = tokio::io::split(stream);
        codec::write(&mut down, &Down::Hello { protocol: PROTOCOL, build: build.to_owned() }).await?;
        down.flush().await?;
        match codec::read(&mut up).await? {
            Some(Up::Hello { protocol, .. }) if protocol != PROTOCOL => {
                Err(SessionError::Incompatible { theirs: protocol, ours: PROTOCOL })
            }
            Some(Up::Hello { build, architecture, .. }) => {
                Ok((Self { down, up, orders: Vec::new() }, AgentFacts { build, architecture }))
            }
            Some(frame) => Err(SessionError::Misbehaved(Offence::OutOfOrder { frame: frame.name() })),
            None => Err(SessionError::Gone),
        }
    }

    /// Sends native code, whole; `component` is the digest of what it was compiled from.
    pub async fn send_code(&mut self, code: CodeId, component: Digest, native: Bytes) -> Result<(), SessionError> {
        let length = u64::try_from(native.len()).unwrap_or(u64::MAX);
        codec::write(&mut self.down, &Down::Code { code, component, length }).await?;
        let mut rest = native;
        while !rest.is_empty() {
            let bytes = rest.split_to(rest.len().min(CODE_PIECE));
            codec::write(&mut self.down, &Down::CodeBytes { code, bytes }).await?;
        }
        Ok(())
    }

    /// Orders a run of code that was sent before; it starts with [`Operator::follow`].
    pub fn order(&mut self, run: RunIndex, order: Order) {
        self.orders.push((run, order));
    }

    /// Sends the orders, takes the events of all runs until each has ended, then says bye. When `cancel` turns true the agent is told once; the runs
    /// then end by themselves.
    pub async fn follow(
        self,
        events: mpsc::Sender<(RunIndex, Event)>,
        mut cancel: watch::Receiver<bool>,
    ) -> Result<(), SessionError> {
        let Self { down, mut up, orders } = self;
        let mut running: HashSet<RunIndex> = orders.iter().map(|(run, _)| *run).collect();
        let receive = async move {
            while !running.is_empty() {
                match codec::read(&mut up).await? {
                    Some(Up::Event { run, event }) => {
                        let known = match event {
                            Event::Ended(_) => running.remove(&run),
                            _ => running.contains(&run),
                        };
                        if !known {
                            return Err(SessionError::Misbehaved(Offence::UnknownRun));
                        }
                        // Whoever no longer listens still wants the runs to end.
                        let _ = events.send((run, event)).await;
                    }
                    Some(frame) => return Err(SessionError::Misbehaved(Offence::OutOfOrder { frame: frame.name() })),
                    None => return Err(SessionError::Gone),
                }
            }
            Ok(up)
        };
        let mut receive = pin!(receive);
        // Orders go out while events come in: an agent that talks at once must not keep us from ordering the rest.
        let mut send = pin!(send_orders(down, orders));
        let mut received = None;
        let mut down = tokio::select! {
            down = &mut send => down?,
            up = &mut receive => {
                received = Some(up?);
                send.await?
            }
        };
        let mut told = false;
        let mut up = loop {
            if let Some(up) = received {
                break up;
            }
            tokio::select! {
                up = &mut receive => received = Some(up?),
                true = async { cancel.wait_for(|cancelled| *cancelled).await.is_ok() }, if !told => {
                    told = true;
                    codec::write(&mut down, &Down::Cancel).await?;
                    down.flush().await?;
                }
            }
        };
        codec::write(&mut down, &Down::Bye).await?;
        down.flush().await?;
        match codec::read(&mut up).await? {
            Some(Up::Bye) => Ok(()),
            Some(frame) => Err(SessionError::Misbehaved(Offence::OutOfOrder { frame: frame.name() })),
            None => Err(SessionError::Gone),
        }
    }
}

async fn send_orders<S: AsyncWrite>(
    mut down: WriteHalf<S>,
    orders: Vec<(RunIndex, Order)>,
) -> Result<WriteHalf<S>, SessionError> {
    for (run, order) in orders {
        codec::write(&mut down, &Down::Run { run, order: Box::new(order) }).await?;
    }
    down.flush().await?;
    Ok(down)
}

impl Up {
    fn name(&self) -> &'static str {
        match self {
            Self::Hello { .. } => "hello",
            Self::Event { .. } => "event",
            Self::Bye => "bye",
        }
    }
}
