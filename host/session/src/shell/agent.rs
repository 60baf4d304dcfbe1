//! The agent's half: one program, whose streams are passed on until it has ended.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

use super::pump::{Taken, Writing};
use super::wire::{Down, Up};
use super::{Ended, GRACE, LINGER, NotStarted, PIECE, QUIET, Size, Source, Start, WINDOW};
use crate::codec::{Encoded, out_of_order};
use crate::link::Link;
use crate::{AgentFacts, Gate, Offence, Security, SessionError, handshake};

/// The signal of a terminal that is closed. Source: man 7 signal.
const HANGUP: u8 = 1;

/// What can be done to a program that runs.
pub trait Control: Send {
    /// Its terminal has another size now.
    fn resize(&mut self, size: Size);
    /// It gets this signal, and what it runs in the foreground too.
    fn signal(&mut self, signal: u8);
    /// It is killed, with everything that it started.
    fn kill(&mut self);
}

/// A program that runs.
pub struct Program {
    /// What it reads.
    pub input: Box<dyn AsyncWrite + Send + Unpin>,
    /// What it says, of which stream.
    pub outputs: Vec<(Source, Box<dyn AsyncRead + Send + Unpin>)>,
    /// What can be done to it.
    pub control: Box<dyn Control>,
    /// How it ended.
    pub ended: Pin<Box<dyn Future<Output = Ended> + Send>>,
}

/// Serves one operator on `stream` until the program that it wants has ended, or the operator is gone. Then everything that it started is
/// killed.
///
/// # Errors
/// The session broke.
pub async fn serve_shell<S>(
    stream: S,
    security: Security<Gate>,
    facts: AgentFacts,
    start: impl FnOnce(&Start) -> Result<Program, NotStarted>,
) -> Result<(), SessionError>
where
    S: AsyncRead + AsyncWrite + Send + 'static,
{
    let (halves, _admission) = handshake::answer(stream, security, facts).await?;
    let mut link = Link::<Down>::new::<Up, S>(halves)?;
    let wanted = match link.incoming.recv().await.unwrap_or(Err(SessionError::Gone))?.frame {
        Down::Start(start) => start,
        frame => return Err(out_of_order(&frame)),
    };
    let last = match start(&wanted) {
        Err(reason) => Up::NotStarted(reason),
        Ok(program) => {
            send(&mut link, &Up::Started).await?;
            let Program { input, outputs, mut control, ended } = program;
            let ended = follow(&mut link, &wanted, input, outputs, &mut *control, ended).await;
            control.kill();
            Up::Ended(ended?)
        }
    };
    send(&mut link, &last).await?;
    let mut leaving = link.leave();
    leaving.sent().await?;
    let read_on = async { while let Some(Ok(_)) = leaving.incoming.recv().await {} };
    // The operator closes once it has read our last frame.
    let _ = timeout(LINGER, read_on).await;
    Ok(())
}

async fn send(link: &mut Link<Down>, frame: &Up) -> Result<(), SessionError> {
    if link.outgoing.send(Encoded::new(frame)?).await.is_err() {
        return Err(link.fault().await);
    }
    Ok(())
}

/// What ends it next.
#[derive(Clone, Copy)]
enum Clock {
    /// Its time is over then.
    Over(Instant),
    /// It was told to end, and is killed then.
    Kill(Instant),
    /// It runs, or is killed already.
    Never,
}

