//! The operator's half: starts the program, and passes on what is typed and what is said until it has ended.

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio::sync::mpsc;

use super::pump::{Taken, Writing};
use super::wire::{Down, Up};
use super::{Ended, NotStarted, PIECE, Size, Source, Start, Streams, WINDOW};
use crate::codec::{Encoded, out_of_order};
use crate::link::Link;
use crate::{AgentFacts, Offence, RunKey, Security, SessionError, handshake};

/// The signal of a terminal that is closed. Source: man 7 signal.
const HANGUP: u8 = 1;

/// One session, from hello to the program's end. Dropping it ends the program.
pub struct ShellOperator {
    link: Link<Up>,
    streams: Streams,
}

/// The operator's own streams.
pub struct Local {
    /// What the program reads.
    pub stdin: Box<dyn AsyncRead + Send + Unpin>,
    /// Where what it says goes.
    pub stdout: Box<dyn AsyncWrite + Send + Unpin>,
    /// Where what it says of itself goes.
    pub stderr: Box<dyn AsyncWrite + Send + Unpin>,
}

/// What the operator wants besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// The terminal has another size now.
    Resize(Size),
    /// The program is to end, by this signal first.
    End(u8),
}

impl ShellOperator {
    /// Says hello and hears the agent's. `build` names this dbg.
    ///
    /// # Errors
    /// Those of [`Operator::connect`](crate::Operator::connect).
    pub async fn connect<S>(
        stream: S,
        security: Security<&RunKey>,
        build: &str,
    ) -> Result<(Self, AgentFacts), SessionError>
    where
        S: AsyncRead + AsyncWrite + Send + 'static,
    {
        let (halves, facts) = handshake::call(stream, security, build).await?;
        Ok((Self { link: Link::<Up>::new::<Down, S>(halves)?, streams: Streams::Pipes }, facts))
    }

    /// Starts the program. Nothing of the operator's is read before.
    ///
    /// # Errors
    /// The session broke. That the program was not started is no error of the session.
    pub async fn start(&mut self, start: Start) -> Result<Result<(), NotStarted>, SessionError> {
        self.streams = start.streams;
        self.send(&Down::Start(Box::new(start))).await?;
        match self.link.incoming.recv().await.unwrap_or(Err(SessionError::Gone))?.frame {
            Up::Started => Ok(Ok(())),
            Up::NotStarted(reason) => Ok(Err(reason)),
            frame => Err(out_of_order(&frame)),
        }
    }

    /// Passes on what is typed and said until the program has ended and all that it said is written.
    ///
    /// # Errors
    /// The session broke, and the program with it.
    pub async fn relay(mut self, local: Local, mut wishes: mpsc::Receiver<Wish>) -> Result<Ended, SessionError> {
        let Local { mut stdin, stdout, stderr } = local;
        let (tell, mut taken) = mpsc::unbounded_channel();
        let (stdout, stderr) = (Writing::to(stdout, tell.clone()), Writing::to(stderr, tell));
        let mut buffer = vec![0; PIECE];
        // What the agent was sent and has not taken; what we were sent and have not taken.
        let (mut sent, mut came): (usize, usize) = (0, 0);
        let (mut reads, mut wished) = (true, true);
        let ended = loop {
            let room = WINDOW.saturating_sub(sent).min(PIECE);
            tokio::select! {
                frame = self.link.incoming.recv() => match frame.unwrap_or(Err(SessionError::Gone))?.frame {
                    Up::Output { from, bytes } => {
                        came += bytes.len();
                        if came > WINDOW {
                            return Err(SessionError::Misbehaved(Offence::NoCredit));
                        }
                        match from {
                            Source::Stdout => stdout.put(bytes),
                            Source::Stderr => stderr.put(bytes),
                        }
                    }
                    Up::Took { bytes } => sent = sent.saturating_sub(usize::try_from(bytes).unwrap_or(usize::MAX)),
                    Up::Ended(ended) => break ended,
                    frame => return Err(out_of_order(&frame)),
                },
                Some(one) = taken.recv() => match one {
                    Taken::Bytes(bytes) => {
                        came = came.saturating_sub(usize::try_from(bytes).unwrap_or(usize::MAX));
                        self.send(&Down::Took { bytes }).await?;
                    }
                    Taken::Broken => self.send(&Down::End { signal: HANGUP }).await?,
                },
                wish = wishes.recv(), if wished => match wish {
                    Some(Wish::Resize(size)) => self.send(&Down::Resize(size)).await?,
                    Some(Wish::End(signal)) => self.send(&Down::End { signal }).await?,
                    None => wished = false,
                },
                read = stdin.read(buffer.get_mut(..room).unwrap_or_default()), if reads && room > 0 => {
                    // A stdin that fails has ended as well.
                    match buffer.get(..read.unwrap_or(0)).unwrap_or_default() {
                        [] => {
                            reads = false;
                            let end = match self.streams {
                                Streams::Pipes => Down::InputEnd,
                                // Nobody sits at the terminal any more.
                                Streams::Terminal(_) => Down::End { signal: HANGUP },
                            };
                            self.send(&end).await?;
                        }
                        typed => {
                            sent += typed.len();
                            let bytes = Bytes::copy_from_slice(typed);
                            self.send(&Down::Input { bytes }).await?;
                        }
                    }
                }
            }
        };
        stdout.finished().await;
        stderr.finished().await;
        Ok(ended)
    }

    async fn send(&mut self, frame: &Down) -> Result<(), SessionError> {
        if self.link.outgoing.send(Encoded::new(frame)?).await.is_err() {
            return Err(self.link.fault().await);
        }
        Ok(())
    }
}
