//! One task owns the state of a session and selects over frames, events, calls and time; everything else sends it messages.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::OwnedPermit;
use tokio::time::{Instant, sleep_until, timeout};

use super::calls::Calls;
use super::codes::{Arrived, Codes};
use super::runs::Runs;
use crate::bounds::{GRACE, LINGER};
use crate::codec::{Encoded, Frame as _, out_of_order};
use crate::link::{Leaving, Link};
use crate::wire::{Down, Up};
use crate::{CodeId, Offence, Runner, SessionError};

/// A session at the agent.
pub(super) struct Serving {
    link: Link<Down>,
    runner: Arc<dyn Runner>,
    codes: Codes,
    runs: Runs,
    calls: Calls,
    /// Bytes of event frames that may be sent. The frame that uses it up may be longer; then it is below zero.
    credit: i64,
    deadline: Option<Deadline>,
}

#[derive(Clone, Copy)]
enum Deadline {
    /// Runs are cancelled then.
    Cancel(Instant),
    /// The session ends then.
    End(Instant),
}

impl Deadline {
    fn at(self) -> Instant {
        match self {
            Self::Cancel(at) | Self::End(at) => at,
        }
    }
}

impl Serving {
    pub(super) fn new(link: Link<Down>, runner: Arc<dyn Runner>) -> Self {
        let runs = Runs::new(Arc::clone(&runner));
        Self { link, runner, codes: Codes::default(), runs, calls: Calls::new(), credit: 0, deadline: None }
    }

    /// Obeys until `bye`.
    pub(super) async fn serve(mut self) -> Result<(), SessionError> {
        let mut room: Option<OwnedPermit<Encoded>> = None;
        loop {
            let at = self.deadline.map(Deadline::at);
            tokio::select! {
                frame = self.link.incoming.recv() => match frame.unwrap_or(Err(SessionError::Gone))?.frame {
                    Down::Bye if self.runs.all_ended() => break,
                    frame => self.obey(frame).await?,
                },
                reserved = self.link.outgoing.clone().reserve_owned(), if room.is_none() => {
                    let Ok(permit) = reserved else { return Err(self.link.fault().await) };
                    room = Some(permit);
                }
                (run, event) = self.runs.next(), if room.is_some() && self.credit > 0 => {
                    let frame = Encoded::new(&Up::Event { run, event })?;
                    self.credit -= i64::from(frame.cost());
                    send(&mut room, frame);
                }
                call = self.calls.next(), if room.is_some() => {
                    let frame = Encoded::new(&self.calls.frame(call))?;
                    send(&mut room, frame);
                }
                () = until(at) => self.time_is_up()?,
            }
        }
        let bye = Encoded::new(&Up::Bye)?;
        drop(room);
        if self.link.outgoing.send(bye).await.is_err() {
            return Err(self.link.fault().await);
        }
        linger(self.link.leave()).await
    }

    async fn obey(&mut self, frame: Down) -> Result<(), SessionError> {
        match frame {
            Down::Trust(trust) if self.codes.wait_for_trust() => {
                self.codes.trusted();
                self.runner.trust(trust).await;
            }
            Down::Code { code, component, file, native } => {
                let arrived = self.codes.begin(code, component, file, native)?;
                self.take(code, arrived).await?;
            }
            Down::CodeBytes { code, bytes } => {
                let arrived = self.codes.receive(code, &bytes)?;
                self.take(code, arrived).await?;
            }
            Down::Run { run, order } if self.codes.has(order.code) => {
                self.runs.start(run, *order, self.calls.caller(run))?;
            }
            Down::Credit { bytes } => self.credit = self.credit.saturating_add(i64::from(bytes)),
            Down::Answer { call, answer } => self.calls.answered(call, answer)?,
            Down::Deadline { left } => self.deadline = far(left).map(Deadline::Cancel),
            Down::Cancel => self.runs.cancel(),
            frame => return Err(out_of_order(&frame)),
        }
        Ok(())
    }

    /// Gives away what has arrived whole: a file, and its native code behind it.
    async fn take(&mut self, code: CodeId, mut arrived: Option<Arrived>) -> Result<(), SessionError> {
        while let Some(whole) = arrived.take() {
            match whole {
                Arrived::File { component, file } => {
                    let native = self.runner.judge(code, component, file).await;
                    arrived = self.codes.judged(code, native)?;
                }
                Arrived::Native(native) => self.runner.load(code, native).await,
            }
        }
        Ok(())
    }

    fn time_is_up(&mut self) -> Result<(), SessionError> {
        match self.deadline {
            Some(Deadline::Cancel(at)) => {
                self.runs.cancel();
                self.deadline = Some(Deadline::End(at + GRACE));
                Ok(())
            }
            Some(Deadline::End(_)) => Err(SessionError::Deadline),
            None => Ok(()),
        }
    }
}

fn send(room: &mut Option<OwnedPermit<Encoded>>, frame: Encoded) {
    if let Some(permit) = room.take() {
        permit.send(frame);
    }
}

/// The instant after so long; none when it is beyond what a clock can say.
fn far(left: Duration) -> Option<Instant> {
    // A deadline has to leave room for the grace after it.
    Instant::now().checked_add(left).filter(|at| at.checked_add(GRACE).is_some())
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// Waits until our last frame is sent, and for a moment until the operator is gone: see [`LINGER`].
async fn linger(mut leaving: Leaving<Down>) -> Result<(), SessionError> {
    leaving.sent().await?;
    match timeout(LINGER, leaving.incoming.recv()).await {
        Ok(Some(Ok(received))) => Err(SessionError::Misbehaved(Offence::AfterBye { frame: received.frame.name() })),
        // An operator that is gone is what we waited for, however its stream tells.
        Ok(Some(Err(error @ SessionError::Misbehaved(_)))) => Err(error),
        Ok(Some(Err(_)) | None) | Err(_) => Ok(()),
    }
}