async fn follow(
    link: &mut Link<Down>,
    start: &Start,
    input: Box<dyn AsyncWrite + Send + Unpin>,
    outputs: Vec<(Source, Box<dyn AsyncRead + Send + Unpin>)>,
    control: &mut dyn Control,
    mut ending: Pin<Box<dyn Future<Output = Ended> + Send>>,
) -> Result<Ended, SessionError> {
    let (tell, mut taken) = mpsc::unbounded_channel();
    let mut input = Writing::to(input, tell);
    let (say, mut said) = mpsc::channel(2);
    let room = Arc::new(Semaphore::new(WINDOW));
    let mut readers = JoinSet::new();
    for (from, output) in outputs {
        readers.spawn(read(from, output, Arc::clone(&room), say.clone()));
    }
    drop(say);
    // What the operator was sent and has not taken; what we were sent and have not taken.
    let (mut sent, mut came): (usize, usize) = (0, 0);
    let mut clock = Instant::now().checked_add(start.left).map_or(Clock::Never, Clock::Over);
    let (mut ended, mut is_over, mut speaks) = (None, false, true);
    let mut quiet: Option<Instant> = None;
    loop {
        let until = match (clock, quiet) {
            (_, Some(at)) | (Clock::Over(at) | Clock::Kill(at), None) => Some(at),
            (Clock::Never, None) => None,
        };
        tokio::select! {
            // The clock comes last: what was said before it is passed on first.
            biased;
            frame = link.incoming.recv() => match frame.unwrap_or(Err(SessionError::Gone))?.frame {
                Down::Input { bytes } => {
                    came += bytes.len();
                    if came > WINDOW {
                        return Err(SessionError::Misbehaved(Offence::NoCredit));
                    }
                    input.put(bytes);
                }
                Down::InputEnd => input.end(),
                Down::Resize(size) => control.resize(size),
                Down::Took { bytes } => {
                    let bytes = usize::try_from(bytes).unwrap_or(usize::MAX).min(sent);
                    sent -= bytes;
                    room.add_permits(bytes);
                }
                Down::End { signal } => {
                    control.signal(signal);
                    clock = Clock::Kill(Instant::now() + GRACE);
                }
                frame => return Err(out_of_order(&frame)),
            },
            Some(one) = taken.recv() => if let Taken::Bytes(bytes) = one {
                came = came.saturating_sub(usize::try_from(bytes).unwrap_or(usize::MAX));
                send(link, &Up::Took { bytes }).await?;
            },
            one = said.recv(), if speaks => match one {
                Some((from, bytes)) => {
                    sent += bytes.len();
                    send(link, &Up::Output { from, bytes }).await?;
                    quiet = quiet.map(|_| Instant::now() + QUIET);
                }
                None => speaks = false,
            },
            how = &mut ending, if ended.is_none() => {
                ended = Some(if is_over { Ended::TimeOver } else { how });
                quiet = Some(Instant::now() + QUIET);
            }
            () = at(until) => match (clock, quiet) {
                // Something waits for the operator to take what was said before.
                (_, Some(_)) if room.available_permits() < PIECE => quiet = Some(Instant::now() + QUIET),
                (_, Some(_)) => speaks = false,
                (Clock::Over(_), None) => {
                    is_over = true;
                    control.signal(HANGUP);
                    clock = Clock::Kill(Instant::now() + GRACE);
                }
                (Clock::Kill(_) | Clock::Never, None) => {
                    control.kill();
                    clock = Clock::Never;
                }
            },
        }
        if let (Some(ended), false) = (ended, speaks) {
            return Ok(ended);
        }
    }
}

async fn at(until: Option<Instant>) {
    match until {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// Reads what a program says, as far as the operator may be behind.
async fn read(
    from: Source,
    mut output: Box<dyn AsyncRead + Send + Unpin>,
    room: Arc<Semaphore>,
    say: mpsc::Sender<(Source, Bytes)>,
) {
    let mut buffer = vec![0; PIECE];
    let most = u32::try_from(PIECE).unwrap_or(u32::MAX);
    while let Ok(mut permit) = room.acquire_many(most).await {
        // A terminal whose last program has ended fails instead of ending.
        let Ok(length @ 1..) = output.read(&mut buffer).await else { return };
        if let Some(used) = permit.split(length) {
            used.forget();
        }
        drop(permit);
        let bytes = Bytes::copy_from_slice(buffer.get(..length).unwrap_or_default());
        if say.send((from, bytes)).await.is_err() {
            return;
        }
    }
}
