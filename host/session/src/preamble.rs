//! The first bytes of both sides, in clear: what each is, before a key can be agreed on. Magic and version stay as they are in every
//! version to come, so that a peer of any other is refused by name. Noise binds all of them, so that a lie in them is found.

use dbg_model::RunId;
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::{PROTOCOL, Protocol, SessionError, Wrapping};

const MAGIC: [u8; 4] = *b"dbg\0";
const PLAIN: u8 = 0;
const NOISE: u8 = 1;

/// What one side says of itself, apart from its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Preamble {
    /// Frames follow as they are.
    Plain,
    /// A Noise handshake follows, for this run.
    Noise(RunId),
}

impl Preamble {
    /// Magic, version, wrapping; then, for Noise, the run's id behind its length.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = [&MAGIC[..], &PROTOCOL.0.to_le_bytes()].concat();
        match self {
            Self::Plain => bytes.push(PLAIN),
            Self::Noise(run) => {
                let run = run.as_str().as_bytes();
                // A run's id has at most 63 bytes.
                bytes.extend([NOISE, u8::try_from(run.len()).unwrap_or(u8::MAX)]);
                bytes.extend(run);
            }
        }
        bytes
    }

    /// Reads what comes after magic and version; both sides speak one version when this is called.
    pub(crate) async fn read_rest(stream: &mut (impl AsyncRead + Unpin)) -> Result<Self, SessionError> {
        match stream.read_u8().await? {
            PLAIN => Ok(Self::Plain),
            NOISE => {
                let mut run = vec![0; usize::from(stream.read_u8().await?)];
                stream.read_exact(&mut run).await?;
                let run = std::str::from_utf8(&run).ok().and_then(|run| run.parse().ok());
                Ok(Self::Noise(run.ok_or(SessionError::NotDbg)?))
            }
            _ => Err(SessionError::NotDbg),
        }
    }

    /// Whether the other side wants the same session.
    pub(crate) fn fits(&self, theirs: &Self) -> Result<(), SessionError> {
        match (self, theirs) {
            (Self::Plain, Self::Plain) => Ok(()),
            (Self::Noise(ours), Self::Noise(theirs)) if ours == theirs => Ok(()),
            (Self::Noise(ours), Self::Noise(theirs)) => {
                Err(SessionError::OtherRun { theirs: theirs.clone(), ours: ours.clone() })
            }
            (Self::Plain, Self::Noise(_)) => {
                Err(SessionError::OtherWrapping { theirs: Wrapping::Noise, ours: Wrapping::Plain })
            }
            (Self::Noise(_), Self::Plain) => {
                Err(SessionError::OtherWrapping { theirs: Wrapping::Plain, ours: Wrapping::Noise })
            }
        }
    }
}

/// Reads magic and version: these are the same in every version.
pub(crate) async fn read_version(stream: &mut (impl AsyncRead + Unpin)) -> Result<Protocol, SessionError> {
    let mut magic = [0; 4];
    stream.read_exact(&mut magic).await?;
    if magic != MAGIC {
        return Err(SessionError::NotDbg);
    }
    Ok(Protocol(stream.read_u32_le().await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(mut bytes: &[u8]) -> Result<(Protocol, Preamble), SessionError> {
        Ok((read_version(&mut bytes).await?, Preamble::read_rest(&mut bytes).await?))
    }

    #[tokio::test]
    async fn a_preamble_survives_its_bytes() {
        for preamble in [Preamble::Plain, Preamble::Noise(RunId::from_random([1; 8]))] {
            assert_eq!(read(&preamble.encode()).await.unwrap(), (PROTOCOL, preamble));
        }
    }

    #[tokio::test]
    async fn what_is_no_preamble_is_no_dbg_and_half_a_one_is_a_peer_that_is_gone() {
        let whole = Preamble::Noise(RunId::from_random([1; 8])).encode();
        assert!(matches!(read(b"GET / HTTP/1.1").await, Err(SessionError::NotDbg)));
        assert!(matches!(read(b"dbg\0\x01\0\0\0\x02").await, Err(SessionError::NotDbg)));
        assert!(matches!(read(b"dbg\0\x01\0\0\0\x01\x02\xff\xff").await, Err(SessionError::NotDbg)));
        assert!(matches!(read(b"dbg\0\x01\0\0\0\x01\x02..").await, Err(SessionError::NotDbg)));
        for length in 0..whole.len() {
            assert!(matches!(read(&whole[..length]).await, Err(SessionError::Gone)), "{length}");
        }
    }
}
