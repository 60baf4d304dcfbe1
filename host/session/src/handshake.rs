//! From a bare stream to two halves that carry frames: who is there, in which version, for which run, by which key.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::time::timeout;

use crate::bounds::{HEARTBEAT, MAX_HELLO};
use crate::codec::{self, Encoded};
use crate::inlet::Inlet;
use crate::noise::{self, Established};
use crate::outlet::Outlet;
use crate::preamble::{self, Preamble};
use crate::security::Admission;
use crate::wire::{Down, Up};
use crate::{AgentFacts, Gate, PROTOCOL, RunKey, Security, SessionError};

/// Both halves of a session that may begin.
pub(crate) struct Halves<S> {
    pub(crate) inlet: Inlet<ReadHalf<S>>,
    pub(crate) outlet: Outlet<WriteHalf<S>>,
}

impl<S: AsyncRead + AsyncWrite> Halves<S> {
    fn new(down: ReadHalf<S>, up: WriteHalf<S>, channel: Option<Established>) -> Self {
        let (opening, sealing) = channel.map(|it| (it.opening, it.sealing)).unzip();
        Self { inlet: Inlet::new(down, opening), outlet: Outlet::new(up, sealing) }
    }
}

/// The operator's side; it speaks first.
pub(crate) async fn call<S: AsyncRead + AsyncWrite>(
    stream: S,
    security: Security<&RunKey>,
    build: &str,
) -> Result<(Halves<S>, AgentFacts), SessionError> {
    let calling = async {
        let (mut up, mut down) = tokio::io::split(stream);
        let ours = match security {
            Security::Process => Preamble::Plain,
            Security::Noise(key) => Preamble::Noise(key.run().clone()),
        };
        let mut said = ours.encode();
        let waiting = match security {
            Security::Process => None,
            Security::Noise(key) => {
                let (waiting, first) = noise::begin(key, &said)?;
                said.extend(first);
                Some(waiting)
            }
        };
        down.write_all(&said).await?;
        down.flush().await?;
        let theirs = preamble::read_version(&mut up).await?;
        if theirs != PROTOCOL {
            return Err(SessionError::other_version(theirs));
        }
        ours.fits(&Preamble::read_rest(&mut up).await?)?;
        let channel = match waiting {
            None => None,
            Some(waiting) => {
                let mut second = [0; noise::SECOND];
                up.read_exact(&mut second).await?;
                Some(waiting.finish(&second)?)
            }
        };
        let mut halves = Halves::new(up, down, channel);
        halves.outlet.put(&Encoded::new(&Down::Hello { build: build.to_owned() })?).await?;
        halves.outlet.flush().await?;
        match halves.inlet.frame(MAX_HELLO).await?.frame {
            Up::Hello(facts) => Ok((halves, facts)),
            Up::Busy => Err(SessionError::Busy),
            frame => Err(codec::out_of_order(&frame)),
        }
    };
    timeout(HEARTBEAT, calling).await.unwrap_or(Err(SessionError::Silent))
}

/// The agent's side; it says nothing before it was spoken to, since what it said earlier could get lost. The admission is held for as long
/// as the session is on.
pub(crate) async fn answer<S: AsyncRead + AsyncWrite>(
    stream: S,
    security: Security<Gate>,
    facts: AgentFacts,
) -> Result<(Halves<S>, Option<Admission>), SessionError> {
    let answering = async {
        let (mut down, mut up) = tokio::io::split(stream);
        let ours = match &security {
            Security::Process => Preamble::Plain,
            Security::Noise(gate) => Preamble::Noise(gate.token().run().clone()),
        };
        let prologue = ours.encode();
        let theirs = preamble::read_version(&mut down).await?;
        let asked = if theirs == PROTOCOL {
            Preamble::read_rest(&mut down).await.and_then(|asked| ours.fits(&asked))
        } else {
            Err(SessionError::other_version(theirs))
        };
        // Also to one that is refused: so it can name the reason.
        up.write_all(&prologue).await?;
        up.flush().await?;
        asked?;
        let (channel, entrance) = match security {
            Security::Process => (None, None),
            Security::Noise(gate) => {
                let mut first = [0; noise::FIRST];
                down.read_exact(&mut first).await?;
                if gate.knows(&first) {
                    return Err(SessionError::Replayed);
                }
                let (channel, second) = noise::answer(gate.token(), &prologue, &first)?;
                up.write_all(&second).await?;
                up.flush().await?;
                (Some(channel), Some((gate, first)))
            }
        };
        let mut halves = Halves::new(down, up, channel);
        // The first record is the operator's proof: nothing was done before it, and nothing told that is worth knowing.
        match halves.inlet.frame(MAX_HELLO).await {
            Ok(received) => match received.frame {
                Down::Hello { .. } => {}
                frame => return Err(codec::out_of_order(&frame)),
            },
            Err(SessionError::Tampered) => return Err(SessionError::NotTheOperator),
            Err(error) => return Err(error),
        }
        let admission = entrance.map(|(gate, first)| gate.admit(first)).transpose();
        let answer = match &admission {
            Ok(_) => Up::Hello(facts),
            Err(_) => Up::Busy,
        };
        halves.outlet.put(&Encoded::new(&answer)?).await?;
        halves.outlet.flush().await?;
        Ok((halves, admission?))
    };
    timeout(HEARTBEAT, answering).await.unwrap_or(Err(SessionError::Silent))
}
