//! The agent's half: obeys one operator until its `bye`.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use dbg_model::{Digest, Event};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::codec;
use crate::wire::{Down, Up};
use crate::{CodeId, Offence, Order, PROTOCOL, RunIndex, Runner, SessionError};

/// Events of all runs that wait for the stream; a run that is ahead of the operator waits too.
const EVENTS_IN_FLIGHT: usize = 64;
/// The largest artifact measured is 60 MB: Python with its interpreter, compiled.
const MAX_CODE: u64 = 256 << 20;

/// Serves one operator on `stream` until it says `bye` or is gone; then nothing of its runs is left.
/// `build` names this agent in the hello.
pub async fn serve<S>(stream: S, build: &str, runner: Arc<dyn Runner>) -> Result<(), SessionError>
where
    S: AsyncRead + AsyncWrite + Send + 'static,
{
    let (mut down, mut up) = tokio::io::split(stream);
    let theirs = match codec::read(&mut down).await? {
        Some(Down::Hello { protocol, .. }) => protocol,
        Some(frame) => return Err(SessionError::Misbehaved(Offence::OutOfOrder { frame: frame.name() })),
        None => return Err(SessionError::Gone),
    };
    let hello =
        Up::Hello { protocol: PROTOCOL, build: build.to_owned(), architecture: std::env::consts::ARCH.to_owned() };
    codec::write(&mut up, &hello).await?;
    up.flush().await?;
    if theirs != PROTOCOL {
        return Err(SessionError::Incompatible { theirs, ours: PROTOCOL });
    }

    // Reading a frame is not cancel-safe, so it has a task of its own and the state is told by channel. Both tasks and all runs end
    // with this set: whichever way the session ends, nothing of it goes on.
    let mut tasks = JoinSet::new();
    let (frames_in, mut frames) = mpsc::channel(4);
    tasks.spawn(async move {
        loop {
            let frame = codec::read::<Down>(&mut down).await;
            let last = !matches!(frame, Ok(Some(_)));
            if frames_in.send(frame).await.is_err() || last {
                return;
            }
        }
    });
    let (events, mut outgoing) = mpsc::channel::<(RunIndex, Event)>(EVENTS_IN_FLIGHT);
    let (cancel, _) = watch::channel(false);
    let mut state = Serving { runner, codes: HashMap::new(), events, cancel, running: 0 };
    let mut leaving = false;
    loop {
        if leaving && state.running == 0 {
            codec::write(&mut up, &Up::Bye).await?;
            up.flush().await?;
            return Ok(());
        }
        tokio::select! {
            frame = frames.recv(), if !leaving => match frame {
                Some(Ok(Some(Down::Bye))) => leaving = true,
                Some(Ok(Some(frame))) => state.obey(frame, &mut tasks).await?,
                Some(Err(error)) => return Err(error),
                Some(Ok(None)) | None => return Err(SessionError::Gone),
            },
            Some((run, event)) = outgoing.recv() => {
                if matches!(event, Event::Ended(_)) {
                    state.running = state.running.saturating_sub(1);
                }
                codec::write(&mut up, &Up::Event { run, event }).await?;
                if outgoing.is_empty() {
                    up.flush().await?;
                }
            }
        }
    }
}

struct Arriving {
    component: Digest,
    length: u64,
    bytes: BytesMut,
}

struct Serving {
    runner: Arc<dyn Runner>,
    codes: HashMap<CodeId, Option<Arriving>>,
    events: mpsc::Sender<(RunIndex, Event)>,
    cancel: watch::Sender<bool>,
    running: usize,
}

impl Serving {
    async fn obey(&mut self, frame: Down, tasks: &mut JoinSet<()>) -> Result<(), SessionError> {
        match frame {
            Down::Code { code, component, length } if !self.codes.contains_key(&code) => {
                if length > MAX_CODE {
                    return Err(SessionError::Misbehaved(Offence::CodeLength));
                }
                self.codes.insert(code, Some(Arriving { component, length, bytes: BytesMut::new() }));
                self.load_when_whole(code).await;
                Ok(())
            }
            Down::CodeBytes { code, bytes } => self.receive(code, &bytes).await,
            Down::Run { run, order } if matches!(self.codes.get(&order.code), Some(None)) => {
                self.start(run, *order, tasks);
                Ok(())
            }
            Down::Cancel => {
                self.cancel.send_replace(true);
                Ok(())
            }
            frame => Err(SessionError::Misbehaved(Offence::OutOfOrder { frame: frame.name() })),
        }
    }

    async fn receive(&mut self, code: CodeId, bytes: &Bytes) -> Result<(), SessionError> {
        let Some(Some(arriving)) = self.codes.get_mut(&code) else {
            return Err(SessionError::Misbehaved(Offence::OutOfOrder { frame: "code-bytes" }));
        };
        let after = u64::try_from(arriving.bytes.len() + bytes.len()).unwrap_or(u64::MAX);
        if after > arriving.length {
            return Err(SessionError::Misbehaved(Offence::CodeLength));
        }
        arriving.bytes.extend_from_slice(bytes);
        self.load_when_whole(code).await;
        Ok(())
    }

    async fn load_when_whole(&mut self, code: CodeId) {
        let Some(slot) = self.codes.get_mut(&code) else { return };
        let whole = |arriving: &mut Arriving| u64::try_from(arriving.bytes.len()) == Ok(arriving.length);
        if let Some(arriving) = slot.take_if(whole) {
            self.runner.load(code, arriving.component, arriving.bytes.freeze()).await;
        }
    }

    fn start(&mut self, run: RunIndex, order: Order, tasks: &mut JoinSet<()>) {
        self.running += 1;
        let (runner, events, cancel) = (Arc::clone(&self.runner), self.events.clone(), self.cancel.subscribe());
        tasks.spawn(async move {
            let (sender, mut said) = mpsc::channel(EVENTS_IN_FLIGHT);
            let forward = async {
                while let Some(event) = said.recv().await {
                    if events.send((run, event)).await.is_err() {
                        return;
                    }
                }
            };
            let (ending, ()) = tokio::join!(runner.run(order, sender, cancel), forward);
            // The session that no longer listens has ended, and this task with it.
            let _ = events.send((run, Event::Ended(ending))).await;
        });
    }
}

impl Down {
    fn name(&self) -> &'static str {
        match self {
            Self::Hello { .. } => "hello",
            Self::Code { .. } => "code",
            Self::CodeBytes { .. } => "code-bytes",
            Self::Run { .. } => "run",
            Self::Cancel => "cancel",
            Self::Bye => "bye",
        }
    }
}
